using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.TextProtection;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Deviations;

/// <summary>A deviation as a caller of the reporter's party sees it.</summary>
internal static class DeviationViews
{
    private static readonly string[] ShownToDuplicates = ["acknowledged", "answered", "accepted", "closed"];

    /// <summary>The deviations for the caller, with the access logged.</summary>
    public static async Task<IReadOnlyList<Deviation>> ViewAsync(List<DeviationRecord> rows, Caller caller, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        foreach (var row in rows) row.Opened(texts);
        // The reporter of a duplicate also follows the main case: its acknowledgement, its answer and its end.
        var ids = rows.Select(r => r.Id).Concat(rows.Select(r => r.MainCase).OfType<Guid>()).Distinct().ToList();
        var changes = (await db.Timeline.Where(t => ids.Contains(t.DeviationId) && t.Event != null).OrderBy(t => t.Version).ToListAsync(ct))
            .ToLookup(t => t.DeviationId, t => new TimelineEntry(t.At, t.Event!, t.Organization, t.Text is null ? null : texts.Show(t.Text)));
        IEnumerable<TimelineEntry> OfMain(DeviationRecord row) => row.MainCase is { } main ? changes[main].Where(e => ShownToDuplicates.Contains(e.Event)) : [];
        var messages = (await db.ReporterMessages.Where(m => ids.Contains(m.DeviationId)).OrderBy(m => m.Number).ToListAsync(ct)).ToLookup(m => m.DeviationId);
        await journal.ReadAsync(caller, AccessActions.DeviationRead, [.. rows.Select(r => r.Id)], ct);
        return [.. rows.Select(row => ForCaller(row.Current(TimelineOf(row), MayName(row, row.SubmittedBy) ? row.SubmittedBy : null), row, caller))];

        // Also what a confidential reporter writes later would tell who it is.
        bool MayName(DeviationRecord row, string? subject) => MaySeeReporter(row, caller) || subject != row.SubmittedBy;
        IEnumerable<TimelineEntry> TimelineOf(DeviationRecord row) => changes[row.Id]
            .Select(e => e.Event == CaseStates.Withdrawn && MayName(row, row.WithdrawnBy) ? e with { Actor = row.WithdrawnBy } : e)
            .Concat(OfMain(row))
            .Concat(messages[row.Id].Select(m => new TimelineEntry(m.At, "reporterMessage", row.ReporterOrganization, texts.ShowStored(m.Text),
                MayName(row, m.Subject) ? m.Subject : null)))
            .OrderBy(e => e.At);
    }

    // A confidential reporter's name is for the reporter; a coordinator who must have it opens it for a purpose.
    private static bool MaySeeReporter(DeviationRecord row, Caller caller) => row.Sent.Reporter is not { Confidential: true }
        || row.SubmittedBy == caller.Subject;

    private static Deviation ForCaller(Deviation deviation, DeviationRecord row, Caller caller)
    {
        if (row.Status == CaseStates.EnteredInError && !caller.Is(Roles.Auditor)) deviation = Closed(deviation);
        if (MaySeeReporter(row, caller) || deviation.Submission.Reporter is not { } reporter) return deviation;
        return deviation with { Submission = deviation.Submission with { Reporter = reporter with { Name = null, HprNumber = null } } };
    }

    /// <summary>What should never have been written is closed; that it was entered in error, and why, is not.</summary>
    private static Deviation Closed(Deviation deviation)
    {
        var closed = Texts.Message("enteredInErrorText");
        string? Close(string? text) => text is null ? null : closed;
        var sent = deviation.Submission;
        return deviation with
        {
            Submission = sent with
            {
                Narrative = closed,
                ImmediateAction = Close(sent.ImmediateAction),
                SuggestedMeasure = Close(sent.SuggestedMeasure),
                MessageId = Close(sent.MessageId),
                Respondent = sent.Respondent is { } respondent ? respondent with { Site = Close(respondent.Site) } : null,
                Reporter = sent.Reporter is { } reporter ? reporter with { Profession = Close(reporter.Profession) } : null,
            },
            Timeline = [.. deviation.Timeline.Select(e => e.Event == CaseStates.EnteredInError ? e : e with { Text = Close(e.Text) })],
        };
    }
}

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
    /// <param name="alone">True when one deviation was asked for by id: a coordinator then sees a confidential reporter's name.</param>
    public static async Task<IReadOnlyList<Deviation>> ViewAsync(List<DeviationRecord> rows, Caller caller, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct, bool alone = false)
    {
        foreach (var row in rows) row.Opened(texts);
        // The reporter of a duplicate also follows the main case: its acknowledgement, its answer and its end.
        var ids = rows.Select(r => r.Id).Concat(rows.Select(r => r.MainCase).OfType<Guid>()).Distinct().ToList();
        var changes = (await db.Timeline.Where(t => ids.Contains(t.DeviationId) && t.Event != null).OrderBy(t => t.Version).ToListAsync(ct))
            .ToLookup(t => t.DeviationId, t => new TimelineEntry(t.At, t.Event!, t.Organization, t.Text is null ? null : texts.Show(t.Text)));
        IEnumerable<TimelineEntry> OfMain(DeviationRecord row) => row.MainCase is { } main ? changes[main].Where(e => ShownToDuplicates.Contains(e.Event)) : [];
        var messages = (await db.ReporterMessages.Where(m => ids.Contains(m.DeviationId)).OrderBy(m => m.Number).ToListAsync(ct)).ToLookup(m => m.DeviationId);
        await journal.ReadAsync(caller, AccessActions.DeviationRead, [.. rows.Select(r => r.Id)], ct);
        return [.. rows.Select(row => ForCaller(row.Current(TimelineOf(row), MayName(row, row.SubmittedBy) ? row.SubmittedBy : null), row, caller, alone))];

        // Also what a confidential reporter writes later would tell who it is.
        bool MayName(DeviationRecord row, string? subject) => MaySeeReporter(row, caller, alone) || subject != row.SubmittedBy;
        IEnumerable<TimelineEntry> TimelineOf(DeviationRecord row) => changes[row.Id]
            .Select(e => e.Event == CaseStates.Withdrawn && MayName(row, row.WithdrawnBy) ? e with { Actor = row.WithdrawnBy } : e)
            .Concat(OfMain(row))
            .Concat(messages[row.Id].Select(m => new TimelineEntry(m.At, "reporterMessage", row.ReporterOrganization, texts.ShowStored(m.Text),
                MayName(row, m.Subject) ? m.Subject : null)))
            .OrderBy(e => e.At);
    }

    // A confidential reporter's name is for the reporter, and for a coordinator of the party who asks for this one deviation.
    private static bool MaySeeReporter(DeviationRecord row, Caller caller, bool alone) => row.Sent.Reporter is not { Confidential: true }
        || row.SubmittedBy == caller.Subject || (alone && caller.Is(Roles.Coordinator));

    private static Deviation ForCaller(Deviation deviation, DeviationRecord row, Caller caller, bool alone)
    {
        if (MaySeeReporter(row, caller, alone) || deviation.Submission.Reporter is not { } reporter) return deviation;
        return deviation with { Submission = deviation.Submission with { Reporter = reporter with { Name = null, HprNumber = null } } };
    }
}

using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.TrackDeviation;

internal static class TrackDeviationEndpoints
{
    private static readonly string[] FollowedByAll = ["acknowledged", "answered", "accepted", "closed"];

    public static RouteGroupBuilder MapTrackDeviation(this RouteGroupBuilder deviations)
    {
        deviations.MapGet("/{id:guid}", GetAsync).WithName("GetDeviation").WithSummary("A deviation of the caller's party").Produces<Deviation>().ProducesProblem(404);
        deviations.MapGet("", ListAsync).WithName("ListDeviations").WithSummary("Deviations of the caller's party, newest first").Produces<Page<Deviation>>().ProducesProblem(422);
        return deviations;
    }

    private static async Task<IResult> GetAsync(Guid id, Caller caller, ReportingDbContext db, TextProtector texts, AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        var deviation = await db.Deviations.VisibleTo(caller).FirstOrDefaultAsync(d => d.Id == id, ct);
        return deviation is null ? Problem.NotFound() : Results.Json((await ViewAsync([deviation], caller, db, texts, journal, ct, alone: true))[0], ClientJson.Default.Deviation);
    }

    private static async Task<IResult> ListAsync(
        string? state, string? from, string? to, string? cursor, int? limit,
        Caller caller, ReportingDbContext db, TextProtector texts, AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (state is not null && state != CaseStates.Submitted && !Vocabulary.CaseStates.ContainsKey(state)) errors.Add("/state", "unknownCode");
        var (first, last) = (LocalDay.Read(from, "/from", errors), LocalDay.Read(to, "/to", errors));
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        var query = db.Deviations.VisibleTo(caller);
        if (state is not null) query = query.Where(d => d.Status == state);
        if (first is { } start && NorwegianCalendar.StartOf(start) is var since) query = query.Where(d => d.ReceivedAt >= since);
        if (last is { } end && NorwegianCalendar.StartOf(end.AddDays(1)) is var until) query = query.Where(d => d.ReceivedAt < until);
        if (after is { } position)
        {
            var (at, id) = (DateTimeOffset.FromUnixTimeMilliseconds(position.SortKey), position.Id);
            query = query.Where(d => d.ReceivedAt < at || (d.ReceivedAt == at && d.Id.CompareTo(id) < 0));
        }
        var rows = await query.OrderByDescending(d => d.ReceivedAt).ThenByDescending(d => d.Id).Take(take + 1).ToListAsync(ct);
        var next = rows.Count > take ? Cursor.Of(rows[take - 1].ReceivedAt.ToUnixTimeMilliseconds(), rows[take - 1].Id) : null;
        return Results.Json(new Page<Deviation>(await ViewAsync(rows[..Math.Min(take, rows.Count)], caller, db, texts, journal, ct), next), ClientJson.Default.PageDeviation);
    }

    /// <summary>What the caller is given, logged before it leaves.</summary>
    internal static async Task<IReadOnlyList<Deviation>> ViewAsync(
        List<DeviationRecord> rows, Caller caller, ReportingDbContext db, TextProtector texts, AccessJournal<ReportingDbContext> journal, CancellationToken ct, bool alone = false)
    {
        // Whoever reported a duplicate also follows the case it was added to: that it was acknowledged, the answer, and the end.
        var ids = rows.Select(r => r.Id).Concat(rows.Select(r => r.MainCase).OfType<Guid>()).Distinct().ToList();
        var changes = (await db.Timeline.Where(t => ids.Contains(t.DeviationId) && t.Event != null).OrderBy(t => t.Version).ToListAsync(ct))
            .ToLookup(t => t.DeviationId, t => new TimelineEntry(t.At, t.Event!, t.Organization, t.Text is null ? null : texts.Show(t.Text)));
        IEnumerable<TimelineEntry> OfMain(DeviationRecord row) => row.MainCase is { } main ? changes[main].Where(e => FollowedByAll.Contains(e.Event)) : [];
        var messages = (await db.ReporterMessages.Where(m => ids.Contains(m.DeviationId)).OrderBy(m => m.Number).ToListAsync(ct)).ToLookup(m => m.DeviationId);
        await journal.ReadAsync(caller, AccessActions.DeviationRead, [.. rows.Select(r => r.Id)], ct);
        return [.. rows.Select(row => ForCaller(row.Current(changes[row.Id].Concat(OfMain(row))
            .Concat(messages[row.Id].Select(m => new TimelineEntry(m.At, "reporterMessage", row.ReporterOrganization, m.Text))).OrderBy(e => e.At)), row, caller, alone))];
    }

    /// <summary>A confidential reporter's name is for the reporter, and for the party's coordinator who asks for this one deviation.</summary>
    private static Deviation ForCaller(Deviation deviation, DeviationRecord row, Caller caller, bool alone)
    {
        if (deviation.Submission.Reporter is not { Confidential: true } reporter || row.SubmittedBy == caller.Subject || (alone && caller.Is(Roles.Coordinator))) return deviation;
        return deviation with { Submission = deviation.Submission with { Reporter = reporter with { Name = null, HprNumber = null } } };
    }
}

using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.TrackDeviation;

internal static class TrackDeviationEndpoints
{
    public static RouteGroupBuilder MapTrackDeviation(this RouteGroupBuilder deviations)
    {
        deviations.MapGet("", ListAsync).WithName("ListDeviations").WithSummary("Deviations of the caller's party, newest first").ProducesProblem(422);
        return deviations;
    }

    public static RouteGroupBuilder MapReadDeviation(this RouteGroupBuilder deviations)
    {
        deviations.MapGet("/{id:guid}", GetAsync).WithName("GetDeviation").WithSummary("A deviation of the caller's party").ProducesProblem(404);
        return deviations;
    }

    private static async Task<Results<Ok<Deviation>, Problem>> GetAsync(Guid id, Caller caller, DeviationAccess access, ReportingDbContext db,
        TextProtector texts, AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        if (await access.VisibleTo(db.Deviations, caller).FirstOrDefaultAsync(d => d.Id == id, ct) is not { } deviation) return Problem.NotFound();
        return TypedResults.Ok((await DeviationViews.ViewAsync([deviation], caller, db, texts, journal, ct))[0]);
    }

    private static async Task<Results<Ok<Page<Deviation>>, Problem>> ListAsync(
        string? state, string? reportingUnit, string? from, string? to, string? cursor, int? limit,
        Caller caller, DeviationAccess access, CurrentDirectory directory, ReportingDbContext db,
        TextProtector texts, AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (state is not null && state != CaseStates.Submitted && !Vocabulary.CaseStates.ContainsKey(state)) errors.Add("/state", FieldCodes.UnknownCode);
        if (reportingUnit is not null && directory.Now.Party(caller.Organization)?.Unit(reportingUnit) is null)
            errors.Add("/reportingUnit", FieldCodes.UnknownUnit);
        var (first, last) = (LocalDay.Read(from, "/from", errors), LocalDay.Read(to, "/to", errors));
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        var query = access.VisibleTo(db.Deviations, caller);
        if (state is not null) query = query.Where(d => d.Status == state);
        if (reportingUnit is not null) query = query.Where(d => d.ReportingUnit == reportingUnit);
        if (first is { } start && NorwegianCalendar.StartOf(start) is var since) query = query.Where(d => d.ReceivedAt >= since);
        if (last is { } end && NorwegianCalendar.StartOf(end.AddDays(1)) is var until) query = query.Where(d => d.ReceivedAt < until);
        if (after is { } position)
        {
            var (at, id) = (DateTimeOffset.FromUnixTimeMilliseconds(position.SortKey), position.Id);
            query = query.Where(d => d.ReceivedAt < at || (d.ReceivedAt == at && d.Id.CompareTo(id) < 0));
        }
        var rows = await query.OrderByDescending(d => d.ReceivedAt).ThenByDescending(d => d.Id).Take(take + 1).ToListAsync(ct);
        var next = rows.Count > take ? Cursor.Of(rows[take - 1].ReceivedAt.ToUnixTimeMilliseconds(), rows[take - 1].Id) : null;
        return TypedResults.Ok(new Page<Deviation>(
            await DeviationViews.ViewAsync(rows[..Math.Min(take, rows.Count)], caller, db, texts, journal, ct), next));
    }
}

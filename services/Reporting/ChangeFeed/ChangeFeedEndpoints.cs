using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.ChangeFeed;

internal static class ChangeFeedEndpoints
{
    // Seconds; well below the gateway's timeout for a service.
    private const int MaxWait = 30;
    private const string Latest = "latest";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    public static RouteGroupBuilder MapChangeFeed(this RouteGroupBuilder changes)
    {
        changes.MapGet("", ListAsync).WithName("ListChanges").WithSummary("What has changed in the cases of the caller's party, oldest first")
            .WithDescription("""
                Ask with «nextCursor» of the last answer; without one, from the beginning; with «latest», from now on. A change may be given again after a
                failure, and none is left out: keep the highest version of each case. With «wait» (seconds, at most 30) the answer comes as soon as there is a
                change. With «reportingUnit» those of what a unit of the party has reported, and no others: a feed for each unit.
                """)
            .ProducesProblem(422);
        return changes;
    }

    private static async Task<Results<Ok<Changes>, Problem>> ListAsync(
        string? cursor, string? reportingUnit, int? wait, int? limit, Caller caller, DeviationAccess access, CurrentDirectory directory,
        IDbContextFactory<ReportingDbContext> databases,
        NewestChange newest, PositionCursor cursors, AccessJournal<ReportingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        var from = cursor == Latest ? await newest.PositionAsync(ct) : cursors.Read(cursor, caller.Organization, errors) ?? 0;
        var take = Cursor.Limit(limit, errors);
        if (reportingUnit is not null && directory.Now.Party(caller.Organization)?.Unit(reportingUnit) is null)
            errors.Add("/reportingUnit", FieldCodes.UnknownUnit);
        if (wait is < 0 or > MaxWait) errors.Add("/wait", FieldCodes.InvalidWait, MaxWait);
        if (errors.Any) return Problem.Invalid(errors);

        var started = clock.GetTimestamp();
        var rows = await ReadAsync(databases, caller, access, reportingUnit, from, take, ct);
        // A waiting request holds no connection, and all of them share one query for the newest position.
        for (var seen = from; rows.Count == 0 && clock.GetElapsedTime(started).TotalSeconds < (wait ?? 0);)
        {
            await Task.Delay(PollInterval, clock, ct);
            if (await newest.PositionAsync(ct) is var position && position == seen) continue;
            seen = position;
            rows = await ReadAsync(databases, caller, access, reportingUnit, from, take, ct);
        }
        await journal.ReadAsync(caller, AccessActions.ChangesRead, [.. rows.Select(c => c.DeviationId)], ct);
        return TypedResults.Ok(new Changes([.. rows.Select(c => View(c, CursorOf(c.Position)))], CursorOf(rows is [.., var last] ? last.Position : from)));

        string CursorOf(long position) => cursors.Of(position, caller.Organization);
    }

    internal static Change View(ChangeRecord c, string cursor) =>
        new(cursor, c.DeviationId, c.Reference, c.Version, c.At, c.Event, c.State, c.Unit, c.Organization, c.DueAt);

    /// <summary>Changes after a position that the caller may see, oldest first.</summary>
    // A party is the reporter or the respondent of a case, never both: a query for each uses its index.
    internal static async Task<List<ChangeRecord>> ReadAsync(
        IDbContextFactory<ReportingDbContext> databases, Caller caller, DeviationAccess access, string? reportingUnit, long after, int take,
        CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var changes = db.Changes.Where(c => c.Position > after).OrderBy(c => c.Position);
        var ofReporters = access.ReportedTo(changes, db.Deviations, caller);
        if (reportingUnit is not null)
            return await ofReporters.Where(c => db.Deviations.Any(d => d.Id == c.DeviationId && d.ReportingUnit == reportingUnit)).Take(take).ToListAsync(ct);
        var reported = await ofReporters.Take(take).ToListAsync(ct);
        var answered = await access.AnsweredBy(changes, caller).Take(take).ToListAsync(ct);
        return [.. reported.Concat(answered).OrderBy(c => c.Position).Take(take)];
    }
}

/// <summary>The newest position, read from the database at most five times a second however many requests wait for it.</summary>
internal sealed class NewestChange(IDbContextFactory<ReportingDbContext> databases, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(200);
    private readonly SemaphoreSlim _lock = new(1, 1);
    private (long Position, long ReadAt)? _known;

    public async Task<long> PositionAsync(CancellationToken ct)
    {
        await _lock.WaitAsync(ct);
        try
        {
            if (_known is not { } known || clock.GetElapsedTime(known.ReadAt) > MaxAge)
            {
                await using var db = await databases.CreateDbContextAsync(ct);
                _known = known = (await db.Changes.MaxAsync(c => (long?)c.Position, ct) ?? 0, clock.GetTimestamp());
            }
            return known.Position;
        }
        finally { _lock.Release(); }
    }

    public void Dispose() => _lock.Dispose();
}

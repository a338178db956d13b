using Avvik.AccessLog;
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
    // Well below what the gateway waits for a service that is silent.
    private const int LongestWait = 30;
    private const string Latest = "latest";
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    public static RouteGroupBuilder MapChangeFeed(this RouteGroupBuilder changes)
    {
        changes.MapGet("", ListAsync).WithName("ListChanges").WithSummary("What has changed in the cases of the caller's party, oldest first")
            .WithDescription("""
                Ask with «nextCursor» of the last answer; without one, from the beginning; with «latest», from now on. What was given once may be given again after a failure,
                and nothing is left out: keep the highest version of each case. With «wait» (seconds, at most 30) the answer comes as soon as there is something.
                """)
            .ProducesProblem(422);
        return changes;
    }

    private static async Task<Results<Ok<Changes>, Problem>> ListAsync(
        string? cursor, int? wait, int? limit, Caller caller, IDbContextFactory<ReportingDbContext> databases,
        NewestChange newest, AccessJournal<ReportingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        var from = cursor == Latest ? await newest.PositionAsync(ct) : Cursor.Read(cursor, errors)?.SortKey ?? 0;
        var take = Cursor.Limit(limit, errors);
        if (wait is < 0 or > LongestWait) errors.Add("/wait", FieldCodes.InvalidWait, LongestWait);
        if (errors.Any) return Problem.Invalid(errors);

        var started = clock.GetTimestamp();
        var rows = await ReadAsync(databases, caller.Organization, from, take, ct);
        // While it waits it holds no connection, and all who wait share one look at the newest position.
        for (var seen = from; rows.Count == 0 && clock.GetElapsedTime(started).TotalSeconds < (wait ?? 0);)
        {
            await Task.Delay(Between, clock, ct);
            if (await newest.PositionAsync(ct) is var position && position == seen) continue;
            seen = position;
            rows = await ReadAsync(databases, caller.Organization, from, take, ct);
        }
        await journal.ReadAsync(caller, AccessActions.ChangesRead, [.. rows.Select(c => c.DeviationId)], ct);
        return TypedResults.Ok(new Changes([.. rows.Select(View)], CursorOf(rows is [.., var last] ? last.Position : from)));
    }

    /// <summary>A party is the reporter or the respondent of a case, never both: each has an index of its own.</summary>
    private static async Task<List<ChangeRecord>> ReadAsync(IDbContextFactory<ReportingDbContext> databases, string organization, long after, int take, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var reported = await db.Changes.Where(c => c.ReporterOrganization == organization && c.Position > after).OrderBy(c => c.Position).Take(take).ToListAsync(ct);
        var answered = await db.Changes.Where(c => c.RespondentOrganization == organization && c.Position > after).OrderBy(c => c.Position).Take(take).ToListAsync(ct);
        return [.. reported.Concat(answered).OrderBy(c => c.Position).Take(take)];
    }

    private static Change View(ChangeRecord c) =>
        new(CursorOf(c.Position), c.DeviationId, c.Reference, c.Version, c.At, c.Event, c.State, c.Unit, c.Organization, c.DueAt);

    private static string CursorOf(long position) => Cursor.Of(position, Guid.Empty);
}

/// <summary>The newest position, asked for at most a few times a second however many wait for it.</summary>
internal sealed class NewestChange(IDbContextFactory<ReportingDbContext> databases, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);
    private readonly SemaphoreSlim _one = new(1, 1);
    private (long Position, long At)? _known;

    public async Task<long> PositionAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_known is not { } known || clock.GetElapsedTime(known.At) > Fresh)
            {
                await using var db = await databases.CreateDbContextAsync(ct);
                _known = known = (await db.Changes.MaxAsync(c => (long?)c.Position, ct) ?? 0, clock.GetTimestamp());
            }
            return known.Position;
        }
        finally { _one.Release(); }
    }

    public void Dispose() => _one.Dispose();
}

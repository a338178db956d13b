using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.CareDirectories;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.MoveCases;

/// <summary>From the day a unit is closed, its open cases, and the measures it has not done, are its successor's. What has been moved is no longer the closed
/// unit's, so each is moved once.</summary>
internal sealed class ClosedUnitWatch(Writer<RoutingDbContext> writer, IDbContextFactory<RoutingDbContext> databases, CurrentDirectory directory,
    TextProtector texts, TimeProvider clock, ILogger<ClosedUnitWatch> log)
    : PeriodicService(TimeSpan.FromSeconds(10), clock, log)
{
    private const int Batch = 200;

    protected override Task DoAsync(CancellationToken ct) => MoveAsync(ct);

    /// <summary>Answers how many it moved.</summary>
    internal async Task<int> MoveAsync(CancellationToken ct)
    {
        var (now, moved) = (Clock.GetUtcNow(), 0);
        var today = NorwegianCalendar.DayOf(now);
        foreach (var party in directory.Now.All.SelectMany(c => c.Parties))
            foreach (var closed in party.Units.Where(u => !u.IsOpenOn(today)))
                moved += await MoveAsync(closed.Code, party.OrganizationNumber, TakesOver(party, closed, today), now, ct);
        return moved;
    }

    /// <summary>The successor, or its successor when that has closed as well; at last the fallback unit, which does not close.</summary>
    private static string TakesOver(Party party, CareUnit closed, DateOnly today)
    {
        for (var (unit, steps) = (closed, 0); steps < party.Units.Count && party.Unit(unit.Successor) is { } next; unit = next, steps++)
            if (next.IsOpenOn(today)) return next.Code;
        return party.FallbackUnit.Code;
    }

    // One that serves several parties is closed for each of them.
    private async Task<int> MoveAsync(string from, string party, string to, DateTimeOffset now, CancellationToken ct) =>
        await MoveAsync(db => db.Cases.Where(c => c.Unit == from && c.RespondentOrganization == party && CaseRules.Alive.Contains(c.State)),
            @case => @case.Unit == from && @case.RespondentOrganization == party
            && CaseRules.Alive.Contains(@case.State, StringComparer.Ordinal) ? @case.Move(to, now) : null, ct)
        // Measures live on after closing.
        + await MoveAsync(db => db.Cases.Where(c => c.RespondentOrganization == party
                && c.Measures.Any(m => m.Unit == from && Measure.Pending.Contains(m.State))),
            @case => @case.Measures.Any(m => m.Unit == from && m.IsPending) ? @case.MoveMeasures(from, to, now) : null, ct);

    private async Task<int> MoveAsync(Func<RoutingDbContext, IQueryable<Case>> waiting, Func<Case, CaseEventRecord?> move, CancellationToken ct)
    {
        for (var (moved, passed) = (0, 0); ;)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            // Those that could not be moved are passed over until the next interval.
            var ids = await waiting(db).OrderBy(c => c.Id).Select(c => c.Id).Skip(passed).Take(Batch).ToListAsync(ct);
            var done = (await Task.WhenAll(ids.Select(id => MoveOneAsync(id, move, ct)))).Count(was => was);
            (moved, passed) = (moved + done, passed + ids.Count - done);
            if (ids.Count < Batch) return moved;
        }
    }

    private async Task<bool> MoveOneAsync(Guid id, Func<Case, CaseEventRecord?> move, CancellationToken ct)
    {
        try
        {
            return await writer.WriteAsync(async unit =>
            {
                // Another instance may be at it.
                if (!unit.IsSqlite
                    && await unit.Sql.ScalarAsync<Guid>("select id from cases where id = @p1 for update skip locked", id) != id) return false;
                if (await unit.FindCaseAsync(id) is not { } @case || move(@case) is not { } recorded) return false;
                await unit.RecordAsync(@case, recorded, texts);
                return true;
            }, ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            Log.CaseNotMoved(error, id);
            return false;
        }
    }
}

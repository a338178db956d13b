using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Messaging;
using Avvik.Messaging.CareDirectories;
using Avvik.Messaging.Storage;
using Avvik.Messaging.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Routing.MoveCases;

/// <summary>From the day a unit is closed, its open cases are its successor's. A case that has been moved is no longer the closed unit's, so each is moved once.</summary>
internal sealed class ClosedUnitWatch(Writer<RoutingDbContext> writer, IDbContextFactory<RoutingDbContext> databases, CurrentDirectory directory, IOptions<DatabaseOptions> database, TextProtector texts, TimeProvider clock, ILogger<ClosedUnitWatch> log)
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
                moved += await MoveAsync(closed.Code, TakesOver(party, closed, today), now, ct);
        return moved;
    }

    /// <summary>The successor, or its successor when that has closed as well; at last the fallback unit, which does not close.</summary>
    private static string TakesOver(Party party, CareUnit closed, DateOnly today)
    {
        for (var (unit, steps) = (closed, 0); steps < party.Units.Count && party.Unit(unit.Successor) is { } next; unit = next, steps++)
            if (next.IsOpenOn(today)) return next.Code;
        return party.FallbackUnit.Code;
    }

    private async Task<int> MoveAsync(string from, string to, DateTimeOffset now, CancellationToken ct)
    {
        var moved = 0;
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var ids = await db.Cases.Where(c => c.Unit == from && CaseRules.Alive.Contains(c.State)).OrderBy(c => c.DueAt).Select(c => c.Id).Take(Batch).ToListAsync(ct);
            var done = (await Task.WhenAll(ids.Select(id => writer.WriteAsync(async unit =>
            {
                if (database.Value.Provider == DatabaseProvider.Postgres && await unit.Sql.ScalarAsync<Guid>("select id from cases where id = @p1 and unit = @p2 for update skip locked", id, from) != id) return false;
                if (await unit.FindCaseAsync(id) is not { } @case || @case.Unit != from || !CaseRules.Alive.Contains(@case.State, StringComparer.Ordinal)) return false;
                await unit.RecordAsync(@case, @case.Move(to, now), texts);
                return true;
            }, ct)))).Count(was => was);
            moved += done;
            if (ids.Count < Batch || done == 0) return moved;
        }
    }
}

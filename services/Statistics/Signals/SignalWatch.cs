using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Signals;

/// <summary>Looks at every series once a day, when the day is over. A week back each time: so an outage misses nothing, and what was raised is not raised again.</summary>
internal sealed class SignalWatch(IDbContextFactory<StatisticsDbContext> databases, Writer<StatisticsDbContext> writer, FactCache facts, StringPools pools, Completeness completeness, TimeProvider clock, ILogger<SignalWatch> log) : PeriodicService(TimeSpan.FromHours(1), clock, log)
{
    private const int CaughtUp = 7;
    // As much of the series as a person needs to see what happened.
    private const int Shown = SignalRules.Judged;

    protected override Task DoAsync(CancellationToken ct) => RaiseAsync(ct);

    /// <summary>Answers how many are new.</summary>
    internal async Task<int> RaiseAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var yesterday = NorwegianCalendar.DayOf(Clock.GetUtcNow()).AddDays(-1);
        if (!await completeness.IsCompleteAsync(NorwegianCalendar.StartOf(yesterday.AddDays(1)), ct))
        {
            Log.SignalsWait(await completeness.UntilAsync(ct));
            return 0;
        }
        var raised = new List<Signal>();
        foreach (var community in HealthCommunities.All)
            raised.AddRange(Raised(community.Code, await facts.ReadAsync(db, community.Code, yesterday.AddDays(1 - SignalRules.Days - CaughtUp), yesterday, ct), yesterday));
        return raised.Count == 0 ? 0 : await writer.WriteAsync(async unit =>
        {
            var count = 0;
            foreach (var s in raised)
                count += await unit.Sql.ExecuteAsync("""
                    insert into signals (id, community, category, unit, municipality, rule, raised_on, data, state, changed_at) values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10) on conflict do nothing
                    """, s.Id, s.Community, s.Category, s.Unit, s.Municipality, s.Rule, s.RaisedOn, s.Data, s.State, s.ChangedAt.ToUnixTimeMilliseconds());
            return count;
        }, ct);
    }

    private IEnumerable<Signal> Raised(string community, IReadOnlyList<CountedFact[]> days, DateOnly yesterday)
    {
        const int length = SignalRules.Days + CaughtUp;
        var series = new Dictionary<(int Category, int Unit, int Municipality), int[]>();
        foreach (var day in days)
            foreach (ref readonly var fact in day.AsSpan())
            {
                var key = (fact[Dimension.Category], fact[Dimension.Unit], fact[Dimension.Municipality]);
                // A series is of all three.
                if (key.Item1 == 0 || key.Item2 == 0 || key.Item3 == 0) continue;
                if (!series.TryGetValue(key, out var counts)) series.Add(key, counts = new int[length]);
                counts[length - 1 - (yesterday.DayNumber - fact.ReceivedOn)]++;
            }
        foreach (var ((category, unit, municipality), counts) in series)
            for (var at = length - CaughtUp + 1; at <= length; at++)
            {
                var before = SignalRules.On(counts.AsSpan(0, at - 1)).ToHashSet(StringComparer.Ordinal);
                // A series that stays outside is one signal, on the day it left.
                foreach (var rule in SignalRules.On(counts.AsSpan(0, at)).Where(r => !before.Contains(r)))
                    yield return new()
                    {
                        Id = Guid.CreateVersion7(Clock.GetUtcNow()),
                        Community = community,
                        Category = pools[Dimension.Category][category]!,
                        Unit = pools[Dimension.Unit][unit]!,
                        Municipality = pools[Dimension.Municipality][municipality]!,
                        Rule = rule,
                        RaisedOn = yesterday.AddDays(at - length),
                        Data = string.Join(',', counts.AsSpan(at - Shown, Shown).ToArray()),
                        State = "new",
                        ChangedAt = Clock.GetUtcNow(),
                    };
            }
    }
}

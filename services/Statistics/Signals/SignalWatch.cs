using System.Globalization;
using System.Linq.Expressions;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Avvik.Messaging.Watermarks;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Signals;

/// <summary>
/// Judges every series once a day, when the day is over and its publishers have sent everything. A week back each time: so an outage misses nothing, and
/// what was raised is not raised again.
/// </summary>
internal sealed class SignalWatch(IDbContextFactory<StatisticsDbContext> databases, Writer<StatisticsDbContext> writer,
    Completeness<StatisticsDbContext> completeness, FactMonths months, StringPools pools,
    TimeProvider clock, ILogger<SignalWatch> log) : PeriodicService(TimeSpan.FromMinutes(1), clock, log)
{
    private const int CaughtUp = 7;
    private static readonly string[] NotDeviations = [.. Vocabulary.Kinds.Keys.Where(k => CountedFacts.CountedAs(k) is not CountedAs.Deviation)];

    private static readonly int[] Columns = [FactColumn.Of(Block.Parties), FactColumn.Of(Block.Category), FactColumn.Of(Block.Course), FactColumn.Day];

    /// <summary>The facts that series count.</summary>
    internal static readonly Expression<Func<Fact, bool>> Deviations = f => !Fact.NeverCounted.Contains(f.State) && !NotDeviations.Contains(f.Kind);

    private DateOnly _judgedOn;

    protected override async Task DoAsync(CancellationToken ct)
    {
        if (_judgedOn < Yesterday) await RaiseAsync(ct);
    }

    private DateOnly Yesterday => NorwegianCalendar.DayOf(Clock.GetUtcNow()).AddDays(-1);

    /// <summary>Answers how many are new.</summary>
    internal async Task<int> RaiseAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var yesterday = Yesterday;
        if (await completeness.MissingAsync(NorwegianCalendar.StartOf(yesterday.AddDays(1)), ct) is { } missing)
        {
            Log.SignalsWait(missing);
            return 0;
        }
        var raised = 0;
        foreach (var community in HealthCommunities.All) raised += await RaiseAsync(db, community.Code, yesterday, ct);
        _judgedOn = yesterday;
        return raised;
    }

    private async Task<int> RaiseAsync(StatisticsDbContext db, string community, DateOnly yesterday, CancellationToken ct)
    {
        var history = new SeriesHistory(await CountsAsync(community, yesterday, ct));
        var oldest = yesterday.AddDays(-CaughtUp - SeriesModel.Judged);
        var known = await db.Signals.Where(s => s.Community == community && (s.LastOn ?? s.RaisedOn) >= oldest).ToListAsync(ct);
        var recent = new RecentSignals(known.Select(s => (s.Series, s.LastOn ?? s.RaisedOn)));
        var (raised, lasting) = (new List<Signal>(), new Dictionary<SeriesKey, DateOnly>());
        for (var day = yesterday.AddDays(1 - CaughtUp); day <= yesterday; day = day.AddDays(1))
            foreach (var finding in SignalJudge.On(history, day))
            {
                if (recent.Add(finding, day)) raised.Add(Signal(community, history, finding, day));
                lasting[finding.Series] = day;
            }
        return lasting.Count == 0 ? 0 : await writer.WriteAsync(async unit =>
        {
            var count = 0;
            foreach (var s in raised)
                if (await unit.InsertIfNewAsync(s)) count++;
            foreach (var (series, day) in lasting)
                await unit.Sql.ExecuteAsync("""
                    update signals set last_on = @p1
                    where community = @p2 and category = @p3 and unit = @p4 and municipality = @p5 and last_on < @p1 and last_on >= @p6
                    """, day, community, series.Category, series.Unit, series.Municipality, day.AddDays(-SeriesModel.Judged));
            return count;
        }, ct);
    }

    /// <summary>By day, a month at a time, so that 27 months are never in memory at once.</summary>
    private async Task<List<DailyCount>> CountsAsync(string community, DateOnly yesterday, CancellationToken ct)
    {
        var (from, counts) = (yesterday.AddDays(1 - CaughtUp - SeriesModel.Judged - SeriesModel.Usual), new List<DailyCount>());
        for (var day = from; day <= yesterday; day = new DateOnly(day.Year, day.Month, 1).AddMonths(1))
        {
            var end = new DateOnly(day.Year, day.Month, 1).AddMonths(1).AddDays(-1);
            var facts = await months.ReadAsync(community, day, end < yesterday ? end : yesterday, Clock.GetUtcNow(), Columns, ct);
            foreach (var month in facts.Months)
                counts.AddRange(month.CountByDay(facts.FirstDay, facts.LastDay).Select(c => new DailyCount(DateOnly.FromDayNumber(c.Day),
                    pools[Dimension.Category][c.Category]!, pools[Dimension.Unit][c.Unit] ?? "", pools[Dimension.Municipality][c.Municipality] ?? "",
                    c.Count)));
        }
        return counts;
    }

    private Signal Signal(string community, SeriesHistory history, Finding finding, DateOnly day)
    {
        var (days, now) = (history.Series[finding.Series], Clock.GetUtcNow());
        var data = Enumerable.Range(day.DayNumber + 1 - SeriesModel.Judged, SeriesModel.Judged)
            .Select(d => days.Between(d, d + 1).ToString(CultureInfo.InvariantCulture));
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Community = community,
            Category = finding.Series.Category,
            Unit = finding.Series.Unit,
            Municipality = finding.Series.Municipality,
            Rule = finding.Rule,
            RaisedOn = day,
            LastOn = day,
            Days = finding.Days,
            Observed = finding.Observed,
            Expected = Math.Round(finding.Expected, 2),
            Data = string.Join(',', data),
            State = "new",
            ChangedAt = now,
        };
    }
}

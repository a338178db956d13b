using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.ProtectFigures;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>Makes reports, and freezes those of quarters.</summary>
internal sealed class QuarterReports(IDbContextFactory<StatisticsDbContext> databases, Writer<StatisticsDbContext> writer, FactMonths facts,
    ProtectedFacts protectedFacts,
    StringPools pools, CurrentDirectory directory, Denominators denominators, IOptions<ReportOptions> options, TimeProvider clock)
{
    /// <summary>A frozen version, the latest unless another is asked for; null when there is none.</summary>
    public async Task<FrozenReport?> FrozenAsync(string community, string quarter, int? version, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.FrozenReports.Where(FrozenReport.IsShown)
            .Where(r => r.Community == community && r.Quarter == quarter && (version == null || r.Version == version))
            .OrderByDescending(r => r.Version).FirstOrDefaultAsync(ct);
    }

    /// <summary>
    /// A quarter or a year of somebody's own cases, whole and as they stand. One that is not over is compared with as many days of the others.
    /// </summary>
    public async Task<Report> OwnAsync(HealthCommunity community, Period period, OwnCases own, string subject, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var today = NorwegianCalendar.DayOf(now);
        var days = DaysOf(period);
        var isOver = days == period.Days;
        (string Code, string Label, Period Earlier)[] compared = period.IsQuarter
            ? [("previousQuarter", "columnPreviousQuarter", period.Before(1)), ("yearBefore", "columnYearBefore", period.Before(4))]
            : [("yearBefore", "columnPreviousYear", period.YearBefore())];
        var comparisons = new List<Comparison>();
        foreach (var (code, label, earlier) in compared)
            comparisons.Add(new(code, Texts.Report(label) + (isOver ? "" : Texts.Report("sameStretch", days)),
                await MakeAsync(isOver ? earlier : earlier with { To = earlier.From.AddDays(days - 1) }, [], [])));
        var trend = new List<TrendPeriod>();
        foreach (var quarter in QuartersUntil(period).Where(q => q.From <= today)) trend.Add(new(quarter, DaysOf(quarter),
            (await CountAsync(quarter)).Population));
        // Before the first deviation there was nothing to count, and not nothing counted.
        trend = [.. trend.SkipWhile(t => t.Population!.All.Count == 0)];
        var serious = (await facts.ReadAsync(community.Code, period.From.AddYears(-2), period.To, now,
            [FactColumn.Of(Block.Parties), FactColumn.Of(Block.Harm), FactColumn.Of(Block.Course), FactColumn.Day], ct)).Facts.SelectMany(part => part)
            .Where(f => f.CountedAs is CountedAs.Deviation && own.Include(f)).OrderBy(f => f.ReceivedOn).Select(f => (
                DateOnly.FromDayNumber(f.ReceivedOn), pools[Dimension.Harm][f[Dimension.Harm]] is { } harm && Harm.IsSerious(harm)));
        ReportTable[] more = [.. trend.Count > 1 ? ReportBuilder.Trends(trend, isProtected: false) : [], ReportBuilder.Between(serious)];
        return Noticed(await MakeAsync(period, comparisons, more));

        int DaysOf(Period of) => Math.Min(of.Days, Math.Max(1, today.DayNumber - of.From.DayNumber + 1));

        async Task<(Population Population, Rates Rates)> CountAsync(Period of) => (new(community, pools,
            await facts.ReadAsync(community.Code, of.From, of.To, now, FactColumn.All, ct), own.Include), Rates.Of(denominators, of));

        async Task<Report> MakeAsync(Period of, IReadOnlyList<Comparison> comparedWith, ReportTable[] first)
        {
            var (population, rates) = await CountAsync(of);
            var builder = new ReportBuilder(community, population, isProtected: false, rates);
            var (shown, omitted) = builder.Separate([.. first, .. builder.Tables(comparedWith), builder.Answers(), builder.Pairs(), builder.Quality(false)]);
            return new()
            {
                Kind = of.IsQuarter ? "quarter" : "year",
                Title = Texts.Report("titleOwn", Labels.Of(subject, community), Labels.Period(of.Code)),
                Community = community.Code,
                Subject = subject,
                Period = of.Code,
                From = of.From,
                To = of.To,
                Audience = Report.Own,
                RoundedTo = 1,
                ExtractedAt = now,
                KeyFigures = builder.KeyFigures(comparedWith),
                Tables = shown,
                Omitted = omitted,
                Method = Method(isProtected: false),
            };
        }
    }

    /// <summary>The year, as the sum of its quarters' protected figures; null until all four are frozen.</summary>
    public async Task<Report?> YearAsync(HealthCommunity community, Period year, CancellationToken ct) =>
        await SumAsync(community, year, isIncluded: null, ct) is not var (report, builder, trend) ? null
            : Complete(report with { Title = Texts.Report("titleYear", community.Name, year.Code) }, builder, [.. ReportBuilder.Trends(trend,
                isProtected: true),
                .. report.Tables, builder.Answers(), builder.Pairs(), builder.Quality(hasParties: true)]);

    /// <summary>
    /// What a year's reports have in common, of some of its deviations: the sum of the quarters' protected figures, compared with the year before and with each
    /// quarter. Null until all four are frozen.
    /// </summary>
    public async Task<(Report Report, ReportBuilder Builder, IReadOnlyList<TrendPeriod> Trend)?> SumAsync(HealthCommunity community, Period year,
        Func<CountedFact, bool>? isIncluded, CancellationToken ct)
    {
        if (await CountAsync(year) is not { } builder) return null;
        await using var db = await databases.CreateDbContextAsync(ct);
        string[] codes = [.. year.Quarters.Select(q => q.Code)];
        var trend = await TrendAsync(community, year, isIncluded, ct);
        var before = await CountAsync(year.YearBefore());
        Comparison[] comparisons =
        [
            .. before is null ? Array.Empty<Comparison>() : [new Comparison("yearBefore", Texts.Report("columnPreviousYear"), Plain(year.YearBefore(),
                before))],
            .. trend.Where(t => codes.Contains(t.Quarter.Code)).Select(t => new Comparison(t.Quarter.Code, Labels.Period(t.Quarter.Code),
                Plain(t.Quarter, new(community, t.Population!, isProtected: true, Rates.None)))),
        ];
        return (Plain(year, builder) with
        {
            // The same answer for the same versions, whenever it is asked for.
            ExtractedAt = (await db.FrozenReports.Where(FrozenReport.IsShown).Where(r => r.Community == community.Code && codes.Contains(r.Quarter))
                .Select(r => r.FrozenAt).ToListAsync(ct)).Max(),
            KeyFigures = builder.KeyFigures(comparisons),
            Tables = [.. builder.Tables(comparisons)],
        }, builder, trend);

        async Task<ReportBuilder?> CountAsync(Period of) => await protectedFacts.ReadAsync(community.Code, of.Quarters, ct) is { } set
            ? new(community, new(community, pools, set, isIncluded), isProtected: true, Rates.Of(denominators, of), of.Quarters.Count()) : null;

        Report Plain(Period of, ReportBuilder counted) => new()
        {
            Kind = "year",
            Title = "",
            Community = community.Code,
            Period = of.Code,
            From = of.From,
            To = of.To,
            Audience = Report.Everyone,
            RoundedTo = Protection.Base,
            ExtractedAt = default,
            KeyFigures = counted.KeyFigures([]),
            Tables = [.. counted.Tables([])],
            Method = Method(isProtected: true),
        };
    }

    /// <summary>The report with those of the tables that say something, and what it should be noticed for.</summary>
    public static Report Complete(Report report, ReportBuilder builder, IEnumerable<ReportTable> tables)
    {
        var (shown, omitted) = builder.Separate(tables);
        return Noticed(report with { Tables = shown, Omitted = omitted });
    }

    /// <summary>
    /// Freezes a quarter: rounds its figures and keeps them with the report; null when another instance froze it first. The version is a key that
    /// only one can take.
    /// </summary>
    public async Task<FrozenReport?> FreezeAsync(HealthCommunity community, Period quarter, int version, string? by, string? reason, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var counted = (await facts.ReadAsync(community.Code, quarter.From, quarter.To, now, FactColumn.All, ct)).Facts.SelectMany(part => part);
        var earlier = await db.ProtectedCubes.Where(c => c.Community == community.Code && c.Quarter == quarter.Code).OrderBy(c => c.Version)
            .Select(c => c.Body).ToListAsync(ct);
        var seed = RandomNumberGenerator.GetBytes(32);
        var cases = CubeRounding.Round(counted, [.. earlier.Select(cube => ProtectedCube.Read(cube, pools))], now.Minutes(), pools, seed);
        var report = await QuarterAsync(db, community, quarter, ProtectedFacts.Of(cases), now, ct);
        var (body, hash) = CanonicalJson.Seal(Write(report with { Version = version, FrozenAt = now, Reason = reason }));
        var frozen = new FrozenReport
        {
            Community = community.Code,
            Quarter = quarter.Code,
            Version = version,
            Audience = Report.Everyone,
            FrozenAt = now,
            FrozenBy = by,
            Reason = reason,
            Hash = hash,
            Body = body,
            Hidden = "",
        };
        var cube = ProtectedCube.Write(cases, pools);
        return await writer.WriteAsync(async unit =>
        {
            if (await unit.Sql.ExecuteAsync("""
                insert into frozen_reports (community, quarter, version, audience, frozen_at, frozen_by, reason, hash, body, hidden)
                values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10) on conflict do nothing
                """, frozen.Community, frozen.Quarter, version, frozen.Audience, now.ToUnixTimeMilliseconds(), by, reason, hash, body, "") == 0) return false;
            await unit.Sql.ExecuteAsync("insert into protected_cubes (community, quarter, version, base, seed, body) values (@p1, @p2, @p3, @p4, @p5, @p6)",
                frozen.Community, frozen.Quarter, version, Protection.Base, seed, cube);
            return true;
        }, ct) ? frozen : null;
    }

    /// <summary>
    /// The quarters that are over, old enough, and without protected figures, oldest first, so that each can be compared with those before; and the version
    /// that is next of each.
    /// </summary>
    public async Task<IReadOnlyList<(HealthCommunity Community, Period Quarter, int Version)>> DueAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        var due = new List<(HealthCommunity, Period, int)>();
        foreach (var community in directory.Now.All)
        {
            // Quarters before the first that is not imported wait for the secretariat: nobody else knows when all parties have imported theirs.
            if (await db.Facts.Where(f => f.Community == community.Code && !f.IsImported).MinAsync(f => (DateOnly?)f.ReceivedOn, ct) is not { } first) continue;
            var latest = await db.FrozenReports.Where(r => r.Community == community.Code).GroupBy(r => r.Quarter)
                .Select(g => new { Quarter = g.Key, Version = g.Max(r => r.Version) }).ToDictionaryAsync(g => g.Quarter, g => g.Version, ct);
            // After the versions: a quarter that another instance freezes in between is then seen as done, and never as due for a second version.
            var done = await db.ProtectedCubes.Where(c => c.Community == community.Code).Select(c => c.Quarter).Distinct().ToListAsync(ct);
            for (var quarter = Period.QuarterOf(first); quarter.To.AddDays(options.Value.DaysUntilFrozen) < today; quarter = quarter.Before(-1))
                if (!done.Contains(quarter.Code)) due.Add((community, quarter, latest.GetValueOrDefault(quarter.Code) + 1));
        }
        return [.. due.OrderBy(d => d.Item2.From)];
    }

    public static JsonObject Write(Report report) => JsonSerializer.SerializeToNode(report, ReportJson.Default.Report)!.AsObject();

    public static Report Read(FrozenReport frozen) => Read(frozen.Body);

    public static Report Read(byte[] document) => JsonSerializer.Deserialize(document, ReportJson.Default.Report)!;

    /// <summary>How it was counted, a paragraph each.</summary>
    public static string[] Method(bool isProtected) =>
    [
        Texts.Report("methodCounted"), Texts.Report("methodAnswers"), Texts.Report("methodInTime"),
        .. isProtected ? [Texts.Report("methodProtected", Protection.Base, Protection.FewestBehind), Texts.Report("methodCompared"),
            Texts.Report("methodFrozen")] : Array.Empty<string>(),
        Texts.Report("methodQuality"), Texts.Report("methodFewReports"),
    ];

    private async Task<Report> QuarterAsync(StatisticsDbContext db, HealthCommunity community, Period quarter, FactSet set, DateTimeOffset now,
        CancellationToken ct)
    {
        string[] before = [quarter.Before(1).Code, quarter.Before(4).Code];
        var frozen = await db.FrozenReports.Where(FrozenReport.IsShown).Where(r => r.Community == community.Code && before.Contains(r.Quarter)).ToListAsync(ct);
        var latest = frozen.GroupBy(r => r.Quarter).ToDictionary(g => g.Key, g => Read(g.MaxBy(r => r.Version)!), StringComparer.Ordinal);
        var population = new Population(community, pools, set);
        var builder = new ReportBuilder(community, population, isProtected: true, Rates.Of(denominators, quarter));
        Comparison[] comparisons =
        [
            new("previousQuarter", Texts.Report("columnPreviousQuarter"), latest.GetValueOrDefault(before[0])),
            new("yearBefore", Texts.Report("columnYearBefore"), latest.GetValueOrDefault(before[1])),
        ];
        var trend = await TrendAsync(community, quarter, isIncluded: null, ct);
        return Complete(new()
        {
            Kind = "quarter",
            Title = Texts.Report("titleQuarter", community.Name, Labels.Period(quarter.Code)),
            Community = community.Code,
            Period = quarter.Code,
            From = quarter.From,
            To = quarter.To,
            Audience = Report.Everyone,
            RoundedTo = Protection.Base,
            ExtractedAt = now,
            KeyFigures = builder.KeyFigures(comparisons),
            Tables = [],
            Method = Method(isProtected: true),
        }, builder,
        [
            .. ReportBuilder.Trends([.. trend.Where(t => t.Quarter.Code != quarter.Code), new(quarter, quarter.Days, population)], isProtected: true),
            .. builder.Tables(comparisons), builder.Answers(), builder.Pairs(), builder.Quality(hasParties: true),
        ]);
    }

    /// <summary>The frozen quarters up to the last of a period, eight at most, from the first that is known.</summary>
    private async Task<IReadOnlyList<TrendPeriod>> TrendAsync(HealthCommunity community, Period until, Func<CountedFact, bool>? isIncluded,
        CancellationToken ct)
    {
        var trend = new List<TrendPeriod>();
        foreach (var quarter in QuartersUntil(until))
        {
            var set = await protectedFacts.ReadAsync(community.Code, [quarter], ct);
            if (set is not null || trend.Count > 0) trend.Add(new(quarter, quarter.Days, set is null ? null : new(community, pools, set, isIncluded)));
        }
        return trend;
    }

    private static IEnumerable<Period> QuartersUntil(Period period) =>
        Enumerable.Range(0, 8).Reverse().Select(n => (period.IsQuarter ? period : Period.QuarterOf(period.To)).Before(n));

    private static Report Noticed(Report report) => report with { Highlights = Highlights.Of(report) };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.CareDirectories;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Statistics.Reports;

/// <summary>Makes reports, and freezes those of quarters.</summary>
internal sealed class QuarterReports(IDbContextFactory<StatisticsDbContext> databases, Writer<StatisticsDbContext> writer, CountedFacts facts, CurrentDirectory directory, IOptions<ReportOptions> options, TimeProvider clock)
{
    /// <summary>A frozen version as that audience got it, the latest unless another is asked for; null when there is none.</summary>
    public async Task<FrozenReport?> FrozenAsync(string community, string quarter, Audience audience, int? version, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.FrozenReports.Where(r => r.Community == community && r.Quarter == quarter && r.Audience == audience.Code && (version == null || r.Version == version))
            .OrderByDescending(r => r.Version).FirstOrDefaultAsync(ct);
    }

    /// <summary>The quarter as it stands, not frozen.</summary>
    public async Task<Report> QuarterAsync(HealthCommunity community, Period quarter, Audience audience, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        return (await QuarterAsync(db, community, quarter, audience, await PopulationAsync(db, community, quarter, now, ct), now, ct)).Report;
    }

    /// <summary>
    /// The year, once its quarters are frozen: it hides whatever one of them hides, so that the year less the others tells nothing. Null until then: a
    /// year that is shown before could give away what the last quarter is going to hide.
    /// </summary>
    public async Task<(Report Report, ReportBuilder Builder)?> YearAsync(HealthCommunity community, Period year, Audience audience, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        string[] codes = [.. year.Quarters.Select(q => q.Code)];
        var frozen = await db.FrozenReports.Where(r => r.Community == community.Code && codes.Contains(r.Quarter) && r.Audience == audience.Code).OrderBy(r => r.Version).ToListAsync(ct);
        if (frozen.Select(r => r.Quarter).Distinct().Count() < codes.Length) return null;
        var builder = new ReportBuilder(community, await PopulationAsync(db, community, year, now, ct), audience, KeysOf(frozen.Select(r => r.Hidden)), options.Value.Inhabitants);
        builder.Protect();
        Comparison[] comparisons = [.. codes.Select(code => new Comparison(code, Labels.Period(code), Read(frozen.Last(r => r.Quarter == code))))];
        return (new Report
        {
            Kind = "year",
            Title = Texts.Report("titleYear", community.Name, year.Code),
            Community = community.Code,
            Period = year.Code,
            From = year.From,
            To = year.To,
            Audience = audience.Code,
            Threshold = audience.Threshold,
            ExtractedAt = now,
            KeyFigures = builder.KeyFigures(comparisons),
            Tables = [.. builder.Tables(comparisons), builder.Answers(), builder.Pairs()],
            Suppression = Suppressed(builder),
            Method = Method(audience),
        }, builder);
    }

    /// <summary>
    /// Freezes a quarter once more, for both audiences at once; null when somebody else froze it meanwhile. What is frozen is added in one transaction
    /// under a key that only one can take, so several instances make one version.
    /// </summary>
    public async Task<IReadOnlyList<FrozenReport>?> FreezeAsync(HealthCommunity community, Period quarter, int version, string? by, string? reason, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var population = await PopulationAsync(db, community, quarter, now, ct);
        var frozen = new List<FrozenReport>();
        foreach (var audience in Audience.All)
        {
            var (report, hidden) = await QuarterAsync(db, community, quarter, audience, population, now, ct);
            var (body, hash) = CanonicalJson.Seal(Write(report with { Version = version, FrozenAt = now, Reason = reason }));
            frozen.Add(new()
            {
                Community = community.Code,
                Quarter = quarter.Code,
                Version = version,
                Audience = audience.Code,
                FrozenAt = now,
                FrozenBy = by,
                Reason = reason,
                Hash = hash,
                Body = body,
                Hidden = string.Join('\n', hidden),
            });
        }
        return await writer.WriteAsync(async unit =>
        {
            foreach (var f in frozen)
                if (await unit.Sql.ExecuteAsync("""
                    insert into frozen_reports (community, quarter, version, audience, frozen_at, frozen_by, reason, hash, body, hidden) values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10)
                    on conflict do nothing
                    """, f.Community, f.Quarter, f.Version, f.Audience, f.FrozenAt.ToUnixTimeMilliseconds(), f.FrozenBy, f.Reason, f.Hash, f.Body, f.Hidden) == 0) return false;
            return true;
        }, ct) ? frozen : null;
    }

    /// <summary>The quarters that are over, old enough to be frozen, and not frozen yet; oldest first, so that each can be compared with those before.</summary>
    public async Task<IReadOnlyList<(HealthCommunity Community, Period Quarter)>> DueAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        var due = new List<(HealthCommunity, Period)>();
        foreach (var community in directory.Now.All)
        {
            if (await db.Facts.Where(f => f.Community == community.Code).MinAsync(f => (DateOnly?)f.ReceivedOn, ct) is not { } first) continue;
            var frozen = await db.FrozenReports.Where(r => r.Community == community.Code).Select(r => r.Quarter).Distinct().ToListAsync(ct);
            for (var quarter = Period.QuarterOf(first); quarter.To.AddDays(options.Value.DaysUntilFrozen) < today; quarter = quarter.Before(-1))
                if (!frozen.Contains(quarter.Code)) due.Add((community, quarter));
        }
        return [.. due.OrderBy(d => d.Item2.From)];
    }

    public static JsonObject Write(Report report) => JsonSerializer.SerializeToNode(report, ReportJson.Default.Report)!.AsObject();

    public static Report Read(FrozenReport frozen) => Read(frozen.Body);

    public static Report Read(byte[] document) => JsonSerializer.Deserialize(document, ReportJson.Default.Report)!;

    public async Task<Population> PopulationAsync(StatisticsDbContext db, HealthCommunity community, Period period, DateTimeOffset at, CancellationToken ct)
    {
        var population = new Population(community, facts, at);
        population.Add(await facts.ReadAsync(db, community.Code, period.From, period.To, ct));
        return population;
    }

    private async Task<(Report Report, IReadOnlyList<string> Hidden)> QuarterAsync(StatisticsDbContext db, HealthCommunity community, Period quarter, Audience audience, Population population, DateTimeOffset now, CancellationToken ct)
    {
        string[] before = [.. Enumerable.Range(1, 7).Select(n => quarter.Before(n).Code)];
        var frozen = await db.FrozenReports.Where(r => r.Community == community.Code && r.Audience == audience.Code && before.Contains(r.Quarter)).ToListAsync(ct);
        var latest = frozen.GroupBy(r => r.Quarter).ToDictionary(g => g.Key, g => Read(g.MaxBy(r => r.Version)!), StringComparer.Ordinal);
        var earlier = await db.FrozenReports.Where(r => r.Community == community.Code && r.Quarter == quarter.Code && r.Audience == audience.Code).Select(r => r.Hidden).ToListAsync(ct);

        var builder = new ReportBuilder(community, population, audience, KeysOf(earlier), options.Value.Inhabitants);
        builder.Protect();
        Comparison[] comparisons =
        [
            new("previousQuarter", Texts.Report("columnPreviousQuarter"), latest.GetValueOrDefault(before[0])),
            new("yearBefore", Texts.Report("columnYearBefore"), latest.GetValueOrDefault(before[3])),
        ];
        var trend = before.Reverse().Select(q => (q, latest.GetValueOrDefault(q)?.KeyFigures.Rows[0].Values[0])).Append((quarter.Code, builder.Count("total:all")));
        return (new Report
        {
            Kind = "quarter",
            Title = Texts.Report("titleQuarter", community.Name, Labels.Period(quarter.Code)),
            Community = community.Code,
            Period = quarter.Code,
            From = quarter.From,
            To = quarter.To,
            Audience = audience.Code,
            Threshold = audience.Threshold,
            ExtractedAt = now,
            KeyFigures = builder.KeyFigures(comparisons),
            Tables = [ReportBuilder.TrendOf([.. trend]), .. builder.Tables(comparisons), builder.Answers(), builder.Pairs()],
            Suppression = Suppressed(builder),
            Method = Method(audience),
        }, builder.Hidden);
    }

    private static ReportSuppression Suppressed(ReportBuilder builder) => new(builder.Loss.Primary, builder.Loss.Complementary, builder.Loss.Folded, builder.Loss.Bound);

    private static string[] Method(Audience audience) =>
        [Texts.Report("methodCounted"), Texts.Report("methodAnswers"), Texts.Report("methodHidden", audience.Threshold - 1), Texts.Report("methodFrozen")];

    private static HashSet<string> KeysOf(IEnumerable<string> hidden) => [.. hidden.SelectMany(h => h.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
}

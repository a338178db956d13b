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

namespace Avvik.Statistics.Reports;

/// <summary>Makes reports, and freezes those of quarters.</summary>
internal sealed class QuarterReports(IDbContextFactory<StatisticsDbContext> databases, Writer<StatisticsDbContext> writer, FactCache facts,
    ProtectedFacts protectedFacts,
    StringPools pools, CurrentDirectory directory, IOptions<ReportOptions> options, TimeProvider clock)
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
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var days = Math.Min(period.Days, Math.Max(1, NorwegianCalendar.DayOf(now).DayNumber - period.From.DayNumber + 1));
        var isOver = days == period.Days;
        var (before, year) = period.IsQuarter ? (period.Before(1), period.Before(4)) : (period.YearBefore(), null);
        var comparisons = new List<Comparison>();
        var previous = period.IsQuarter ? "columnPreviousQuarter" : "columnPreviousYear";
        foreach (var (code, label, earlier) in new[] { ("previousQuarter", previous, before), ("yearBefore", "columnYearBefore", year) })
        {
            if (earlier is null) continue;
            var stretch = isOver ? earlier : earlier with { To = earlier.From.AddDays(days - 1) };
            comparisons.Add(new(code, Texts.Report(label) + (isOver ? "" : Texts.Report("sameStretch", days)), await MakeAsync(stretch, [])));
        }
        return await MakeAsync(period, comparisons);

        async Task<Report> MakeAsync(Period of, IReadOnlyList<Comparison> comparedWith)
        {
            var population = new Population(community, pools, FactSet.Whole(await facts.ReadAsync(db, community.Code, of.From, of.To, ct), now), own.Include);
            var builder = new ReportBuilder(community, population, isProtected: false, options.Value.InhabitantsOf(of.From.Year));
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
                Tables = [.. builder.Tables(comparedWith), builder.Answers(), builder.Pairs()],
                Method = Method(isProtected: false, hasMunicipalities: true),
            };
        }
    }

    /// <summary>The year, as the sum of its quarters' protected figures; null until all four are frozen.</summary>
    public async Task<Report?> YearAsync(HealthCommunity community, Period year, CancellationToken ct)
    {
        if (await protectedFacts.ReadAsync(community.Code, year.Quarters, ct) is not { } set) return null;
        await using var db = await databases.CreateDbContextAsync(ct);
        string[] codes = [.. year.Quarters.Select(q => q.Code)];
        var frozen = await db.FrozenReports.Where(FrozenReport.IsShown).Where(r => r.Community == community.Code
            && codes.Contains(r.Quarter)).OrderBy(r => r.Version).ToListAsync(ct);
        var builder = new ReportBuilder(community, new(community, pools, set), isProtected: true, options.Value.InhabitantsOf(year.From.Year));
        Comparison[] comparisons = [.. codes.Select(code => new Comparison(code, Labels.Period(code), Read(frozen.Last(r => r.Quarter == code))))];
        return new()
        {
            Kind = "year",
            Title = Texts.Report("titleYear", community.Name, year.Code),
            Community = community.Code,
            Period = year.Code,
            From = year.From,
            To = year.To,
            Audience = Report.Everyone,
            RoundedTo = Protection.Base,
            // The same answer for the same versions, whenever it is asked for.
            ExtractedAt = frozen.Max(r => r.FrozenAt),
            KeyFigures = builder.KeyFigures(comparisons),
            Tables = [.. builder.Tables(comparisons), builder.Answers(), builder.Pairs()],
            Method = Method(isProtected: true, builder.IsShown("municipality")),
        };
    }

    /// <summary>
    /// Freezes a quarter: rounds its figures and keeps them with the report; null when another instance froze it first. The version is a key that
    /// only one can take.
    /// </summary>
    public async Task<FrozenReport?> FreezeAsync(HealthCommunity community, Period quarter, int version, string? by, string? reason, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var counted = (await facts.ReadAsync(db, community.Code, quarter.From, quarter.To, ct)).SelectMany(day => day);
        var kept = await db.ProtectedCubes.Where(c => c.Community == community.Code
            && c.Quarter == quarter.Code).OrderByDescending(c => c.Version).Select(c => c.Body).FirstOrDefaultAsync(ct);
        var seed = RandomNumberGenerator.GetBytes(32);
        var cases = CubeRounding.Round(counted, kept is null ? null : ProtectedCube.Read(kept, pools), now.Minutes(), pools, seed);
        var report = await QuarterAsync(db, community, quarter, ProtectedFacts.Of([cases.ToArray()]), now, ct);
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
            if (await db.Facts.Where(f => f.Community == community.Code).MinAsync(f => (DateOnly?)f.ReceivedOn, ct) is not { } first) continue;
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
    public static string[] Method(bool isProtected, bool hasMunicipalities) =>
    [
        Texts.Report("methodCounted"), Texts.Report("methodAnswers"), Texts.Report("methodInTime"),
        .. isProtected ? [Texts.Report("methodProtected", Protection.Base, Protection.FewestBehind), Texts.Report("methodFrozen")] : Array.Empty<string>(),
        .. hasMunicipalities ? [] : new[] { Texts.Report("methodNoMunicipalities") },
        Texts.Report("methodQuality"), Texts.Report("methodFewReports"),
    ];

    private async Task<Report> QuarterAsync(StatisticsDbContext db, HealthCommunity community, Period quarter, FactSet set, DateTimeOffset now,
        CancellationToken ct)
    {
        string[] before = [.. Enumerable.Range(1, 7).Select(n => quarter.Before(n).Code)];
        var frozen = await db.FrozenReports.Where(FrozenReport.IsShown).Where(r => r.Community == community.Code && before.Contains(r.Quarter)).ToListAsync(ct);
        var latest = frozen.GroupBy(r => r.Quarter).ToDictionary(g => g.Key, g => Read(g.MaxBy(r => r.Version)!), StringComparer.Ordinal);
        var population = new Population(community, pools, set);
        var builder = new ReportBuilder(community, population, isProtected: true, options.Value.InhabitantsOf(quarter.From.Year));
        Comparison[] comparisons =
        [
            new("previousQuarter", Texts.Report("columnPreviousQuarter"), latest.GetValueOrDefault(before[0])),
            new("yearBefore", Texts.Report("columnYearBefore"), latest.GetValueOrDefault(before[3])),
        ];
        var trend = before.Reverse().Select(q => (q, latest.GetValueOrDefault(q)?.KeyFigures.Rows[0].Values[0]))
            .Append((quarter.Code, new Figure(population.All.Count)));
        return new()
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
            Tables = [ReportBuilder.TrendOf([.. trend]), .. builder.Tables(comparisons), builder.Answers(), builder.Pairs()],
            Method = Method(isProtected: true, builder.IsShown("municipality")),
        };
    }
}

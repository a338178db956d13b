using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Statistics.Facts;
using Avvik.Statistics.ProtectFigures;
using Avvik.Statistics.Reports;
using Avvik.Statistics.Tests.Figures;
using Avvik.Statistics.Tests.Reports;
using Avvik.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.ProtectFigures;

/// <summary>What somebody outside the parties tries, with all that the service answers: questions, reports, versions, diffs.</summary>
[Collection(nameof(StatisticsServices))]
public sealed class Attack_tests(StatisticsServices services)
{
    private const string Year = "scope=community&from=2025-01-01&to=2025-12-31";
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;
    private static readonly string[] Quarters = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"];

    [Fact]
    public async Task Difference_of_two_totals_reveals_no_small_count()
    {
        var (service, events) = await FrozenYearAsync(700);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        string[] municipalities = [.. Innlandet.Parties.Select(p => p.MunicipalityNumber).OfType<string>()];
        var total = (await ssu.AskAsync($"{Year}&{All(municipalities)}")).Total;
        var rows = (await ssu.AskAsync($"{Year}&by=municipality")).Rows.ToDictionary(r => r.Dimensions!["municipality"].GetString() ?? "",
            StringComparer.Ordinal);
        var small = municipalities.Where(m => Count(events, m) is > 0 and < 5).ToList();

        Assert.NotEmpty(small);
        foreach (var municipality in small)
        {
            var rest = (await ssu.AskAsync($"{Year}&{All(municipalities.Where(m => m != municipality))}")).Total;
            // The difference is what the table says, and says no more than the table: a multiple of the base.
            Assert.Equal(rows.GetValueOrDefault(municipality)?.Count.Value ?? 0, total.Count.Value - rest.Count.Value);
            Assert.Equal(0, (total.Count.Value - rest.Count.Value) % Protection.Base);
            Assert.Equal(0, (total.Open.Value - rest.Open.Value) % Protection.Base);
        }

        static string All(IEnumerable<string> of) => string.Join('&', of.Select(m => $"municipality={m}"));
        static int Count(CaseChanged[] events, string municipality) => events.Count(e => Recount.Values("municipality", e).Contains(municipality));
    }

    [Fact]
    public async Task Many_questions_cannot_rebuild_a_case()
    {
        var (service, _) = await FrozenYearAsync(700);
        var ssu = service.As(StatisticsService.Hamar, Roles.Ssu);

        foreach (var query in new[] { "by=category,harm,kind", "by=category,harm&kind=incident", "category=medication&harm=mild&by=direction",
            "from=2025-02-03&to=2025-02-03&by=category,harm", "scope=own" })
            Assert.NotEqual(HttpStatusCode.OK, (await ssu.GetAsync($"/api/v1/statistics?{query}")).StatusCode);
        // Nor is there a quarter that the reports refuse.
        Assert.Equal(HttpStatusCode.NotFound, (await ssu.GetAsync("/api/v1/statistics?quarter=2026-Q3")).StatusCode);
    }

    [Theory]
    [InlineData(Roles.Handler)]
    [InlineData(Roles.Client)]
    [InlineData(Roles.LearningEditor)]
    [InlineData(Roles.Coordinator)]
    [InlineData(Roles.Secretariat)]
    public async Task Others_figures_are_the_same_protected_ones_for_every_role(string role)
    {
        var (service, _) = await FrozenYearAsync(300);
        const string query = $"/api/v1/statistics?{Year}&by=municipality,harm";

        Assert.Equal(await service.As(StatisticsService.Hamar, Roles.Ssu).GetStringAsync(query), await service.As(StatisticsService.Ringsaker, role)
            .GetStringAsync(query));
    }

    [Fact]
    public async Task Own_figures_are_whole_for_party_coordinators_and_for_own_unit()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync([.. Given.Cases(2), .. Given.Cases(3, f => f with { ReporterOrganization = StatisticsService.Ringsaker }), .. Given.Cases(4)
            .Select(c => c with { Unit = "si-habilitering" })]);

        Assert.Equal(6, (await service.AskAsync("", StatisticsService.Hamar)).Total.Count.Value);
        Assert.Equal(3, (await service.AskAsync("", StatisticsService.Ringsaker)).Total.Count.Value);
        Assert.Equal(9, (await service.AskAsync("", StatisticsService.InnlandetTrust)).Total.Count.Value);
        var handler = AvvikClient.For(service.AsOfUnit(StatisticsService.InnlandetTrust, "si-habilitering", Roles.Handler));
        Assert.Equal(("own", 4), await handler.GetStatisticsAsync() is var own ? (own.Scope, own.Total.Count.Value) : default);
        // A handler of another party does not see a small number of others, whatever the filter.
        using var other = service.AsOfUnit("864948502", "3421-lege", Roles.Handler);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync("/api/v1/statistics?scope=community&municipality=3403&by=harm")).StatusCode);
    }

    [Fact]
    public async Task Answer_times_and_shares_are_shown_only_where_at_least_five_answers_stand_behind()
    {
        var (service, events) = await FrozenYearAsync(2800);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));

        foreach (var dimension in new[] { "municipality", "category", "harm", "unit", "respondent" })
            foreach (var row in (await ssu.AskAsync($"{Year}&by={dimension}")).Rows)
            {
                var of = events.Where(e => IsDeviation(e) && Recount.Values(dimension, e).Contains(row.Dimensions![dimension].GetString())).ToList();
                if (row.MedianAnswerDays?.Value is not null) Assert.True(of.Count(e => e.AnsweredAt is not null) >= 5,
                    $"{row.Dimensions![dimension]} shows the median of few");
                if (row.AnsweredInTimePercent?.Value is not null) Assert.True(of.Count(e => e.DueAt is not null) >= 5,
                    $"{row.Dimensions![dimension]} shows the share of few");
            }
    }

    [Fact]
    public async Task Solver_narrows_no_small_count_below_the_threshold_from_everything_published()
    {
        var (service, events) = await FrozenYearAsync(700);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        var attacker = await ReaderOfQuartersAsync(ssu, "municipality,harm", "category,harm", "region,category", "unit,direction", "municipality,direction",
            "category,patientGroup");
        // One case comes late, and the attacker knows that it was no more than one.
        await service.ReceiveAsync(History.Of(1003, 1, new(2025, 4, 1), new(2025, 6, 30)));
        await service.Services.GetRequiredService<QuarterReports>()
            .FreezeAsync(Innlandet, Period.Read("2025-Q2")!, 2, null, "En melding kom for sent.", CancellationToken.None);
        attacker.Learn("2025-Q2 again", await ssu.GetReportAsync("innlandet", "2025-Q2"), 1);
        attacker.LearnLater("2025-Q2", "2025-Q2 again", most: 1);
        attacker.Learn("2025", await ssu.GetReportAsync("innlandet", "2025"), 4);
        attacker.LearnSum("2025", [.. Quarters.Select(q => q == "2025-Q2" ? "2025-Q2 again" : q)]);
        foreach (var region in Innlandet.Regions) attacker.LearnPart("2025", "region", region.Code, await ssu.GetReportAsync("innlandet",
            $"regions/{region.Code}/2025"));
        foreach (var group in new[] { "frailElderly", "maternity" }) attacker.LearnPart("2025", "patientGroup", group, await ssu.GetReportAsync("innlandet",
            $"patient-groups/{group}/2025"));
        attacker.LearnPart("2025", "agreement", "innlandet-2024", await ssu.GetReportAsync("innlandet", "agreements/innlandet-2024"));

        var small = Small(events).Where(attacker.Knows).Take(25).ToList();
        Assert.NotEmpty(small);
        foreach (var cell in small)
        {
            var (from, to) = attacker.Narrow(cell);
            Assert.True(to - from >= Protection.Base, $"{cell} lies in {from} to {to}");
        }
    }

    /// <summary>Whoever reads for a party knows its own cases, and takes them from every count.</summary>
    [Fact]
    public async Task Solver_finds_no_count_of_others_by_taking_a_partys_own_from_everything_published()
    {
        var (service, events) = await FrozenYearAsync(700);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        var attacker = await ReaderOfQuartersAsync(ssu, "municipality,harm", "category,harm", "unit,direction");
        var isOwn = events.ToLookup(e => StatisticsService.Hamar == e.Facts.ReporterOrganization || StatisticsService.Hamar == e.Facts.RespondentOrganization);
        var (own, others) = (Counts(isOwn[true]), Counts(isOwn[false]));
        foreach (var (cell, count) in own.Where(c => attacker.Knows(c.Key))) attacker.LearnLeast(cell, count);

        var small = others.Where(c => c.Value is > 0 and < 5 && own.ContainsKey(c.Key) && attacker.Knows(c.Key)).Select(c => c.Key)
            .Order(StringComparer.Ordinal).Take(25).ToList();
        Assert.NotEmpty(small);
        foreach (var cell in small)
        {
            var (from, to) = attacker.Narrow(cell);
            Assert.True(to > from, $"{cell}: {to - own[cell]} are others'");
        }
    }

    [Fact]
    public void Solver_finds_a_small_count_that_is_not_protected()
    {
        var attacker = new Attacker();
        // Exact counts, one of them hidden: the total less the others.
        attacker.LearnExact("total", 12);
        attacker.LearnExact("a", 9);
        attacker.LearnExactSum("total", "a", "b");

        Assert.Equal((3, 3), attacker.Narrow("b"));
    }

    [Fact]
    public void Diff_of_one_late_case_tells_little_more_of_it_than_of_another()
    {
        Dimension[] profile = [Dimension.Category, Dimension.Harm, Dimension.Kind, Dimension.Municipality, Dimension.Direction];
        var pools = new StringPools();
        CountedFact[] facts = [.. History.Of(81, 175, new(2025, 4, 1), new(2025, 6, 30)).Select(e => Cube.Fact(e, pools))];
        CountedFact[] late = [.. History.Of(1000, 60, new(2025, 4, 1), new(2025, 6, 30)).Select(e => Cube.Fact(e, pools))
            .Where(f => f.CountedAs is CountedAs.Deviation)];
        // How many of the properties have risen in the diff: of the case that came, and of one that did not.
        var (own, others) = (new List<int>(), new List<int>());
        foreach (var (i, came) in late.Index())
        {
            var first = CubeRounding.Round(facts, [], Cube.At, pools, [(byte)i]);
            var before = Cube.Counts(first, pools, 1, Protection.Base);
            var after = Cube.Counts(CubeRounding.Round([.. facts, came], [first], Cube.At, pools, [(byte)i, 1]), pools, 1, Protection.Base);
            int Risen(CountedFact of) => profile.Select(d => $"{d.Name}:{pools[d][of[d]]}")
                .Count(c => after.GetValueOrDefault(c) > before.GetValueOrDefault(c));
            own.Add(Risen(came));
            others.AddRange(late.Index().Where(l => l.Index != i).Select(l => Risen(l.Item)));
        }

        // A rise makes a property at most twice as likely (odds of 1 to 1 have become 2 to 1), and no diff has the whole of a case.
        Assert.InRange(own.Average(), 0, 2 * others.Average());
        Assert.InRange(others.Average() / profile.Length, 0.05, 0.4);
        Assert.InRange(own.Count(n => n == profile.Length), 0, 0);
        Assert.InRange(own.Count(n => n >= 4) / (double)own.Count, 0, others.Count(n => n >= 4) / (double)others.Count + 0.05);
    }

    [Fact]
    public async Task Diff_of_versions_shows_rounded_counts_and_more_than_the_late_case()
    {
        var (service, _) = await FrozenYearAsync(700);
        var reports = service.Services.GetRequiredService<QuarterReports>();
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        await service.ReceiveAsync(History.Of(1002, 1, new(2025, 4, 1), new(2025, 6, 30)));
        await reports.FreezeAsync(Innlandet, Period.Read("2025-Q2")!, 2, null, "En melding kom for sent.", CancellationToken.None);

        var diff = await ssu.GetReportDiffAsync("innlandet", "2025-Q2", 1, 2);

        Assert.InRange(diff.Changes.Where(c => c.Column == "count").Select(c => c.Table).Distinct().Count(), 3, int.MaxValue);
        // How many municipalities are shown with nothing follows from what is shown of each.
        Assert.All(diff.Changes.Where(c => c.Column == "count" && c.Row != "silentMunicipalities"), c =>
            Assert.Equal(0, ((c.After?.Value ?? 0) - (c.Before?.Value ?? 0)) % Protection.Base));
    }

    [Fact]
    public void Rounding_of_a_small_count_is_decided_by_the_seed_and_not_by_the_data()
    {
        var pools = new StringPools();
        CountedFact[] facts = [.. History.Of(72, 300, new(2026, 4, 1), new(2026, 6, 30)).Select(e => Cube.Fact(e, pools))];
        var seen = new Dictionary<string, HashSet<int>>(StringComparer.Ordinal);
        for (byte seed = 0; seed < 16; seed++)
            foreach (var cell in Cube.Errors(facts, CubeRounding.Round(facts, [], Cube.At, pools, [seed]), pools, 1).Where(c => c.True is > 0 and < 5))
            {
                if (!seen.TryGetValue(cell.Cell, out var values)) seen.Add(cell.Cell, values = []);
                values.Add(cell.Rounded);
            }

        // Whoever knows the method and the data of all the others cannot tell which way a count went.
        Assert.InRange(seen.Count(c => c.Value.Count > 1) / (double)seen.Count, 0.8, 1);
        Assert.Equal(CubeRounding.Round(facts, [], Cube.At, pools, [1])
            .Select(f => Cube.Profile(f, pools)), CubeRounding.Round(facts, [], Cube.At, pools, [1]).Select(f => Cube.Profile(f, pools)));
    }

    [Fact]
    public async Task Year_is_the_sum_of_its_quarters_and_every_report_agrees_with_every_question()
    {
        var (service, _) = await FrozenYearAsync(1300);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        var year = await ssu.GetReportAsync("innlandet", "2025");
        var quarters = await Task.WhenAll(Quarters.Select(q => ssu.GetReportAsync("innlandet", q)));
        var regions = await Task.WhenAll(Innlandet.Regions.Select(r => ssu.GetReportAsync("innlandet", $"regions/{r.Code}/2025")));
        var question = (await ssu.AskAsync($"{Year}&by=region,category"))
            .Rows.ToDictionary(r => (r.Dimensions!["region"].GetString(), r.Dimensions!["category"].GetString()), r => r.Count.Value);

        foreach (var table in year.Tables.Where(t => t.Code is "direction" or "category" or "harm" or "unit" or "patientGroup"))
            foreach (var row in table.Rows)
                Assert.Equal(row.Values[0]!.Value.Value, quarters.Sum(q => Count(q, table.Code, row.Code)));
        foreach (var region in regions)
            Assert.All(region.Tables.Single(t => t.Code == "category")
                .Rows, r => Assert.Equal(question.GetValueOrDefault((region.Subject, r.Code)) ?? 0, r.Values[0]!.Value.Value));

        static double Count(Report report, string table, string? row) => report.Tables.Single(t => t.Code == table).Rows.Where(r => r.Code == row)
            .Sum(r => r.Values[0]!.Value.Value ?? 0);
    }

    [Fact]
    public async Task Every_format_shows_the_protected_counts_and_no_other()
    {
        var (service, _) = await FrozenYearAsync(1300);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        foreach (var path in new[] { "2025-Q2", "2025", "regions/hamarregionen/2025", "patient-groups/frailElderly/2025", "agreements/innlandet-2024" })
        {
            var report = await ssu.GetReportAsync("innlandet", path);
            // Whatever a format is made of, it is the figures of the report in JSON; and of those each count is a multiple of the base.
            var document = Printed.Of(report);
            var known = report.Tables.Prepend(report.KeyFigures).SelectMany(t => t.Rows).SelectMany(r => r.Values).Select(v => (decimal?)v?.Value).ToHashSet();
            foreach (var column in document.Data.SelectMany(t => t.Columns.Index(), (t, c) => (Table: t, c.Index, c.Item)))
                foreach (var row in column.Table.Rows)
                {
                    var cell = row.Cells[column.Index];
                    Assert.True(cell.Number is null || known.Contains(cell.Number), $"{path} {column.Table.Code} {row.Code}");
                    if (column.Item.Code == "count" && row.Code != "silentMunicipalities") Assert.Equal(0, (cell.Number ?? 0) % Protection.Base);
                }
            foreach (var section in document.Chapters.SelectMany(c => c.Sections).Where(s => s.Chart is Statistics.Documents.BarChart))
                Assert.All(section.Table.Rows, r => Assert.Equal(0, (r[section.Chart!.Values].Number ?? 0) % Protection.Base));
            foreach (var tile in document.KeyFigures.Where(f => f.Label is "Avvik mottatt" or "Ubesvart over frist"))
                Assert.Equal(0, int.Parse(string.Concat(tile.Value.Where(char.IsAsciiDigit)),
                    System.Globalization.CultureInfo.InvariantCulture) % Protection.Base);
            // The note and the charts exist for each, and nobody gets a format of what they may not read.
            foreach (var format in new[] { ".note", ".charts" }) Assert.NotEmpty(await ssu.DownloadReportAsync("innlandet", path + format));
        }
        foreach (var format in new[] { ".pdf", ".xlsx", ".csv", ".note", ".charts" })
            Assert.Equal(HttpStatusCode.NotFound, (await service.As(StatisticsService.Hamar,
                Roles.Ssu).GetAsync($"/api/v1/reports/innlandet/2026-Q3{format}")).StatusCode);
    }

    [Fact]
    public async Task Questions_are_logged_and_throttled_for_each_person()
    {
        await using var service = new StatisticsService(await Avvik.Testing.Databases.CreateAsync(DatabaseProvider.Sqlite), ("Questions:PerMinute", "3"));
        using var coordinator = service.As(StatisticsService.Hamar, Roles.Coordinator);

        foreach (var question in new[] { "statistics?by=harm", "reports/innlandet/2026-Q3", "reports/innlandet/2026-Q3.csv" })
            Assert.Equal(HttpStatusCode.OK, (await coordinator.GetAsync($"/api/v1/{question}")).StatusCode);
        foreach (var question in new[] { "statistics", "reports/innlandet/2026-Q3" })
        {
            using var refused = await coordinator.GetAsync($"/api/v1/{question}");
            Assert.Equal((HttpStatusCode.TooManyRequests, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));
        }

        foreach (var other in new[] { service.AsPerson("another", StatisticsService.Hamar, Roles.Coordinator),
            service.As(StatisticsService.Ringsaker, Roles.Coordinator) })
            Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/api/v1/statistics")).StatusCode);
        var log = await service.As(StatisticsService.Hamar, Roles.Auditor).GetStringAsync("/api/v1/access-log/statistics");
        Assert.Contains("figuresRead", log, StringComparison.Ordinal);
        Assert.Contains("by=harm", log, StringComparison.Ordinal);
        Assert.Contains("/reports/innlandet/2026-Q3.csv", log, StringComparison.Ordinal);
    }

    /// <summary>Who has read the report of every quarter and asked for its counts by two properties at a time.</summary>
    private static async Task<Attacker> ReaderOfQuartersAsync(IAvvikClient client, params string[] pairs)
    {
        var attacker = new Attacker();
        foreach (var quarter in Quarters)
        {
            attacker.Learn(quarter, await client.GetReportAsync("innlandet", quarter), 1);
            foreach (var by in pairs) attacker.Learn(quarter, by.Split(','), await client.AskAsync($"quarter={quarter}&by={by}"));
        }
        return attacker;
    }

    private static bool IsDeviation(CaseChanged e) => e.Facts.Kind is not ("goodPractice" or "improvement");

    private static IEnumerable<string> Small(CaseChanged[] events) => Counts(events).Where(c => c.Value < 5).Select(c => c.Key);

    private static Dictionary<string, int> Counts(IEnumerable<CaseChanged> events) => events.Where(IsDeviation)
        .SelectMany(e => new[] { "municipality", "category", "harm", "kind", "unit" }
            .SelectMany(d => Recount.Values(d, e).Select(v => $"{Fact.Of(e).Quarter}/{d}:{v ?? "-"}")))
        .CountBy(cell => cell).ToDictionary(StringComparer.Ordinal);

    private async Task<(StatisticsService Service, CaseChanged[] Events)> FrozenYearAsync(int count)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        CaseChanged[] events = [.. History.Of(81, count, new(2025, 1, 1), new(2025, 12, 31))];
        await service.ReceiveAsync(events);
        foreach (var quarter in Quarters) await service.Services.GetRequiredService<QuarterReports>()
            .FreezeAsync(Innlandet, Period.Read(quarter)!, 1, null, null, CancellationToken.None);
        return (service, events);
    }
}

using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Statistics.Reports;
using Avvik.Statistics.Tests.Figures;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Reports;

/// <summary>What the other meetings get: the year, a region, a patient group, an agreement.</summary>
[Collection(nameof(StatisticsServices))]
public sealed class Meeting_tests(StatisticsServices services)
{
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;
    private static readonly string[] Crossed = ["direction", "clause", "category", "kind", "harm"];

    [Fact]
    public async Task A_region_and_a_patient_group_get_their_year_with_the_figures_of_a_naive_recount()
    {
        var (service, events) = await YearAsync(61, 2500);
        var client = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Coordinator));

        var region = await client.GetReportAsync("innlandet", "regions/hamarregionen/2025");
        IsRecount(region, [.. events.Where(e => Recount.Values("region", e).Contains("hamarregionen"))]);
        var group = await client.GetReportAsync("innlandet", "patient-groups/frailElderly/2025");
        IsRecount(group, [.. events.Where(e => e.Facts.PatientGroups.Contains("frailElderly"))]);
        Assert.NotNull(group.KeyFigures.Rows.Single(r => r.Code == "lessons").Values[0]);
        Assert.Equal(2500, (await client.GetReportAsync("innlandet", "2025")).KeyFigures.Rows[0].Values[0]!.Value.Value);
        foreach (var path in new[] { "2025.pdf", "2025.xlsx", "2025.csv", "regions/hamarregionen/2025.pdf", "patient-groups/frailElderly/2025.pdf", "agreements/innlandet-2024.pdf" })
            Assert.NotEmpty(await client.DownloadReportAsync("innlandet", path));
    }

    [Fact]
    public async Task None_of_them_is_there_before_the_quarters_of_the_year_are_frozen()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(62, 100, new(2025, 1, 1), new(2025, 12, 31)));
        var client = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Coordinator));

        foreach (var path in new[] { "2025", "regions/hamarregionen/2025", "patient-groups/frailElderly/2025" })
        {
            var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => client.GetReportAsync("innlandet", path));
            Assert.Equal("urn:avvik:problem:notFrozen", refused.Problem.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task The_clauses_of_an_agreement_are_counted_over_its_life()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        CaseChanged[] events = [.. History.Of(63, 3000, new(2024, 3, 1), new(2026, 8, 31))];
        await service.ReceiveAsync([.. events, .. Given.Cases(4, f => f with { Agreement = "innlandet-2019" })]);

        var report = await AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Coordinator)).GetReportAsync("innlandet", "agreements/innlandet-2024");

        Assert.Equal(3000, report.KeyFigures.Rows[0].Values[0]!.Value.Value);
        var rows = Assert.Single(report.Tables).Rows;
        Assert.Contains(rows, r => r.Values.All(v => v?.Value > 0));
        foreach (var row in rows)
        {
            CaseChanged[] of = [.. events.Where(e => e.Facts.Clause == row.Code)];
            double[] recounted = [of.Length, of.Count(e => e.Disputes > 0), of.Count(e => e.ContributingFactors?.Contains("agreementUnclear") == true)];
            Assert.All(row.Values.Zip(recounted), v => Assert.True(v.First == Figure.Suppressed || v.First?.Value == v.Second, $"{row.Code}: {v.First?.Value} and not {v.Second}"));
        }
    }

    [Theory]
    [InlineData(64, 400)]
    [InlineData(65, 3000)]
    public async Task With_the_year_and_every_region_side_by_side_no_hidden_number_can_be_narrowed_below_the_threshold(int seed, int count)
    {
        var (service, _) = await YearAsync(seed, count);
        var client = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        var attacker = new Attacker();
        attacker.Learn("2025", await client.GetReportAsync("innlandet", "2025"));
        foreach (var region in Innlandet.Regions) attacker.LearnPart("2025", region.Code, await client.GetReportAsync("innlandet", $"regions/{region.Code}/2025"), Crossed);
        attacker.LearnThatTheYearIsSumOfItsParts();

        var narrowed = await attacker.NarrowAsync();

        // That there is none is no secret; and what has no region is what the shown ones leave.
        Assert.All(narrowed, cell => Assert.True(cell.Value.To == 0 || (cell.Key.Contains("|-/", StringComparison.Ordinal) && cell.Value.From == cell.Value.To && cell.Value.To >= Audience.Ssu.Threshold) || cell.Value.To - cell.Value.From >= Audience.Ssu.Threshold, $"{cell.Key} lies in {cell.Value}"));
    }

    private async Task<(StatisticsService Service, CaseChanged[] Events)> YearAsync(int seed, int count)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        CaseChanged[] events = [.. History.Of(seed, count, new(2025, 1, 1), new(2025, 12, 31))];
        await service.ReceiveAsync(events);
        foreach (var quarter in Period.Read("2025")!.Quarters) await service.Services.GetRequiredService<QuarterReports>().FreezeAsync(Innlandet, quarter, 1, null, null, CancellationToken.None);
        return (service, events);
    }

    private static void IsRecount(Report report, CaseChanged[] of)
    {
        Assert.Equal(of.Length, report.KeyFigures.Rows.Single(r => r.Code == "received").Values[0]!.Value.Value);
        foreach (var table in report.Tables.Where(t => Crossed.Contains(t.Code)))
        {
            var recounted = of.SelectMany(e => Recount.Values(table.Code, e)).CountBy(value => value ?? "").ToDictionary();
            var shown = table.Rows.Where(r => r.Label != Texts.Report("rowOthers")).ToList();
            Assert.NotEmpty(shown);
            Assert.All(shown, r => Assert.Equal(recounted.GetValueOrDefault(r.Code ?? ""), r.Values[0]!.Value.Value));
            Assert.Equal(of.Length, table.Rows.Sum(r => r.Values[0]!.Value.Value));
        }
        Assert.Contains(report.Tables, t => Crossed.Contains(t.Code));
    }
}

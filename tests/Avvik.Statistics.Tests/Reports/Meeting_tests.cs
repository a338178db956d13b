using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Statistics.ProtectFigures;
using Avvik.Statistics.Reports;
using Avvik.Statistics.Tests.Figures;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Reports;

/// <summary>What the other meetings get: the year, a region, a patient group, an agreement.</summary>
[Collection(nameof(StatisticsServices))]
public sealed class Meeting_tests(StatisticsServices services)
{
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;
    private static readonly string[] Divided = ["direction", "clause", "category", "kind", "harm"];

    [Fact]
    public async Task Region_and_patient_group_reports_are_near_a_naive_recount()
    {
        var (service, events) = await YearAsync(61, 2500);
        var client = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Coordinator));

        var region = await client.GetReportAsync("innlandet", "regions/hamarregionen/2025");
        IsRecount(region, [.. events.Where(e => Recount.Values("region", e).Contains("hamarregionen"))]);
        var group = await client.GetReportAsync("innlandet", "patient-groups/frailElderly/2025");
        IsRecount(group, [.. events.Where(e => e.Facts.PatientGroups.Contains("frailElderly"))]);
        Assert.NotNull(group.KeyFigures.Rows.Single(r => r.Code == "lessons").Values[0]);
        foreach (var (state, code) in new[] { ("planned", "measuresPlanned"), ("done", "measuresDone"), ("effectChecked", "measuresEffectChecked") })
            IsNear(events.Where(e => IsDeviation(e) && e.Facts.PatientGroups.Contains("frailElderly")).SelectMany(e => e.Measures ?? [])
                .Count(m => m.State == state), group.KeyFigures.Rows.Single(r => r.Code == code).Values[0]);
        IsNear(events.Count(IsDeviation), (await client.GetReportAsync("innlandet", "2025")).KeyFigures.Rows[0].Values[0]);
        foreach (var path in new[] { "2025.pdf", "2025.xlsx", "2025.csv", "regions/hamarregionen/2025.pdf", "patient-groups/frailElderly/2025.pdf",
            "agreements/innlandet-2024.pdf" })
            Assert.NotEmpty(await client.DownloadReportAsync("innlandet", path));
    }

    [Fact]
    public async Task Meeting_reports_are_not_found_until_the_quarters_of_the_year_are_frozen()
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
    public async Task Agreement_report_counts_clauses_over_its_frozen_quarters()
    {
        var (service, events) = await YearAsync(63, 3000);
        var client = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));

        var report = await client.GetReportAsync("innlandet", "agreements/innlandet-2024");

        Assert.Equal((new DateOnly(2025, 1, 1), new DateOnly(2025, 12, 31)), (report.From, report.To));
        var rows = report.Tables.Single(t => t.Code == "clauses").Rows;
        Assert.Contains(rows, r => r.Values.All(v => v?.Value > 0));
        foreach (var row in rows)
        {
            CaseChanged[] of = [.. events.Where(e => IsDeviation(e) && e.Facts.Clause == row.Code)];
            IsNear(of.Length, row.Values[0]);
            IsNear(of.Count(e => e.Disputes > 0), row.Values[1]);
            IsNear(of.Count(e => e.ContributingFactors?.Contains("agreementUnclear") == true), row.Values[2]);
        }
        // Of the older one nothing was frozen.
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => client.GetReportAsync("lofoten-vesteralen-salten", "agreements/innlandet-2019"));
        Assert.Equal("urn:avvik:problem:notFound", refused.Problem.GetProperty("type").GetString());
    }

    private async Task<(StatisticsService Service, CaseChanged[] Events)> YearAsync(int seed, int count)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        CaseChanged[] events = [.. History.Of(seed, count, new(2025, 1, 1), new(2025, 12, 31))];
        await service.ReceiveAsync(events);
        foreach (var quarter in Period.Read("2025")!.Quarters) await service.Services.GetRequiredService<QuarterReports>()
            .FreezeAsync(Innlandet, quarter, 1, null, null, CancellationToken.None);
        return (service, events);
    }

    private static void IsRecount(Report report, CaseChanged[] of)
    {
        of = [.. of.Where(IsDeviation)];
        IsNear(of.Length, report.KeyFigures.Rows.Single(r => r.Code == "received").Values[0]);
        foreach (var table in report.Tables.Where(t => Divided.Contains(t.Code) || t.Code == "cause"))
        {
            var recounted = of.SelectMany(e => Recount.Values(table.Code, e)).CountBy(value => value ?? "").ToDictionary();
            Assert.NotEmpty(table.Rows);
            Assert.All(table.Rows, r => IsNear(recounted.GetValueOrDefault(r.Code ?? ""), r.Values[0]));
            if (table.Code != "cause") Assert.Equal(report.KeyFigures.Rows[0].Values[0]!.Value.Value, table.Rows.Sum(r => r.Values[0]!.Value.Value));
        }
        Assert.Contains(report.Tables, t => Divided.Contains(t.Code));
    }

    private static bool IsDeviation(CaseChanged e) => e.Facts.Kind is not ("goodPractice" or "improvement");

    // Four quarters, each rounded for itself.
    private static void IsNear(int expected, Figure? figure) => Assert.InRange(figure!.Value.Value!.Value - expected, -4 * Protection.Base,
        4 * Protection.Base);
}

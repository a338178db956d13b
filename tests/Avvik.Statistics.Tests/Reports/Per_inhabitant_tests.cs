using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Reports;

public sealed class Per_inhabitant_tests
{
    [Fact]
    public async Task Rates_are_per_ten_thousand_inhabitants_of_the_year()
    {
        var innlandet = HealthCommunities.Community("innlandet")!;
        var whole = innlandet.Regions.Single(r => r.Code == "hamarregionen").Municipalities;
        await using var service = new StatisticsService(await Databases.CreateAsync(DatabaseProvider.Sqlite),
            [.. whole.Select((m, i) => ($"Reports:Inhabitants:2026:{m.MunicipalityNumber}", m.MunicipalityNumber == "3403" ? "32000" : $"{1000 * (i + 1)}")),
                ("Reports:Inhabitants:2026:3446", "0"), ("Reports:Inhabitants:2027:3403", "1"), ("Reports:Inhabitants:2025:3403", "2")]);
        await service.ReceiveAsync(Given.Cases(77));
        await service.ReceiveAsync(Given.Cases(40, f => f with { ReporterOrganization = "970169717" }));
        await service.ReceiveAsync(Given.Cases(12, f => f with { ReporterOrganization = "940155223" }));
        service.Clock.Advance(TimeSpan.FromDays(30));

        var report = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat)).GetReportAsync("innlandet", "2026-Q3");

        Assert.Equal(["count", "perTenThousand"], report.Tables.Single(t => t.Code == "municipality").Columns.Take(2).Select(c => c.Code));
        Figure? Of(string table, string code) => report.Tables.Single(t => t.Code == table).Rows.Single(r => r.Code == code).Values[1];
        // 77 of 32,000 is 24.06.
        Assert.Equal(new Figure(24.1), Of("municipality", "3403"));
        var people = 32000 + Enumerable.Range(1, whole.Count).Zip(whole).Where(m => m.Second.MunicipalityNumber != "3403").Sum(m => 1000 * m.First);
        Assert.Equal(new Figure((double)Math.Round(117 * 10_000m / people, 1, MidpointRounding.AwayFromZero)), Of("region", "hamarregionen"));
        // Nothing is known of its region, and nobody is no number to divide by.
        Assert.Null(Of("region", "gjovik-hadeland"));
        Assert.Null(Of("municipality", "3446"));
    }

    [Fact]
    public async Task Municipalities_are_not_set_side_by_side_for_others_without_their_inhabitants()
    {
        await using var service = new StatisticsService(await Databases.CreateAsync(DatabaseProvider.Sqlite));
        await service.ReceiveAsync(Given.Cases(77));
        await service.ReceiveWatermarksAsync(StatisticsService.Now.AddYears(10));
        service.Clock.Advance(TimeSpan.FromDays(30));
        var secretariat = AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat));
        await secretariat.FreezeReportAsync("innlandet", "2026-Q3");

        var report = await secretariat.GetReportAsync("innlandet", "2026-Q3");

        Assert.DoesNotContain(report.Tables, t => t.Code == "municipality");
        Assert.Contains(Texts.Report("methodNoMunicipalities"), report.Method);
    }
}

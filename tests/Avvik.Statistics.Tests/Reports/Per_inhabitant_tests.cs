using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Reports;

public sealed class Per_inhabitant_tests
{
    [Fact]
    public async Task Numbers_per_ten_thousand_stand_beside_those_that_are_shown_where_the_inhabitants_are_known()
    {
        var innlandet = HealthCommunities.Community("innlandet")!;
        var whole = innlandet.Regions.Single(r => r.Code == "hamarregionen").Municipalities;
        await using var service = new StatisticsService(await Databases.CreateAsync(DatabaseProvider.Sqlite),
            [.. whole.Select((m, i) => ($"Reports:Inhabitants:{m.MunicipalityNumber}", m.MunicipalityNumber == "3403" ? "32000" : $"{1000 * (i + 1)}")), ("Reports:Inhabitants:3407", "30000"), ("Reports:Inhabitants:3446", "0")]);
        await service.ReceiveAsync(Given.Cases(77));
        await service.ReceiveAsync(Given.Cases(2, f => f with { ReporterOrganization = StatisticsService.Ringsaker }));
        await service.ReceiveAsync(Given.Cases(40, f => f with { ReporterOrganization = "970169717" }));
        await service.ReceiveAsync(Given.Cases(12, f => f with { ReporterOrganization = "940155223" }));
        service.Clock.Advance(TimeSpan.FromDays(30));

        var report = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat)).GetReportAsync("innlandet", "2026-Q3");

        Assert.Equal(["count", "perTenThousand"], report.Tables.Single(t => t.Code == "municipality").Columns.Take(2).Select(c => c.Code));
        // What is hidden of a region stands there as one number, and is compared with nothing.
        Assert.Equal([new Figure(42), null], report.Tables.Single(t => t.Code == "municipality").Rows.Single(r => r.Code is null && r.Parent == "hamarregionen").Values.Take(2));
        Figure? Of(string table, string code) => report.Tables.Single(t => t.Code == table).Rows.Single(r => r.Code == code).Values[1];
        // 77 of 32,000 is 24.06; 40 of Stange's are hidden for Ringsaker's two.
        Assert.Equal(new Figure(24.1), Of("municipality", "3403"));
        Assert.Equal((Figure.Suppressed, Figure.Suppressed), (Of("municipality", "3411"), Of("municipality", "3413")));
        // 12 of 30,000.
        Assert.Equal(new Figure(4), Of("municipality", "3407"));
        var people = 32000 + Enumerable.Range(1, whole.Count).Zip(whole).Where(m => m.Second.MunicipalityNumber != "3403").Sum(m => 1000 * m.First);
        Assert.Equal(new Figure((double)Math.Round(119 * 10_000m / people, 1, MidpointRounding.AwayFromZero)), Of("region", "hamarregionen"));
        // Of its region only one municipality's are known.
        Assert.Null(Of("region", "gjovik-hadeland"));
        Assert.Null(Of("municipality", "3443"));
        // Nobody is no number to divide by.
        Assert.Null(Of("municipality", "3446"));
    }
}

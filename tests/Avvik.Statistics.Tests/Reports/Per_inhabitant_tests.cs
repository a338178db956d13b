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
        var file = await FileAsync([.. whole.Select((m, i) =>
            $"inhabitants;2026;{m.MunicipalityNumber};{(m.MunicipalityNumber == "3403" ? 32000 : 1000 * (i + 1))}"),
            "inhabitants;2027;3403;1", "inhabitants;2025;3403;2", "admissions;2026-Q3;3403;2200", "discharges;2026-Q3;3403;1540"]);
        await using var service = new StatisticsService(await Databases.CreateAsync(DatabaseProvider.Sqlite), ("Reports:DenominatorFile", file));
        await service.ReceiveAsync(Given.Cases(77));
        await service.ReceiveAsync(Given.Cases(40, f => f with { ReporterOrganization = "970169717" }));
        await service.ReceiveAsync(Given.Cases(12, f => f with { ReporterOrganization = "940155223" }));
        service.Clock.Advance(TimeSpan.FromDays(30));

        var report = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat)).GetReportAsync("innlandet", "2026-Q3");

        Assert.Equal(["count", "perTenThousand", "perThousandAdmissions", "perThousandDischarges"],
            report.Tables.Single(t => t.Code == "municipality").Columns.Take(4).Select(c =>
            c.Code));
        Figure? Of(string table, string code, int column = 1) => report.Tables.Single(t => t.Code == table).Rows.Single(r => r.Code == code).Values[column];
        // 77 of 32,000 is 24.06.
        Assert.Equal(new Figure(24.1), Of("municipality", "3403"));
        Assert.Equal((new Figure(35), new Figure(50)), (Of("municipality", "3403", 2), Of("municipality", "3403", 3)));
        Assert.Equal((null, null), (Of("region", "hamarregionen", 2), Of("region", "hamarregionen", 3)));
        var people = 32000 + Enumerable.Range(1, whole.Count).Zip(whole).Where(m => m.Second.MunicipalityNumber != "3403").Sum(m => 1000 * m.First);
        Assert.Equal(new Figure((double)Math.Round(117 * 10_000m / people, 1, MidpointRounding.AwayFromZero)), Of("region", "hamarregionen"));
        // Nothing is known of its region.
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
        Assert.Contains(report.Omitted, o => o.Code == "municipality" && o.Reason == Texts.Report("omittedNoDenominators"));
    }

    [Theory]
    [InlineData("births;2026;3403;12")]
    [InlineData("inhabitants;2026-Q3;3403;12")]
    [InlineData("discharges;2026;3403;12")]
    [InlineData("inhabitants;2026;9999;12")]
    [InlineData("inhabitants;2026;3403;0")]
    [InlineData("inhabitants;2026;3403;12,5")]
    [InlineData("inhabitants;2026;3411;2")]
    public async Task Denominator_file_with_a_fault_stops_the_start_and_names_the_line(string line)
    {
        var options = Microsoft.Extensions.Options.Options.Create(new Statistics.Reports.ReportOptions
        {
            DenominatorFile = await FileAsync("inhabitants;2026;3411;1", line),
        });

        Assert.Contains("line 3", Assert.Throws<InvalidDataException>(() => new Statistics.Reports.Denominators(options)).Message, StringComparison.Ordinal);
    }

    private static async Task<string> FileAsync(params string[] lines)
    {
        var file = Path.Combine(System.IO.Directory.CreateTempSubdirectory("avvik-denominators-").FullName, "denominators.csv");
        await File.WriteAllLinesAsync(file, ["measure;period;area;value", .. lines]);
        return file;
    }
}

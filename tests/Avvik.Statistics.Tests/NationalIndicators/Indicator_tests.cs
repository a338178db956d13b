using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.NationalIndicators;
using Avvik.Statistics.Reports;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.Options;

namespace Avvik.Statistics.Tests.NationalIndicators;

public sealed class Indicator_tests
{
    private const string Header = "indicator;title;unit;period;area;value;source;published", Said = "Helsedirektoratet;2026-06-18";

    [Fact]
    public async Task Indicators_stand_beside_protected_deviations_per_inhabitant()
    {
        await using var service = new StatisticsService(await Databases.CreateAsync(DatabaseProvider.Sqlite),
            ("Reports:IndicatorFile", await FileAsync(Header, $"readmissions;Reinnleggelser innen 30 dager;prosent;2024;3403;14.9;{Said}",
                $"readmissions;Reinnleggelser innen 30 dager;prosent;2025;3403;15.2;{Said}",
                $"readmissions;Reinnleggelser innen 30 dager;prosent;2025;3411;13;{Said}",
                $"readmissions;Reinnleggelser innen 30 dager;prosent;2027;3403;1;{Said}",
                $"waiting;Liggedøgn etter utskrivningsklar;døgn per 1000 innbyggere;2026-Q2;3411;-0.5;{Said}")),
            ("Reports:DenominatorFile", await FileAsync("measure;period;area;value", "inhabitants;2026;3403;32000")));
        await service.ReceiveAsync(Given.Cases(77));
        await service.ReceiveWatermarksAsync(StatisticsService.Now.AddYears(10));
        service.Clock.Advance(TimeSpan.FromDays(30));
        var secretariat = AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat));
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => secretariat.GetIndicatorsAsync())).Status);
        await secretariat.FreezeReportAsync("innlandet", "2026-Q3");

        var comparison = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Ssu)).GetIndicatorsAsync();

        Assert.Equal("2026-Q3", comparison.Quarter);
        Assert.Equal([("readmissions", "2025", "prosent", "Helsedirektoratet", new DateOnly(2026, 6, 18)),
            ("waiting", "2026-Q2", "døgn per 1000 innbyggere", "Helsedirektoratet", new DateOnly(2026, 6, 18))],
            comparison.Indicators.Select(i => (i.Code, i.Period, i.Unit, i.Source, i.PublishedOn)));
        var (hamar, ringsaker) = (comparison.Rows.Single(r => r.Municipality == "3403"), comparison.Rows.Single(r => r.Municipality == "3411"));
        Assert.Equal([15.2m], hamar.Values.Values);
        Assert.Equal((13m, -0.5m), (ringsaker.Values["readmissions"], ringsaker.Values["waiting"]));
        // 77 is 75 or 80 when it is protected. Where no inhabitants are given, there is no figure.
        Assert.Contains(hamar.DeviationsPerTenThousand!.Value.Value, new double?[] { 23.4, 25 });
        Assert.Null(ringsaker.DeviationsPerTenThousand);
        Assert.Equal(HttpStatusCode.UnprocessableEntity,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => secretariat.GetIndicatorsAsync("2026"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => secretariat.GetIndicatorsAsync("2025-Q1"))).Status);
    }

    [Theory]
    [InlineData("a;A;prosent;2025;9999;1;X;2026-06-18")]
    [InlineData("a;A;prosent;25;3403;1;X;2026-06-18")]
    [InlineData("a;A;prosent;2025;3403;1,5;X;2026-06-18")]
    [InlineData("a;A;prosent;2025;3403;1;X;18.06.2026")]
    [InlineData("a;A;;2025;3403;1;X;2026-06-18")]
    [InlineData("a;A;prosent;2025;3411;2;X;2026-06-18")]
    [InlineData("a;B;prosent;2025;3403;2;X;2026-06-18")]
    public async Task File_with_a_fault_stops_the_start_and_names_the_line(string line)
    {
        var options = Options.Create(new ReportOptions { IndicatorFile = await FileAsync(Header, "a;A;prosent;2025;3411;1;X;2026-06-18", line) });

        Assert.Contains("line 3", Assert.Throws<InvalidDataException>(() => new Indicators(options)).Message, StringComparison.Ordinal);
    }

    private static async Task<string> FileAsync(params string[] lines)
    {
        var file = Path.Combine(System.IO.Directory.CreateTempSubdirectory("avvik-indicators-").FullName, "file.csv");
        await File.WriteAllLinesAsync(file, lines);
        return file;
    }
}

using System.Text.RegularExpressions;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Reports;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Reports;

/// <summary>The reports as the meetings get them, of many deviations, few and none.</summary>
[Collection(nameof(StatisticsServices))]
public sealed partial class Report_pages_tests(StatisticsServices services)
{
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;

    [Theory]
    [InlineData("big", 6000)]
    [InlineData("small", 90)]
    [InlineData("empty", 0)]
    public async Task Report_of_a_quarter_has_six_pages_and_three_to_five_highlights(string name, int count)
    {
        var service = await FrozenAsync(count);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));

        var report = await ssu.GetReportAsync("innlandet", "2026-Q2");

        Assert.InRange(report.Highlights.Count, 3, 5);
        Assert.All(report.Highlights, h => Assert.True(h.Table == "keyFigures" || report.Tables.Any(t => t.Code == h.Table), h.Table));
        if (count > 0) Assert.All(report.Highlights, h => Assert.Matches(@"\d", h.Text));
        Assert.DoesNotContain(report.Tables, t => t.Rows.Count > 0 && t.Rows.SelectMany(r => r.Values).All(v => v == Figure.Suppressed));
        Assert.All(report.Omitted, o => Assert.NotEmpty(o.Reason));
        // What there was none of before has risen from nothing.
        Assert.All(report.Tables.Where(t => t.Code is "category" or "clause").SelectMany(t => t.Rows).SelectMany(r => r.Values), v => Assert.NotNull(v));
        var text = await IsPagesAsync(6, $"pages-{name}.pdf", await ssu.DownloadReportAsync("innlandet", "2026-Q2.pdf"));
        // A chart of nothing is a sentence.
        Assert.Equal(count > 0, text.Contains("Figur 2.", StringComparison.Ordinal));
        await IsPagesAsync(1, $"pages-{name}-note.pdf", await ssu.DownloadReportAsync("innlandet", "2026-Q2.note"));
    }

    [Fact]
    public async Task Report_of_a_quarter_has_six_pages_and_its_note_one_whatever_the_figures()
    {
        var service = await FrozenAsync(6000);
        var report = await AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu)).GetReportAsync("innlandet", "2026-Q2");
        for (var seed = 1; seed <= 12; seed++)
        {
#pragma warning disable CA5394 // not for secrets: for the same figures again
            var random = new Random(seed);
            Figure? Any(Figure? figure) => figure?.Value is null ? figure : random.Next(20) == 0 ? Figure.Suppressed
                : new(5 * random.Next((int)Math.Pow(10, random.Next(1, 5))));
#pragma warning restore CA5394
            Client.ReportTable Of(Client.ReportTable table) => table with { Rows = [.. table.Rows.Select(r => r with { Values = [.. r.Values.Select(Any)] })] };
            var other = report with
            {
                KeyFigures = Of(report.KeyFigures),
                Tables = [.. report.Tables.Select(Of)],
                Reason = seed % 2 == 0 ? null : string.Join(' ', Enumerable.Repeat("begrunnelse", 80)),
            };
            other = other with { Highlights = Highlights.Of(other) };

            await IsPagesAsync(6, "pages-any.pdf", Printed.As(".pdf", other)!.Value.Bytes);
            await IsPagesAsync(1, "pages-any-note.pdf", Printed.As(".note", other)!.Value.Bytes);
        }
    }

    [Fact]
    public async Task Report_of_an_unfinished_quarter_says_that_it_is_preliminary()
    {
        var service = await FrozenAsync(3000);
        var own = service.As(StatisticsService.InnlandetTrust, Roles.Coordinator);

        // Own reports have the days between serious harm too, which the committee's have not: a page more.
        var text = await IsPagesAsync(7, "pages-unfinished.pdf", await own.GetByteArrayAsync("/api/v1/reports/innlandet/2026-Q3.pdf"));

        Assert.Contains("Foreløpig", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ersjon 0", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2025.pdf", "year", 6)]
    [InlineData("regions/hamarregionen/2025.pdf", "region", 6)]
    [InlineData("patient-groups/frailElderly/2025.pdf", "group", 5)]
    [InlineData("agreements/innlandet-2024.pdf", "agreement", 3)]
    public async Task Report_of_another_meeting_has_its_pages(string path, string name, int pages)
    {
        var service = await FrozenAsync(6000);

        await IsPagesAsync(pages, $"pages-{name}.pdf", await AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu)).DownloadReportAsync("innlandet",
            path));
    }

    private async Task<StatisticsService> FrozenAsync(int count)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(91, count, new(2024, 7, 1), new(2026, 9, 19)));
        for (var quarter = Period.Read("2024-Q3")!; quarter.To < new DateOnly(2026, 7, 1); quarter = quarter.Before(-1))
            await service.Services.GetRequiredService<QuarterReports>().FreezeAsync(Innlandet, quarter, 1, null, null, CancellationToken.None);
        return service;
    }

    private static async Task<string> IsPagesAsync(int pages, string name, byte[] pdf)
    {
        await Script.RunAsync("tests/document-tools");
        var file = await Documents.Reports.SaveAsync(name, pdf);
        Assert.Equal($"{pages}", Pages().Match(await Script.RunAsync("/usr/bin/pdfinfo", file)).Groups["pages"].Value);
        var text = await Script.RunAsync("/usr/bin/pdftotext", "-layout", file, "-");
        // People read it.
        Assert.DoesNotContain("/api/", text, StringComparison.Ordinal);
        return text;
    }

    [GeneratedRegex(@"Pages:\s+(?<pages>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pages();
}

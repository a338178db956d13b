using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Statistics.Documents;
using Avvik.Statistics.Reports;
using Avvik.Statistics.Tests.Documents;
using Avvik.Testing;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;

namespace Avvik.Statistics.Tests.Reports;

[Collection(nameof(StatisticsServices))]
public sealed class Formats_tests(StatisticsServices services)
{
    [Fact]
    public async Task Frozen_quarter_is_the_same_bytes_in_every_format_with_every_figure()
    {
        await Script.RunAsync("tests/document-tools");
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(51, 900, new(2025, 1, 1), new(2026, 6, 30)));
        var secretariat = AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat));
        foreach (var quarter in new[] { "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2" }) await secretariat.FreezeReportAsync("innlandet",
            quarter);
        var ssu = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu));
        var before = await FilesAsync();

        await service.ReceiveAsync(History.Of(52, 100, new(2026, 4, 1), new(2026, 6, 30)));
        service.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(before, await FilesAsync());

        var document = Printed.Of(await ssu.GetReportAsync("innlandet", "2026-Q2"));
        var text = (await Script.RunAsync("/usr/bin/pdftotext", "-layout", await Documents.Reports.SaveAsync("quarter.pdf", before[3]),
            "-")).Replace('\u00A0', ' ');
        Assert.Equal(6, text.Split('\f', StringSplitOptions.RemoveEmptyEntries).Length);
        var sections = document.Chapters.SelectMany(c => c.Sections).Where(s => s.Chart is not TrendChart).ToList();
        var figures = sections.SelectMany(s => (s.Table.Total is { } total ? s.Table.Rows.Append(total) : s.Table.Rows).SelectMany(row =>
            row.Zip(s.Table.Columns)))
            .Where(c => c.First.Number is not null).Select(c => Wording.Of(c.First, c.Second)).Concat(document.KeyFigures.Select(f => f.Value));
        foreach (var figure in figures.Select(f => f.Replace('\u00A0', ' ')).CountBy(f => f))
            Assert.True(Regex.Count(text, $@"(?<![\d,]){Regex.Escape(figure.Key)}(?![\d,])") >= figure.Value,
                $"{figure.Key} does not stand {figure.Value} times in the text");
        // Rows that are cut off are small ones, and what divides adds up.
        Assert.All(sections.Where(s => s is { Table.Total: not null, Note: null, MoreRows: 0 }), s => Assert.Equal(s.Table.Rows.Sum(r => r[1].Number),
            s.Table.Total![1].Number));
        Assert.All(new[] { "/api/", "versjon 0", "inndelinger" }, word => Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase));

        using var zip = new ZipArchive(new MemoryStream(before[1]));
        using var reader = new StreamReader(zip.GetEntry("tall.csv")!.Open(), Encoding.UTF8);
        var rows = Delimited.Read(await reader.ReadToEndAsync()).Skip(1).ToList();
        Assert.Equal(document.Data.Sum(t => t.Rows.Sum(r => r.Cells.Count(c => c != ReportCell.Empty))), rows.Count);

        using var workbook = SpreadsheetDocument.Open(new MemoryStream(before[2]), isEditable: false);
        Assert.Empty(new OpenXmlValidator(FileFormatVersions.Office2016).Validate(workbook).Select(e => e.Description));
        await Documents.Reports.SaveAsync("quarter.xlsx", before[2]);
        await Workbook_tests.AssertReadAsync(document, before[2]);
        await Documents.Reports.SaveAsync("note.pdf", before[4]);
        await Documents.Reports.SaveAsync("charts.zip", before[5]);

        async Task<byte[][]> FilesAsync() => [.. await Task.WhenAll(new[] { ".json", ".csv", ".xlsx",
            ".pdf", ".note", ".charts" }.Select(format => ssu.DownloadReportAsync("innlandet", "2026-Q2" + format)))];
    }

    [Fact]
    public async Task Unknown_format_is_refused()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Coordinator))
            .DownloadReportAsync("innlandet", "2026-Q2.docx"));

        Assert.Equal(System.Net.HttpStatusCode.NotAcceptable, refused.Status);
    }
}

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
        // Every column that is compared with what was frozen before has its change, and the rows add up to what they say they do.
        Assert.Equal(["Retning", "Antall", "Forrige kvartal", "Endring fra forrige kvartal", "Samme kvartal året før", "Endring fra året før"],
            document.Sections.Single(s => s.Table.Name == "retning").Table.Columns.Select(c => c.Title));
        Assert.Contains(document.KeyFigures, f => f.Note is { } note && note.StartsWith("Forrige kvartal: ", StringComparison.Ordinal)
            && note.Contains(". Samme kvartal året før: ", StringComparison.Ordinal));
        var added = document.Sections.Select(s => s.Table).Where(t => t.Total is not null && t.Rows.All(r => r[1].Number is not null)).ToList();
        Assert.NotEmpty(added);
        Assert.All(added, t => Assert.Equal(t.Rows.Sum(r => r[1].Number), t.Total![1].Number));
        Assert.All(document.Sections.Where(s => s.Table.Columns.Count > 3
            && s.Table.Columns[3].Signed).SelectMany(s => s.Table.Rows), r => Assert.Equal(r[2].Number is null
                ? null : r[1].Number - r[2].Number, r[3].Number));
        string[] figures = [.. document.Sections.SelectMany(s => (s.Table.Total is { } total
            ? s.Table.Rows.Append(total) : s.Table.Rows).SelectMany(row => row.Zip(s.Table.Columns))).Where(c => c.First.Number is not null)
                .Select(c => Wording.Of(c.First, c.Second)), .. document.KeyFigures.Select(Wording.Of)];
        var file = await Documents.Reports.SaveAsync("quarter.pdf", before[3]);
        var text = (await Script.RunAsync("/usr/bin/pdftotext", "-layout", file, "-")).Replace('\u00A0', ' ');
        foreach (var figure in figures.Select(f => f.Replace('\u00A0', ' ')).CountBy(f => f))
            Assert.True(Regex.Count(text, $@"(?<![\d,]){Regex.Escape(figure.Key)}(?![\d,])") >= figure.Value,
                $"{figure.Key} does not stand {figure.Value} times in the text");

        using var zip = new ZipArchive(new MemoryStream(before[1]));
        Assert.Equal(CsvArchive.Tables(document).Count(), zip.Entries.Count);
        using var direction = new StreamReader(zip.Entries.Single(e => e.Name.Contains("retning", StringComparison.Ordinal)).Open(), Encoding.UTF8);
        var (table, lines) = (document.Sections.Single(s => s.Table.Name == "retning").Table, Delimited.Read(await direction.ReadToEndAsync()));
        Assert.Equal(table.Rows.Append(table.Total!).Select(r => (r[0].Text!, Wording.Of(r[1], table.Columns[1]))), lines.Skip(1).Select(l => (l[0], l[1])));

        using var workbook = SpreadsheetDocument.Open(new MemoryStream(before[2]), isEditable: false);
        Assert.Empty(new OpenXmlValidator(FileFormatVersions.Office2016).Validate(workbook).Select(e => e.Description));
        await Documents.Reports.SaveAsync("quarter.xlsx", before[2]);
        await Workbook_tests.AssertReadAsync(document, before[2]);

        async Task<byte[][]> FilesAsync() => [.. await Task.WhenAll(new[] { ".json", ".csv", ".xlsx",
            ".pdf" }.Select(format => ssu.DownloadReportAsync("innlandet", "2026-Q2" + format)))];
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

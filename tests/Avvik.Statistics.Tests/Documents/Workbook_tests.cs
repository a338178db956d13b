using System.Globalization;
using System.Text;
using Avvik.Statistics.Documents;
using Avvik.Testing;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;

namespace Avvik.Statistics.Tests.Documents;

public sealed class Workbook_tests
{
    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public void Workbook_is_valid_OpenXML(string name)
    {
        using var workbook = SpreadsheetDocument.Open(new MemoryStream(Statistics.Documents.Workbook.Render(Reports.All[name])), isEditable: false);
        Assert.Empty(new OpenXmlValidator(FileFormatVersions.Office2016).Validate(workbook).Select(e => $"{e.Part?.Uri} {e.Path?.XPath}: {e.Description}"));
    }

    [Fact]
    public void Workbook_has_numeric_cells_and_a_frozen_filter_header()
    {
        using var workbook = SpreadsheetDocument.Open(new MemoryStream(Statistics.Documents.Workbook.Render(Reports.Small())), isEditable: false);
        var book = workbook.WorkbookPart!;
        Assert.Equal(["Om rapporten", "Hvem meldte til hvem", "Kommune", "Ordbok"], book.Workbook.Sheets!.Elements<Sheet>().Select(s => s.Name!.Value));
        var part = (WorksheetPart)book.GetPartById(book.Workbook.Sheets!.Elements<Sheet>().ElementAt(1).Id!);
        var sheet = part.Worksheet;
        Assert.Equal(PaneStateValues.Frozen, sheet.Descendants<Pane>().Single().State!.Value);
        Assert.Equal("A1:F4", sheet.Descendants<AutoFilter>().Single().Reference!.Value);
        var cells = sheet.Descendants<Cell>().ToDictionary(c => c.CellReference!.Value!);
        var formats = book.WorkbookStylesPart!.Stylesheet;
        string Format(string cell) => formats.NumberingFormats!.Elements<NumberingFormat>().Single(f => f.NumberFormatId!.Value
            == ((CellFormat)formats.CellFormats!.ElementAt((int)cells[cell].StyleIndex!.Value)).NumberFormatId!.Value).FormatCode!.Value!;
        // Code and name, the number, the one it is compared with, the change as a number, the share.
        Assert.Equal(["municipalityToTrust", "Kommune til helseforetak"], new[] { "A2", "B2" }.Select(c => cells[c].InnerText));
        Assert.Equal(["702", "671", "31", "0.813"], new[] { "C2", "D2", "E2", "F2" }.Select(c => cells[c].CellValue!.Text));
        Assert.Equal(["#,##0", "#,##0", "+#,##0;-#,##0;#,##0", "#,##0.0 %"], new[] { "C2", "D2", "E2", "F2" }.Select(Format));
        Assert.DoesNotContain("D4", cells.Keys);
        // Its chart is of its own cells, and it prints as wide as the paper with its titles on each page.
        Assert.Equal("'Hvem meldte til hvem'!$C$2:$C$4", part.DrawingsPart!.ChartParts.Single().ChartSpace
            .Descendants<DocumentFormat.OpenXml.Drawing.Charts.NumberReference>().Single().Formula!.Text);
        Assert.Equal((1u, 0u), (sheet.Descendants<PageSetup>().Single().FitToWidth!.Value, sheet.Descendants<PageSetup>().Single().FitToHeight!.Value));
        Assert.Contains(book.Workbook.DefinedNames!.Elements<DefinedName>(), n => n.Name == "_xlnm.Print_Titles" && n.Text == "'Kommune'!$1:$1");
    }

    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public async Task LibreOffice_reads_the_same_figures_from_the_workbook(string name)
    {
        await Script.RunAsync("tests/document-tools");
        await AssertReadAsync(Reports.All[name], Statistics.Documents.Workbook.Render(Reports.All[name]));
    }

    /// <summary>That LibreOffice reads of a workbook what the document has.</summary>
    internal static async Task AssertReadAsync(ReportDocument document, byte[] rendered)
    {
        var folder = Directory.CreateTempSubdirectory("avvik-workbook-").FullName;
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "report.xlsx"), rendered);
            // Every sheet as a file of semicolons, with figures as they are and not as they are shown.
            await Script.RunAsync("/usr/bin/soffice", "--headless", $"-env:UserInstallation=file://{folder}/profile", "--convert-to",
                "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,false,false,false,-1",
                "--outdir", folder, Path.Combine(folder, "report.xlsx"));

            using var workbook = SpreadsheetDocument.Open(Path.Combine(folder, "report.xlsx"), isEditable: false);
            var titles = workbook.WorkbookPart!.Workbook.Sheets!.Elements<Sheet>().Select(s => s.Name!.Value!).ToList();
            Assert.Equal(titles.Count, Directory.GetFiles(folder, "report-*.csv").Length);
            foreach (var (table, title) in Statistics.Documents.Workbook.Sheets(document).Select(s => s.Table).Zip(titles))
            {
                var read = Delimited.Read(await File.ReadAllTextAsync(Path.Combine(folder, $"report-{title}.csv"), Encoding.UTF8));
                // A last row of nothing is no row there.
                var rows = table.Rows.Reverse().SkipWhile(row => row.All(c => c == ReportCell.Empty)).Reverse().ToList();
                Assert.Equal(table.Columns.Select(c => c.Title), read[0]);
                Assert.Equal(rows.Select(row => string.Join('|', row.Zip(table.Columns, Expected))), read.Skip(1).Select(row => string.Join('|',
                    row)).Take(rows.Count));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Expected(ReportCell cell, ReportColumn column) => cell switch
    {
        { IsSuppressed: true } => ":",
        { Number: { } number } => Wording.Round(number, column).ToString("0.######", CultureInfo.InvariantCulture) + (column.Type is ColumnType.Percent ? "%"
            : ""),
        _ => cell.Text ?? "",
    };
}

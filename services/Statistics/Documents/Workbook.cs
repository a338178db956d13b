using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using Avvik.Contracts;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Avvik.Statistics.Documents;

/// <summary>One sheet: what it is called and what stands in it.</summary>
internal sealed record WorkbookSheet(string Title, ReportTable Table)
{
    /// <summary>Drawn beside the table.</summary>
    public ReportChart? Chart { get; init; }
}

/// <summary>
/// A workbook with a sheet for each table, with codes beside names: numbers are numbers, also those compared with, the header stays in sight and can be
/// filtered by, and each sheet is set up to be printed.
/// </summary>
internal static class Workbook
{
    // Cell formats; the first is what a sheet falls back to.
    private const uint Plain = 0, Wrapped = 1, Strong = 2, Right = 3;

    public static byte[] Render(ReportDocument document)
    {
        using var package = new MemoryStream();
        using (var workbook = SpreadsheetDocument.Create(package, SpreadsheetDocumentType.Workbook))
        {
            var book = workbook.AddWorkbookPart();
            // Or it is called something else each time.
            workbook.ChangeIdOfPart(book, "book");
            var formats = new Formats();
            var sheets = Sheets(document);
            foreach (var (i, sheet) in sheets.Index()) WriteSheet(book.AddNewPart<WorksheetPart>(Id(i)), sheet, formats, document);
            WriteStyles(book.AddNewPart<WorkbookStylesPart>("styles"), formats);
            WriteBook(book, sheets);
            var properties = workbook.AddCoreFilePropertiesPart();
            workbook.ChangeIdOfPart(properties, "properties");
            WriteProperties(properties, document);
        }
        return Settled(package, document.ExtractedAt.ToUniversalTime());
    }

    /// <summary>About the report, a sheet for each table, and what the codes mean.</summary>
    public static IReadOnlyList<WorkbookSheet> Sheets(ReportDocument document)
    {
        static ReportTable Words(string name, IEnumerable<string[]> lines) => lines.ToList() is var all
            ? new(name, [.. all[0].Select(title => new ReportColumn(title, ColumnType.Text))],
                [.. all.Skip(1).Select(line => (IReadOnlyList<ReportCell>)[.. line.Select(word => (ReportCell)word)])]) : null!;
        WorkbookSheet[] sheets =
        [
            new(Texts.Report("about"), Words("about", CsvArchive.About(document))),
            .. document.Data.Select(t => new WorkbookSheet(t.Title, Table(t)) { Chart = Moved(t) }),
            new(Texts.Report("sheetDictionary"), Words("dictionary", CsvArchive.Dictionary(document))),
        ];
        return [.. sheets.Zip(Titles(sheets.Select(s => s.Title)), (s, title) => s with { Title = title })];
    }

    // What is compared with is followed by the change since then.
    private static ReportTable Table(DataTable table)
    {
        var hasParents = table.Rows.Any(r => r.Parent is not null);
        return new(table.Code,
            [
                new(Texts.Report("columnCode"), ColumnType.Text), new(Texts.Report("columnWhat"), ColumnType.Text),
                .. hasParents ? [new(Texts.Report("columnParentCode"), ColumnType.Text), new(Texts.Report("columnParent"), ColumnType.Text)]
                    : Array.Empty<ReportColumn>(),
                .. table.Columns.SelectMany(c => c.Compared is null ? [c.Column] : new[] { c.Column, c.Column with
                    { Title = Texts.Report("columnChange", char.ToLowerInvariant(c.Column.Title[0]) + c.Column.Title[1..]), Signed = true } }),
            ],
            [.. table.Rows.Select(r => (IReadOnlyList<ReportCell>)
            [
                r.Code, r.Label, .. hasParents ? [r.Parent, r.ParentLabel] : Array.Empty<ReportCell>(),
                .. table.Columns.Zip(r.Cells).SelectMany(c => c.First.Compared is null ? [c.Second] : new[] { c.Second,
                    Change(r.Cells[0], c.Second) }),
            ])]);
    }

    private static ReportCell Change(ReportCell now, ReportCell before) =>
        now.Number is { } a && before.Number is { } b ? a - b : before.IsSuppressed ? ReportCell.Suppressed : ReportCell.Empty;

    // The codes are before what is drawn.
    private static ReportChart? Moved(DataTable table) => (By: table.Rows.Any(r => r.Parent is not null) ? 3 : 1, table.Chart) switch
    {
        (var by, TrendChart trend) => trend with { Labels = 1, Values = 1 + by, Centre = 2 + by, Lower = 3 + by, Upper = 4 + by },
        (var by, BarChart bars) => bars with { Labels = 1, Values = 1 + by },
        _ => null,
    };

    private static void WriteSheet(WorksheetPart part, WorkbookSheet of, Formats formats, ReportDocument document)
    {
        var table = of.Table;
        if (of.Chart is not null && table.Rows.Count > 0) WorkbookChart.Add(part, of, table.Columns.Count + 1);
        using var sheet = OpenXmlWriter.Create(part);
        sheet.WriteStartElement(new Worksheet());
        sheet.WriteElement(new SheetProperties(new PageSetupProperties { FitToPage = true }));
        sheet.WriteElement(new SheetViews(new SheetView(new Pane
        {
            VerticalSplit = 1,
            TopLeftCell = "A2",
            ActivePane = PaneValues.BottomLeft,
            State = PaneStateValues.Frozen,
        })
        { WorkbookViewId = 0 }));
        double Width(int column) => Math.Clamp(table.Rows.Select(r => Wording.Of(r[column], table.Columns[column]).Length)
            .Append(Math.Min(table.Columns[column].Title.Length + 3, 28)).Max() + 2, 10, 60);
        sheet.WriteElement(new Columns(table.Columns.Select((_, i) =>
            new Column { Min = (uint)i + 1, Max = (uint)i + 1, CustomWidth = true, Width = Width(i) })));
        sheet.WriteStartElement(new SheetData());
        sheet.WriteStartElement(new Row { RowIndex = 1 });
        foreach (var (i, column) in table.Columns.Index()) WriteText(sheet, Reference(i, 1), column.Title, Strong);
        sheet.WriteEndElement();
        foreach (var (r, row) in table.Rows.Index())
        {
            sheet.WriteStartElement(new Row { RowIndex = (uint)r + 2 });
            foreach (var (i, cell) in row.Index())
            {
                var (reference, column) = (Reference(i, r + 2), table.Columns[i]);
                if (cell.IsSuppressed) WriteText(sheet, reference, Wording.Hidden, Right);
                else if (cell.Number is { } number)
                    WriteNumber(sheet, reference, Wording.Round(number, column) / (column.Type is ColumnType.Percent ? 100 : 1), formats.Of(column));
                else if (cell.Text is { } text) WriteText(sheet, reference, text, text.Length > 58 ? Wrapped : Plain);
            }
            sheet.WriteEndElement();
        }
        sheet.WriteEndElement();
        sheet.WriteElement(new AutoFilter { Reference = Range(table, "") });
        // As wide as the paper and as long as it is, each page with its title and number.
        sheet.WriteElement(new PageSetup
        {
            PaperSize = 9,
            Orientation = table.Columns.Count > 6 || of.Chart is not null ? OrientationValues.Landscape : OrientationValues.Portrait,
            FitToWidth = 1,
            FitToHeight = 0,
        });
        static string Escaped(string text) => text.Replace("&", "&&", StringComparison.Ordinal);
        sheet.WriteElement(new HeaderFooter(new OddHeader($"&L{Escaped(of.Title)}&R{Escaped(document.Community)}"),
            new OddFooter($"&L{Escaped(document.Title)}, {document.Period}, {Wording.EditionShort(document)}&R&P/&N")));
        if (part.DrawingsPart is { } drawings) sheet.WriteElement(new Drawing { Id = part.GetIdOfPart(drawings) });
        sheet.WriteEndElement();
    }

    private static void WriteText(OpenXmlWriter sheet, string reference, string text, uint style) =>
        sheet.WriteElement(new Cell(new InlineString(new Text(text) { Space = SpaceProcessingModeValues.Preserve }))
        {
            CellReference = reference,
            DataType = CellValues.InlineString,
            StyleIndex = style,
        });

    private static void WriteNumber(OpenXmlWriter sheet, string reference, decimal number, uint style) =>
        sheet.WriteElement(new Cell(new CellValue(number.ToString("0.############", CultureInfo.InvariantCulture)))
        {
            CellReference = reference,
            StyleIndex = style,
        });

    private static void WriteBook(WorkbookPart part, IReadOnlyList<WorkbookSheet> sheets)
    {
        static string Quoted(string title) => $"'{title.Replace("'", "''", StringComparison.Ordinal)}'";
        using var book = OpenXmlWriter.Create(part);
        book.WriteStartElement(new DocumentFormat.OpenXml.Spreadsheet.Workbook());
        book.WriteElement(new Sheets(sheets.Select((s, i) => new Sheet { Name = s.Title, SheetId = (uint)i + 1, Id = Id(i) })));
        // Excel finds a sheet's filter, and the row to repeat on each printed page, by these names.
        book.WriteElement(new DefinedNames(sheets.SelectMany((s, i) => new[]
        {
            new DefinedName($"{Quoted(s.Title)}!{Range(s.Table, "$")}") { Name = "_xlnm._FilterDatabase", LocalSheetId = (uint)i, Hidden = true },
            new DefinedName($"{Quoted(s.Title)}!$1:$1") { Name = "_xlnm.Print_Titles", LocalSheetId = (uint)i },
        })));
        book.WriteEndElement();
    }

    private static void WriteStyles(WorkbookStylesPart part, Formats formats)
    {
        using var styles = OpenXmlWriter.Create(part);
        var light = new Font(new FontSize { Val = 11 }, new FontName { Val = "Calibri" });
        var heavy = new Font(new Bold(), new FontSize { Val = 11 }, new FontName { Val = "Calibri" });
        CellFormat[] words =
        [
            new() { FormatId = 0, FontId = 0 },
            new(new Alignment { WrapText = true, Vertical = VerticalAlignmentValues.Top }) { FormatId = 0, FontId = 0, ApplyAlignment = true },
            new(new Alignment { WrapText = true, Vertical = VerticalAlignmentValues.Top })
            {
                FormatId = 0,
                FontId = 1,
                ApplyFont = true,
                ApplyAlignment = true,
            },
            new(new Alignment { Horizontal = HorizontalAlignmentValues.Right }) { FormatId = 0, FontId = 0, ApplyAlignment = true },
        ];
        var numbers = formats.Codes.Select((_, i) => new CellFormat
        {
            FormatId = 0,
            FontId = 0,
            NumberFormatId = Formats.First + (uint)i,
            ApplyNumberFormat = true,
        });
        static Fill Fill(PatternValues pattern) => new(new PatternFill { PatternType = pattern });
        var stylesheet = new Stylesheet(
            new Fonts(light, heavy) { Count = 2 },
            new Fills(Fill(PatternValues.None), Fill(PatternValues.Gray125)) { Count = 2 },
            new Borders(new Border()) { Count = 1 },
            new CellStyleFormats(new CellFormat { NumberFormatId = 0, FontId = 0, FillId = 0, BorderId = 0 }) { Count = 1 },
            new CellFormats(words.Concat(numbers)),
            new CellStyles(new CellStyle { Name = "Normal", FormatId = 0, BuiltinId = 0 }) { Count = 1 });
        if (formats.Codes.Count > 0)
            stylesheet.NumberingFormats =
                new(formats.Codes.Select((code, i) => new NumberingFormat { NumberFormatId = Formats.First + (uint)i, FormatCode = code }));
        styles.WriteElement(stylesheet);
    }

    private static void WriteProperties(CoreFilePropertiesPart part, ReportDocument document)
    {
        using var properties = XmlWriter.Create(part.GetStream(FileMode.Create), new() { Encoding = new UTF8Encoding(false), CloseOutput = true });
        const string core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties", dc = "http://purl.org/dc/elements/1.1/";
        const string terms = "http://purl.org/dc/terms/", xsi = "http://www.w3.org/2001/XMLSchema-instance";
        properties.WriteStartElement("cp", "coreProperties", core);
        properties.WriteElementString("dc", "title", dc, $"{document.Title} – {document.Period}");
        properties.WriteElementString("dc", "language", dc, "nb-NO");
        properties.WriteStartElement("dcterms", "created", terms);
        properties.WriteAttributeString("xsi", "type", xsi, "dcterms:W3CDTF");
        properties.WriteString(document.ExtractedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        properties.WriteEndElement();
        properties.WriteEndElement();
    }

    /// <summary>What a tab may be called: 31 characters, some of them not allowed, and no two alike whatever their case.</summary>
    private static IEnumerable<string> Titles(IEnumerable<string> titles)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var title in titles)
        {
            var plain = string.Concat(title.Select(c => c is '[' or ']' or ':' or '*' or '?' or '/' or '\\' ? ' ' : c)).Trim('\'', ' ');
            var name = plain.Length > 31 ? plain[..31].TrimEnd() : plain;
            for (var n = 2; !taken.Add(name); n++)
            {
                var suffix = string.Create(CultureInfo.InvariantCulture, $" {n}");
                name = (plain.Length > 31 - suffix.Length ? plain[..(31 - suffix.Length)].TrimEnd() : plain) + suffix;
            }
            yield return name;
        }
    }

    private static string Id(int sheet) => string.Create(CultureInfo.InvariantCulture, $"sheet{sheet + 1}");

    public static string Reference(int column, int row) => Letters(column) + row.ToString(CultureInfo.InvariantCulture);

    /// <summary>The header and the rows.</summary>
    private static string Range(ReportTable table, string absolute) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{absolute}A{absolute}1:{absolute}{Letters(table.Columns.Count - 1)}{absolute}{Math.Max(table.Rows.Count, 1) + 1}");

    public static string Letters(int column) => (column >= 26 ? Letters(column / 26 - 1) : "") + (char)('A' + column % 26);

    // The package is stamped with the clock as it is made: the same parts are packed again, in order, with the report's own moment.
    private static byte[] Settled(MemoryStream package, DateTimeOffset moment)
    {
        var settled = new MemoryStream();
        using (var made = new ZipArchive(package, ZipArchiveMode.Read, leaveOpen: true))
        using (var zip = new ZipArchive(settled, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var part in made.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                var entry = zip.CreateEntry(part.FullName);
                entry.LastWriteTime = moment;
                using var from = part.Open();
                using var to = entry.Open();
                from.CopyTo(to);
            }
        return settled.ToArray();
    }

    /// <summary>The number formats that the tables need.</summary>
    private sealed class Formats
    {
        /// <summary>Below are Excel's own.</summary>
        public const uint First = 164;

        public List<string> Codes { get; } = [];

        public uint Of(ReportColumn column)
        {
            var number = column.Type switch
            {
                ColumnType.Mixed => "General",
                ColumnType.Integer => "#,##0",
                _ => "#,##0." + new string('0', column.Decimals) + (column.Type is ColumnType.Percent ? " %" : ""),
            };
            var code = column.Signed ? $"+{number};-{number};{number}" : number;
            if (!Codes.Contains(code, StringComparer.Ordinal)) Codes.Add(code);
            return 4 + (uint)Codes.IndexOf(code);
        }
    }
}

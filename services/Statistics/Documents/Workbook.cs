using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using Avvik.Contracts;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Avvik.Statistics.Documents;

/// <summary>A workbook with a sheet for each table: numbers are numbers, the header stays in sight and can be filtered by.</summary>
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
            var sheets = CsvArchive.Tables(document).Zip(Titles(document)).ToList();
            foreach (var (i, (table, _)) in sheets.Index()) WriteSheet(book.AddNewPart<WorksheetPart>(Id(i)), table, formats);
            WriteStyles(book.AddNewPart<WorkbookStylesPart>("styles"), formats);
            WriteBook(book, sheets.ConvertAll(s => (s.First, s.Second)));
            var properties = workbook.AddCoreFilePropertiesPart();
            workbook.ChangeIdOfPart(properties, "properties");
            WriteProperties(properties, document);
        }
        return Settled(package, document.ExtractedAt.ToUniversalTime());
    }

    private static void WriteSheet(WorksheetPart part, ReportTable table, Formats formats)
    {
        using var sheet = OpenXmlWriter.Create(part);
        var rows = table.Total is { } total ? [.. table.Rows, total] : table.Rows;
        sheet.WriteStartElement(new Worksheet());
        sheet.WriteElement(new SheetViews(new SheetView(
            new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen })
        { WorkbookViewId = 0 }));
        double Width(int column) => Math.Clamp(rows.Select(r => Wording.Of(r[column], table.Columns[column]).Length)
            .Append(table.Columns[column].Title.Length + 3).Max() + 2, 10, 60);
        sheet.WriteElement(new Columns(table.Columns.Select((_, i) =>
            new Column { Min = (uint)i + 1, Max = (uint)i + 1, CustomWidth = true, Width = Width(i) })));
        sheet.WriteStartElement(new SheetData());
        sheet.WriteStartElement(new Row { RowIndex = 1 });
        foreach (var (i, column) in table.Columns.Index()) WriteText(sheet, Reference(i, 1), column.Title, Strong);
        sheet.WriteEndElement();
        foreach (var (r, row) in rows.Index())
        {
            sheet.WriteStartElement(new Row { RowIndex = (uint)r + 2 });
            var isTotal = r == table.Rows.Count;
            foreach (var (i, cell) in row.Index())
            {
                var (reference, column) = (Reference(i, r + 2), table.Columns[i]);
                if (cell.IsSuppressed) WriteText(sheet, reference, Wording.Hidden, Right);
                else if (cell.Number is { } number) WriteNumber(sheet, reference, Wording.Round(number, column) / (column.Type is ColumnType.Percent ? 100 : 1),
                    formats.Of(column, isTotal));
                else if (cell.Text is { } text) WriteText(sheet, reference, text, isTotal ? Strong : text.Length > 58 ? Wrapped : Plain);
            }
            sheet.WriteEndElement();
        }
        sheet.WriteEndElement();
        // A total sorted in among its parts would read as one of them.
        sheet.WriteElement(new AutoFilter { Reference = Range(table, "") });
        sheet.WriteEndElement();
    }

    private static void WriteText(OpenXmlWriter sheet, string reference, string text, uint style) =>
        sheet.WriteElement(new Cell(new InlineString(new Text(text) { Space = SpaceProcessingModeValues.Preserve }))
        {
            CellReference = reference,
            DataType = CellValues.InlineString,
            StyleIndex = style
        });

    private static void WriteNumber(OpenXmlWriter sheet, string reference, decimal number, uint style) =>
        sheet.WriteElement(new Cell(new CellValue(number.ToString("0.############", CultureInfo.InvariantCulture)))
        {
            CellReference = reference,
            StyleIndex = style
        });

    private static void WriteBook(WorkbookPart part, List<(ReportTable Table, string Title)> sheets)
    {
        using var book = OpenXmlWriter.Create(part);
        book.WriteStartElement(new DocumentFormat.OpenXml.Spreadsheet.Workbook());
        book.WriteElement(new Sheets(sheets.Select((s, i) => new Sheet { Name = s.Title, SheetId = (uint)i + 1, Id = Id(i) })));
        // Excel finds a sheet's filter by this name.
        book.WriteElement(new DefinedNames(sheets.Select((s, i) =>
            new DefinedName($"'{s.Title.Replace("'", "''", StringComparison.Ordinal)}'!{Range(s.Table, "$")}")
            {
                Name = "_xlnm._FilterDatabase",
                LocalSheetId = (uint)i,
                Hidden = true
            })));
        book.WriteEndElement();
    }

    private static void WriteStyles(WorkbookStylesPart part, Formats formats)
    {
        using var styles = OpenXmlWriter.Create(part);
        var (light, heavy) = (new Font(new FontSize { Val = 11 }, new FontName { Val = "Calibri" }),
            new Font(new Bold(), new FontSize { Val = 11 }, new FontName { Val = "Calibri" }));
        CellFormat[] words =
        [
            new() { FormatId = 0, FontId = 0 },
            new(new Alignment { WrapText = true, Vertical = VerticalAlignmentValues.Top }) { FormatId = 0, FontId = 0, ApplyAlignment = true },
            new(new Alignment { Vertical = VerticalAlignmentValues.Top }) { FormatId = 0, FontId = 1, ApplyFont = true, ApplyAlignment = true },
            new(new Alignment { Horizontal = HorizontalAlignmentValues.Right }) { FormatId = 0, FontId = 0, ApplyAlignment = true },
        ];
        CellFormat Number(uint code, uint font) =>
            new() { FormatId = 0, FontId = font, NumberFormatId = Formats.First + code, ApplyNumberFormat = true, ApplyFont = font > 0 };
        var numbers = formats.Codes.SelectMany((_, i) => new[] { Number((uint)i, 0), Number((uint)i, 1) });
        var stylesheet = new Stylesheet(
            new Fonts(light, heavy) { Count = 2 },
            new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }),
                new Fill(new PatternFill { PatternType = PatternValues.Gray125 }))
            { Count = 2 },
            new Borders(new Border()) { Count = 1 },
            new CellStyleFormats(new CellFormat { NumberFormatId = 0, FontId = 0, FillId = 0, BorderId = 0 }) { Count = 1 },
            new CellFormats(words.Concat(numbers)),
            new CellStyles(new CellStyle { Name = "Normal", FormatId = 0, BuiltinId = 0 }) { Count = 1 });
        if (formats.Codes.Count > 0) stylesheet.NumberingFormats =
            new(formats.Codes.Select((code, i) => new NumberingFormat { NumberFormatId = Formats.First + (uint)i, FormatCode = code }));
        styles.WriteElement(stylesheet);
    }

    private static void WriteProperties(CoreFilePropertiesPart part, ReportDocument document)
    {
        using var properties = XmlWriter.Create(part.GetStream(FileMode.Create), new() { Encoding = new UTF8Encoding(false), CloseOutput = true });
        const string core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties", dc = "http://purl.org/dc/elements/1.1/",
            terms = "http://purl.org/dc/terms/", xsi = "http://www.w3.org/2001/XMLSchema-instance";
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
    private static IEnumerable<string> Titles(ReportDocument document)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var title in document.Sections.Select(s => s.Title).Prepend(Texts.Report("keyFigures")).Prepend(Texts.Report("about")))
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

    private static string Reference(int column, int row) => Letters(column) + row.ToString(CultureInfo.InvariantCulture);

    /// <summary>The header and the rows, without the total.</summary>
    private static string Range(ReportTable table, string absolute) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{absolute}A{absolute}1:{absolute}{Letters(table.Columns.Count - 1)}{absolute}{Math.Max(table.Rows.Count, 1) + 1}");

    private static string Letters(int column) => (column >= 26 ? Letters(column / 26 - 1) : "") + (char)('A' + column % 26);

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

    /// <summary>The number formats that the tables need, each in light and in heavy letters.</summary>
    private sealed class Formats
    {
        /// <summary>Below are Excel's own.</summary>
        public const uint First = 164;

        public List<string> Codes { get; } = [];

        public uint Of(ReportColumn column, bool isTotal)
        {
            var number = column.Type is ColumnType.Mixed ? "General"
                : (column.Type is ColumnType.Integer ? "#,##0" : "#,##0." + new string('0', column.Decimals)) + (column.Type is ColumnType.Percent ? " %" : "");
            var code = column.Signed ? $"+{number};-{number};{number}" : number;
            if (!Codes.Contains(code, StringComparer.Ordinal)) Codes.Add(code);
            return 4 + 2 * (uint)Codes.IndexOf(code) + (isTotal ? 1u : 0);
        }
    }
}

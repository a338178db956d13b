using System.Globalization;
using System.IO.Compression;
using System.Text;
using Avvik.Contracts;

namespace Avvik.Statistics.Documents;

/// <summary>
/// A zip of three files: every figure on a row of its own with its codes (named as SDMX names them), what the codes mean, and which report it is. They open in
/// Norwegian Excel by a double click: UTF-8 with its mark, semicolons, decimal commas.
/// </summary>
internal static class CsvArchive
{
    private static readonly NumberFormatInfo Numbers = new() { NumberDecimalSeparator = "," };

    public static byte[] Render(ReportDocument document)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, rows) in new[] { ("tall.csv", Figures(document)), ("ordbok.csv", Dictionary(document)), ("om-rapporten.csv", About(document)) })
            {
                var entry = zip.CreateEntry(name);
                entry.LastWriteTime = document.ExtractedAt.ToUniversalTime();
                using var file = entry.Open();
                file.Write(Csv(rows));
            }
        return archive.ToArray();
    }

    /// <summary>What the report is and how it was made, a line each.</summary>
    public static IEnumerable<string[]> About(ReportDocument document) =>
    [
        [Texts.Report("about"), Texts.Report("content")],
        [Texts.Report("title"), document.Title], [Texts.Report("community"), document.Community], [Texts.Report("period"), document.Period],
        [Texts.Report("version"), Wording.EditionShort(document)], [Texts.Report("extracted"), Wording.Moment(document.ExtractedAt)],
        .. document.ContentHash is { } hash ? [[Texts.Report("contentHash"), hash]] : Array.Empty<string[]>(),
        .. document.Highlights.Select(h => new[] { document.HighlightsTitle, h.Text }),
        .. document.Reading.Select(r => new[] { Texts.Report("reading"), r }),
        .. document.Chapters.SelectMany(c => c.Notes).SelectMany(n => n.Paragraphs, (n, p) => new[] { n.Title, p }),
    ];

    /// <summary>What each code of a table and a measure means.</summary>
    public static IEnumerable<string[]> Dictionary(ReportDocument document) =>
    [
        ["TABLE", "TABLE_LABEL", "MEASURE", "MEASURE_LABEL", "UNIT_MEASURE", "DEFINITION"],
        .. document.Data.SelectMany(t => t.Columns, (t, c) => new[] { t.Code, t.Title, c.Code, c.Column.Title, Unit(c.Column), c.Definition }),
        .. new[] { ("UNIT_MEASURE", "NUM", "unitNum"), ("UNIT_MEASURE", "DEC", "unitDec"), ("UNIT_MEASURE", "PT", "unitPt"), ("UNIT_MEASURE", "MIXED",
            "unitMixed"), ("OBS_STATUS", "A", "statusA"), ("OBS_STATUS", "Q", "statusQ") }.Select(c => new[] { c.Item1, "", c.Item2, "", "",
                Texts.Report(c.Item3) }),
    ];

    private static IEnumerable<string[]> Figures(ReportDocument document)
    {
        yield return
        [
            "REF_AREA", "TIME_PERIOD", "COMPARED_WITH", "TABLE", "ROW", "ROW_LABEL", "PARENT", "PARENT_LABEL", "MEASURE", "UNIT_MEASURE", "OBS_VALUE",
                "OBS_STATUS",
        ];
        foreach (var table in document.Data)
            foreach (var row in table.Rows)
                foreach (var (column, cell) in table.Columns.Zip(row.Cells).Where(c => c.Second != ReportCell.Empty))
                {
                    var shown = row.Column ?? column.Column;
                    yield return
                    [
                        document.CommunityCode, table.Chart is TrendChart ? row.Code! : document.PeriodCode, column.Compared ?? "", table.Code, row.Code
                            ?? "_Z",
                        row.Label, row.Parent ?? "", row.ParentLabel ?? "", column.Code, Unit(shown),
                        cell.Number is { } number ? Wording.Round(number, shown).ToString("0.##########", Numbers) : "", cell.IsSuppressed ? "Q" : "A",
                    ];
                }
    }

    private static string Unit(ReportColumn column) => column.Type switch
    {
        ColumnType.Percent => "PT",
        ColumnType.Decimal => "DEC",
        ColumnType.Mixed => "MIXED",
        _ => "NUM",
    };

    private static byte[] Csv(IEnumerable<string[]> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows) text.AppendJoin(';', row.Select(Quote)).Append("\r\n");
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    internal static string Quote(string text)
    {
        // A word that a spreadsheet would take for a formula is kept a word; a number keeps its minus.
        if (text is not ['-', >= '0' and <= '9', ..] && text.AsSpan().TrimStart() is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠', ..]
            || text is ['\t' or '\r' or '\n', ..]) text = "'" + text;
        return text.AsSpan().IndexOfAny(";\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

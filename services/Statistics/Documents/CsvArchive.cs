using System.Globalization;
using System.IO.Compression;
using System.Text;
using Avvik.Contracts;

namespace Avvik.Statistics.Documents;

/// <summary>A zip with a file for each table, as Norwegian Excel opens them by a double click: UTF-8 with its mark, semicolons, decimal commas.</summary>
internal static class CsvArchive
{
    private static readonly NumberFormatInfo Numbers = new() { NumberDecimalSeparator = "," };

    public static byte[] Render(ReportDocument document)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (index, table) in Tables(document).Index())
            {
                var entry = zip.CreateEntry(string.Create(CultureInfo.InvariantCulture, $"{index:00}-{table.Name}.csv"));
                entry.LastWriteTime = document.ExtractedAt.ToUniversalTime();
                using var file = entry.Open();
                file.Write(Csv(table));
            }
        return archive.ToArray();
    }

    /// <summary>The tables of the report, after one about the report itself and one of its key figures.</summary>
    public static IEnumerable<ReportTable> Tables(ReportDocument document)
    {
        IEnumerable<(string Name, ReportCell Value)> about =
        [
            (Texts.Report("title"), document.Title), (Texts.Report("subtitle"), document.Subtitle), (Texts.Report("community"), document.Community),
            (Texts.Report("period"), document.Period), (Texts.Report("version"), document.Version), (Texts.Report("extracted"), Wording.Moment(document.ExtractedAt)),
            (Texts.Report("contentHash"), document.ContentHash),
            .. document.Method.Select(paragraph => (Texts.Report("method"), (ReportCell)paragraph)),
            .. document.Suppression.Select(paragraph => (Texts.Report("suppression"), (ReportCell)paragraph)),
        ];
        yield return new("rapport", [new(Texts.Report("about"), ColumnType.Text), new(Texts.Report("content"), ColumnType.Text)], [.. about.Select(a => (IReadOnlyList<ReportCell>)[a.Name, a.Value])]);
        yield return new("nokkeltall",
            [new(Texts.Report("keyFigure"), ColumnType.Text), new(Texts.Report("value"), ColumnType.Mixed, Decimals: 2), new(Texts.Report("unit"), ColumnType.Text), new(Texts.Report("note"), ColumnType.Text)],
            [.. document.KeyFigures.Select(f => (IReadOnlyList<ReportCell>)[f.Label, f.Value, f.Type is ColumnType.Percent ? "%" : null, f.Note])]);
        foreach (var section in document.Sections) yield return section.Table;
    }

    private static byte[] Csv(ReportTable table)
    {
        var text = new StringBuilder();
        Line([.. table.Columns.Select(c => Quote(c.Type is ColumnType.Percent ? $"{c.Title} (%)" : c.Title))]);
        foreach (var row in table.Total is { } total ? table.Rows.Append(total) : table.Rows) Line([.. row.Zip(table.Columns, Value)]);
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.ToString())];

        void Line(string[] values) => text.AppendJoin(';', values).Append("\r\n");
    }

    private static string Value(ReportCell cell, ReportColumn column) => cell switch
    {
        { IsSuppressed: true } => Wording.Hidden,
        { Number: { } number } => Wording.Round(number, column).ToString("0.##########", Numbers),
        _ => Quote(cell.Text ?? ""),
    };

    private static string Quote(string text)
    {
        // A word that a spreadsheet would take for a formula is kept a word.
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..]) text = "'" + text;
        return text.AsSpan().IndexOfAny(";\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

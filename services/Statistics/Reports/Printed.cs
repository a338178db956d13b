using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Documents;

namespace Avvik.Statistics.Reports;

/// <summary>A report as the formats for reading take it: the same words and figures, with charts of some of the tables.</summary>
internal static class Printed
{
    private static readonly Dictionary<string, (string ContentType, Func<ReportDocument, byte[]> Render)> Formats = new(StringComparer.Ordinal)
    {
        [".csv"] = ("application/zip", CsvArchive.Render),
        [".xlsx"] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Workbook.Render),
        [".pdf"] = ("application/pdf", Documents.Pdf.PdfReport.Render),
    };

    // Columns of an earlier time, and what the change since then is called.
    private static readonly Dictionary<string, string> Changes = new(StringComparer.Ordinal)
    {
        ["previousQuarter"] = "changePreviousQuarter",
        ["yearBefore"] = "changeYearBefore",
    };

    // Tables whose rows are all that was received, each once.
    private static readonly HashSet<string> Divides = ["direction", "region", "clause", "category", "kind", "harm", "status"];

    /// <summary>Null for a format that there is not.</summary>
    public static (byte[] Bytes, string ContentType)? As(string format, Report report) =>
        Formats.TryGetValue(format, out var found) ? (found.Render(Of(report)), found.ContentType) : null;

    public static ReportDocument Of(Report report) => new()
    {
        Title = report.Title,
        Subtitle = report.Reason ?? Texts.Report(report.Version is null ? "subtitleOpen" : "subtitleFrozen"),
        Community = HealthCommunities.Community(report.Community)?.Name ?? report.Community,
        Period = Labels.Period(report.Period),
        Version = report.Version ?? 0,
        ExtractedAt = report.ExtractedAt,
        ContentHash = report.Hash ?? "",
        KeyFigures = [.. report.KeyFigures.Rows.Select(r => new KeyFigure(r.Label, TypeOf(r.Code!), Cell(r.Values[0]), Compared(report.KeyFigures, r),
            DecimalsOf(r.Code!)))],
        Sections = [.. report.Tables.Where(t => t.Rows.Count > 0).Select(t => Section(t, report.KeyFigures))],
        Method = [.. report.Method],
        Suppression = report.RoundedTo > 1 ? [Texts.Report("roundedTo", report.RoundedTo)] : [],
    };

    // A comparison that there is nothing of is left out; what there is has behind it how much has changed.
    internal static ReportSection Section(Client.ReportTable table, Client.ReportTable keyFigures)
    {
        int[] shown = [.. Enumerable.Range(0, table.Columns.Count).Where(c => !Changes.ContainsKey(table.Columns[c].Code)
            || table.Rows.Any(r => r.Values[c] is not null))];
        return new(table.Title, new Documents.ReportTable(FileName(table.Title), [new(table.Title, ColumnType.Text),
            .. shown.SelectMany(c => Columns(table.Columns[c]))], [.. table.Rows.Select(r => Cells(r.Label, r.Values))])
        {
            Total = Divides.Contains(table.Code) ? Cells(Texts.Report("rowTotal"), Whole(table, keyFigures)) : null,
        })
        {
            Introduction = table.Code == "trend" ? Texts.Report(table.Rows[0].Values[1] is null
                ? "tooFewForLimits" : "controlLimits", ControlChart.FewestValues) : null,
            Chart = ChartOf(table),
        };

        IReadOnlyList<ReportCell> Cells(string label, IReadOnlyList<Figure?> values) =>
            [label, .. shown.SelectMany(c => Changes.ContainsKey(table.Columns[c].Code)
                ? [Cell(values[c]), Change(values[0], values[c])] : new[] { Cell(values[c]) })];
    }

    private static IEnumerable<Documents.ReportColumn> Columns(Client.ReportColumn column)
    {
        yield return Column(column.Label, column.Code);
        if (Changes.TryGetValue(column.Code, out var label)) yield return new(Texts.Report(label), ColumnType.Integer, Signed: true);
    }

    private static ReportCell Change(Figure? now, Figure? before) => now is null || before is null ? ReportCell.Empty
        : now.Value.Value is { } a && before.Value.Value is { } b ? (decimal)(a - b) : ReportCell.Suppressed;

    private static string? Compared(Client.ReportTable keyFigures, ReportRow row)
    {
        string[] known = [.. keyFigures.Columns.Zip(row.Values).Skip(1).Where(c => c.Second is not null)
            .Select(c => $"{c.First.Label}: {(c.Second == Figure.Suppressed ? Texts.Report("hidden") : Wording.Of(Cell(c.Second), Column(row.Label, row.Code!)))}")];
        return known.Length == 0 ? null : string.Join(". ", known);
    }

    // The sum of the rows is a number that is known anyway, or hidden with it.
    private static IReadOnlyList<Figure?> Whole(Client.ReportTable table, Client.ReportTable keyFigures)
    {
        var received = keyFigures.Rows.Single(r => r.Code == "received").Values;
        return [.. table.Columns.Select((c, i) => i == 0 ? received[0] : keyFigures.Columns.Index()
            .FirstOrDefault(k => k.Item.Code == c.Code) is { Item: not null } known ? received[known.Index] : null)];
    }

    // «Utvikling over åtte kvartaler» is utvikling-over-atte-kvartaler.
    private static string FileName(string title) => string.Join('-',
        new string([.. title.ToLowerInvariant().Replace("æ", "ae", StringComparison.Ordinal)
            .Select(c => c switch { 'ø' => 'o', 'å' => 'a', _ => char.IsAsciiLetterOrDigit(c) ? c : ' ' })]).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static ReportChart? ChartOf(Client.ReportTable table) => table.Code switch
    {
        "trend" => new TrendChart(table.Title, Labels: 0, Values: 1, Centre: 2, Lower: 3, Upper: 4),
        "direction" or "region" or "clause" => new BarChart(table.Title, Labels: 0, Values: 1),
        _ => null,
    };

    private static ReportCell Cell(Figure? figure) => figure is null ? ReportCell.Empty : figure.Value.Value is { } number
        ? (decimal)number : ReportCell.Suppressed;

    private static Documents.ReportColumn Column(string label, string code) => new(label, TypeOf(code), DecimalsOf(code));

    private static int DecimalsOf(string code) => code == "meanHops" ? 2 : 1;

    private static ColumnType TypeOf(string code) => code switch
    {
        "answeredInTimePercent" => ColumnType.Percent,
        "medianAnswerDays" or "p90AnswerDays" or "meanHops" or "perTenThousand" or "centreLine" or "lowerLimit" or "upperLimit" => ColumnType.Decimal,
        _ => ColumnType.Integer,
    };
}

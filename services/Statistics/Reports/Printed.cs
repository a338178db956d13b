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
        KeyFigures = [.. report.KeyFigures.Rows.Select(r => new KeyFigure(r.Label, TypeOf(r.Code!), Cell(r.Values[0])))],
        Sections = [.. report.Tables.Where(t => t.Rows.Count > 0).Select(Section)],
        Method = [.. report.Method],
        Suppression = [Texts.Report("suppressionCost", report.Suppression.Primary, report.Suppression.Complementary, report.Suppression.Folded, report.Suppression.Bound)],
    };

    private static ReportSection Section(Client.ReportTable table) => new(table.Title, new Documents.ReportTable(table.Code,
        [new(table.Title, ColumnType.Text), .. table.Columns.Select(c => new Documents.ReportColumn(c.Label, TypeOf(c.Code), c.Code == "meanHops" ? 2 : 1))],
        [.. table.Rows.Select(r => (IReadOnlyList<ReportCell>)[r.Label, .. r.Values.Select(Cell)])]))
    {
        Chart = table.Code switch
        {
            "trend" => new TrendChart(table.Title, Labels: 0, Values: 1, Centre: 2, Lower: 3, Upper: 4),
            "direction" or "region" or "clause" => new BarChart(table.Title, Labels: 0, Values: 1),
            _ => null,
        },
    };

    private static ReportCell Cell(Figure? figure) => figure is null ? ReportCell.Empty : figure.Value.Value is { } number ? (decimal)number : ReportCell.Suppressed;

    private static ColumnType TypeOf(string code) => code switch
    {
        "answeredInTimePercent" => ColumnType.Percent,
        "medianAnswerDays" or "p90AnswerDays" or "meanHops" or "perTenThousand" or "centreLine" or "lowerLimit" or "upperLimit" => ColumnType.Decimal,
        _ => ColumnType.Integer,
    };
}

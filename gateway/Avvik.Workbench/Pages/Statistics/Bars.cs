using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Avvik.Client;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>
/// A table's first column as bars: drawn on the server, no script, in the page's own colours, which a class gives each part. What is hidden is a dash.
/// The table beside it is the text alternative.
/// </summary>
internal static class Bars
{
    private const int Width = 640, ChartWidth = 440, RowHeight = 36, ValueWidth = 60, Most = 14, LongestLabel = 56;

    public static bool IsFor(ReportTable table) => table.Columns.Count > 0 && table.Rows.Count(r => r.Values.Count > 0 && r.Values[0]?.Value > 0) >= 2;

    public static string Draw(ReportTable table, string title, CultureInfo culture)
    {
        var rows = table.Rows.Where(r => r.Values.Count > 0 && r.Values[0] is not null).Take(Most).ToList();
        var longest = Math.Max(1, rows.Max(r => r.Values[0]!.Value.Value ?? 0));
        var svg = new StringBuilder();
        var (height, encode) = (rows.Count * RowHeight + 4, HtmlEncoder.Default);
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg class=\"bars\" viewBox=\"0 0 {ChartWidth} {height}\" role=\"img\" aria-label=\"{encode.Encode(title)}\">");
        foreach (var (row, i) in rows.Select((r, i) => (r, i)))
        {
            // The label stands above its bar, so that a long one is whole on a phone too.
            var figure = row.Values[0]!.Value.Value;
            var label = row.Label.Length > LongestLabel ? string.Concat(row.Label.AsSpan(0, LongestLabel - 1), "…") : row.Label;
            var (y, length) = (i * RowHeight + 2, (figure ?? 0) / longest * (ChartWidth - ValueWidth));
            var width = Math.Max(length, figure > 0 ? 1.5 : 0);
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"bar-label\" x=\"0\" y=\"{y + 13}\">{encode.Encode(label)}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"bar\" x=\"0\" y=\"{y + 18}\" width=\"{width:0.#}\" height=\"10\" rx=\"2\"></rect>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"bar-value\" x=\"{length + 6:0.#}\" y=\"{y + 28}\">");
            svg.Append(encode.Encode(figure is { } number ? number.ToString("#,0.#", culture) : "–")).Append("</text>");
        }
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Deviations a day, as a line: for a signal.</summary>
    public static string Line(IReadOnlyList<int> days, string title)
    {
        const int height = 90, step = 10;
        var most = Math.Max(1, days.Max());
        var points = string.Join(' ', days.Select((count, i) => string.Create(CultureInfo.InvariantCulture,
            $"{i * Width / (double)Math.Max(1, days.Count - 1):0.#},{height - step - count * (height - 2.0 * step) / most:0.#}")));
        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg class="line" viewBox="0 0 {Width} {height}" role="img" aria-label="{HtmlEncoder.Default.Encode(title)}">
            <line class="axis" x1="0" y1="{height - step}" x2="{Width}" y2="{height - step}"></line><polyline points="{points}"></polyline>
            <text class="bar-value" x="0" y="9">{most}</text></svg>
            """);
    }
}

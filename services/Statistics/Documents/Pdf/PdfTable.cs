using Avvik.Statistics.Documents.Charts;

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>How wide a table's columns are, and in which size it is set: measured before anything is drawn.</summary>
internal sealed record PdfTable(ReportTable Table, double Size, IReadOnlyList<double> Widths)
{
    private const double Padding = 5;

    // Words wider than this are broken rather than let them push the figures off the page.
    private const double WidestWord = 150;

    public double Width => Widths.Sum();

    /// <summary>Null when it does not fit in this size without breaking words.</summary>
    public static PdfTable? Fit(ReportTable table, double size, double available)
    {
        var (least, wanted) = Measure(table, size);
        return least.Sum() > available ? null : new(table, size, Share(least, wanted, available));
    }

    /// <summary>The last resort: words are broken wherever the line ends.</summary>
    public static PdfTable Squeeze(ReportTable table, double size, double available)
    {
        var (least, _) = Measure(table, size);
        return new(table, size, [.. least.Select(width => width * available / least.Sum())]);
    }

    /// <summary>A row's words, each column's in lines.</summary>
    public List<List<string>> Lines(IReadOnlyList<string> cells, Typeface face) => [.. cells.Select((cell, i) => Paragraph.Wrap(cell, face, Size, Widths[i] - 2 * Padding))];

    public double Height(List<List<string>> lines) => Math.Max(1, lines.Max(l => l.Count)) * Size * 1.28 + 2 * Padding - 2;

    /// <summary>Figures to the right, words to the left; a column's title as its figures.</summary>
    public void Draw(PdfPage page, int column, List<string> lines, double x, double y, Typeface face)
    {
        var isText = Table.Columns[column].Type is ColumnType.Text;
        foreach (var (i, line) in lines.Index())
            page.Text(isText ? x + Padding : x + Widths[column] - Padding, y + Padding - 2 + Size + i * Size * 1.28, line, Size, Palette.Ink, face, isText ? Anchor.Start : Anchor.End);
    }

    public string[] Cells(IReadOnlyList<ReportCell> row) => [.. row.Zip(Table.Columns, Wording.Of)];

    private static (double[] Least, double[] Wanted) Measure(ReportTable table, double size)
    {
        var (least, wanted) = (new double[table.Columns.Count], new double[table.Columns.Count]);
        foreach (var (i, column) in table.Columns.Index())
        {
            double Widest(IEnumerable<string> texts, Typeface face) => texts.Select(text => face.Width(text, size)).DefaultIfEmpty().Max();
            string[] cells = [.. table.Rows.Select(row => Wording.Of(row[i], column)).Distinct(StringComparer.Ordinal)];
            string[] strong = table.Total is { } total ? [Wording.Of(total[i], column)] : [];
            // A total's figure is whole and in heavier letters.
            var title = Widest(Paragraph.Pieces(column.Title), Typeface.SemiBold);
            var figures = Math.Max(Widest(column.Type is ColumnType.Text ? cells.SelectMany(Paragraph.Pieces) : cells, Typeface.Regular), Widest(column.Type is ColumnType.Text ? strong.SelectMany(Paragraph.Pieces) : strong, Typeface.SemiBold));
            least[i] = Math.Max(Math.Min(title, WidestWord), column.Type is ColumnType.Text ? Math.Min(figures, WidestWord) : figures) + 2 * Padding;
            var whole = column.Type is ColumnType.Text ? Math.Max(Widest(cells, Typeface.Regular), Widest(strong, Typeface.SemiBold)) : 0;
            wanted[i] = Math.Max(least[i], Math.Max(whole, Math.Min(Typeface.SemiBold.Width(column.Title, size), 64)) + 2 * Padding + 4);
        }
        return (least, wanted);
    }

    private static double[] Share(double[] least, double[] wanted, double available)
    {
        if (wanted.Sum() <= available) return wanted;
        var (spare, more) = (available - least.Sum(), wanted.Sum() - least.Sum());
        return [.. least.Zip(wanted, (l, w) => l + (w - l) * spare / more)];
    }
}

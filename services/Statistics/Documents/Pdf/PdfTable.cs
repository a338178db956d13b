using Avvik.Statistics.Documents.Charts;

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>How wide a table's columns are, and in which size it is set: measured before anything is drawn.</summary>
/// <param name="Bars">The width that a bar beside the first column has; zero for a table without.</param>
internal sealed record PdfTable(ReportTable Table, double Size, double Padding, double Bars, IReadOnlyList<double> Widths)
{
    private const double Beside = 5, Indent = 10, LineHeight = 1.26;

    // Words wider than this are broken rather than let them push the figures off the page.
    private const double WidestWord = 150;

    public double Width => Widths.Sum() + Bars;

    /// <summary>In the largest size that it fits in without breaking words; else as it must.</summary>
    public static PdfTable Fit(ReportTable table, double bars, double size, double padding, double available)
    {
        foreach (var smaller in new[] { size, 7.5, 6.5 }.Where(s => s <= size))
        {
            var (least, wanted) = Measure(table, smaller);
            if (least.Sum() + bars <= available) return new(table, smaller, padding, bars, Share(least, wanted, available - bars));
        }
        var (narrow, _) = Measure(table, 6);
        return new(table, 6, padding, 0, [.. narrow.Select(width => width * available / narrow.Sum())]);
    }

    /// <summary>Where a column begins, from the left of the table.</summary>
    public double Left(int column) => Widths.Take(column).Sum() + (column > 0 ? Bars : 0);

    /// <summary>A row's words, each column's in lines.</summary>
    public List<List<string>> Lines(IReadOnlyList<string> cells, Typeface face) =>
        [.. cells.Select((cell, i) => Paragraph.Wrap(cell, face, Size, Widths[i] - 2 * Beside - (i == 0 && Table.Headings.Count > 0 ? Indent : 0)))];

    /// <summary>The titles of the columns, in lines.</summary>
    public List<List<string>> Titles() =>
        [.. Table.Columns.Select((column, i) => Paragraph.WrapEvenly(column.Title, Typeface.SemiBold, Size, Widths[i] - 2 * Beside))];

    public double Height(List<List<string>> lines) => Math.Max(1, lines.Max(l => l.Count)) * Size * LineHeight + 2 * Padding;

    /// <summary>Figures to the right, words to the left; a column's title as its figures.</summary>
    public void Draw(PdfPage page, int column, List<string> lines, double x, double y, Typeface face, string colour, bool isIndented = false)
    {
        var isText = Table.Columns[column].Type is ColumnType.Text;
        var at = isText ? x + Beside + (isIndented ? Indent : 0) : x + Widths[column] - Beside;
        foreach (var (i, line) in lines.Index())
            page.Text(at, y + Padding + Size + i * Size * LineHeight, line, Size, colour, face, isText ? Anchor.Start : Anchor.End, inColumn: !isText);
    }

    public string[] Cells(IReadOnlyList<ReportCell> row) => [.. row.Zip(Table.Columns, Wording.Of)];

    private static (double[] Least, double[] Wanted) Measure(ReportTable table, double size)
    {
        var (least, wanted) = (new double[table.Columns.Count], new double[table.Columns.Count]);
        foreach (var (i, column) in table.Columns.Index())
        {
            double Widest(IEnumerable<string> texts, Typeface face) => texts.Select(text => face.ColumnWidth(text, size)).DefaultIfEmpty().Max();
            var (isText, indent) = (column.Type is ColumnType.Text, i == 0 && table.Headings.Count > 0 ? Indent : 0);
            string[] cells = [.. table.Rows.Select(row => Wording.Of(row[i], column)).Distinct(StringComparer.Ordinal)];
            // A total's figures and a heading's words are in heavier letters.
            string[] strong = [.. table.Headings.Select(h => table.Rows[h]).Append(table.Total).OfType<IReadOnlyList<ReportCell>>()
                .Select(row => Wording.Of(row[i], column))];
            var title = Widest(Paragraph.Pieces(column.Title), Typeface.SemiBold);
            IEnumerable<string> Words(string[] of) => isText ? of.SelectMany(Paragraph.Pieces) : of;
            var figures = Math.Max(Widest(Words(cells), Typeface.Regular), Widest(Words(strong), Typeface.SemiBold));
            least[i] = Math.Max(Math.Min(title, WidestWord), isText ? Math.Min(figures, WidestWord) : figures) + 2 * Beside + indent;
            var whole = isText ? Math.Max(Widest(cells, Typeface.Regular), Widest(strong, Typeface.SemiBold)) : 0;
            wanted[i] = Math.Max(least[i], Math.Max(whole, Math.Min(Typeface.SemiBold.Width(column.Title, size), 64)) + 2 * Beside + 4 + indent);
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

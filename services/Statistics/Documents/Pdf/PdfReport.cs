using Avvik.Contracts;
using Avvik.Statistics.Documents.Charts;

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>Sets a report on A4 pages.</summary>
internal sealed class PdfReport
{
    private const double Short = 595.28, Long = 841.89;
    private const double Margin = (Short - Chart.Width) / 2;
    private const double Top = 52, Bottom = 56;

    private readonly ReportDocument _document;
    private readonly PdfFile _file = new();
    private PdfPage _page;
    private double _y = Top;

    private PdfReport(ReportDocument document)
    {
        _document = document;
        _page = _file.AddPage(Short, Long);
    }

    private double Available => _page.Width - 2 * Margin;

    private double Left => _page.Height - Bottom - _y;

    public static byte[] Render(ReportDocument document)
    {
        var report = new PdfReport(document);
        report.Front();
        foreach (var section in document.Sections) report.Section(section);
        report.Turn(landscape: false);
        report.Notes(Texts.Report("method"), document.Method);
        report.Notes(Texts.Report("suppression"), document.Suppression);
        report.Write("P", Texts.Report("hashLine", document.ContentHash), 7.5, Palette.Soft, Typeface.Regular, after: 0);
        report.Footers();
        return report._file.Finish($"{document.Title} – {document.Period}", "nb-NO", document.ExtractedAt);
    }

    private void Front()
    {
        _page.Draw(null, () => _page.Shape(new Bar(0, 0, Short, 8, Palette.Main), 0, 0));
        Write("P", _document.Community, 9.5, Palette.Main, Typeface.SemiBold, after: 6);
        _file.Bookmark(_document.Title, _page, 0);
        Write("H1", _document.Title, 23, Palette.Ink, Typeface.SemiBold, after: 5);
        Write("P", _document.Subtitle, 11.5, Palette.Ink, Typeface.Regular, after: 5);
        Write("P", Wording.Edition(_document), 8.5, Palette.Soft, Typeface.Regular, after: 16);
        KeyFigures();
    }

    private void KeyFigures()
    {
        const double gap = 10, inside = 9;
        var width = (Available - 3 * gap) / 4;
        foreach (var row in _document.KeyFigures.Chunk(4))
        {
            List<string> Small(string text, double size) => Paragraph.Wrap(text, Typeface.Regular, size, width - 2 * inside);
            var labels = row.Select(f => Small(f.Label, 8.5)).ToList();
            var notes = row.Select(f => Small(f.Note ?? "", 7.5)).ToList();
            var labelHeight = labels.Max(l => l.Count) * 11.0;
            var height = inside + labelHeight + 26 + notes.Max(n => n.Count) * 9.5 + inside - 2;
            MakeRoom(height + gap);
            foreach (var (i, figure) in row.Index())
            {
                var (x, y, element) = (Margin + i * (width + gap), _y, _file.Root.Add(new("P")));
                _page.Draw(null, () => _page.Shape(new Bar(x, y, width, height, Palette.Pale), 0, 0));
                foreach (var (n, line) in labels[i].Index()) _page.Draw(element, () => _page.Text(x + inside, y + inside + 7 + n * 11, line + (n + 1 < labels[i].Count ? " " : ": "), 8.5, Palette.Soft, Typeface.Regular));
                _page.Draw(element, () => _page.Text(x + inside, y + inside + labelHeight + 19, Wording.Of(figure), 20, Palette.Ink, Typeface.SemiBold));
                foreach (var (n, line) in notes[i].Index()) _page.Draw(element, () => _page.Text(x + inside, y + inside + labelHeight + 33 + n * 9.5, line, 7.5, Palette.Soft, Typeface.Regular));
            }
            _y += height + gap;
        }
        _y += 8;
    }

    private void Section(ReportSection section)
    {
        // Upright if it can be read so, else on its side; what fits in neither is set smallest, with words broken.
        var (table, landscape) = Upright(8.5) ?? Upright(7.5) ?? Sideways(8) ?? Sideways(6.5) ?? (PdfTable.Squeeze(section.Table, 6, Long - 2 * Margin), true);
        Turn(landscape);
        var drawing = Chart.Draw(section);
        var introduction = section.Introduction is { } text ? Paragraph.Wrap(text, Typeface.Regular, 9.5, Available).Count * 13.3 + 8 : 0;
        // A heading stays with what it is the heading of.
        MakeRoom(34 + introduction + (drawing?.Height + 12 ?? 80));
        Heading(section.Title);
        if (section.Introduction is { } words) Write("P", words, 9.5, Palette.Ink, Typeface.Regular, after: 8);
        if (drawing is not null) Figure(drawing);
        Write(table);

        (PdfTable, bool)? Upright(double size) => PdfTable.Fit(section.Table, size, Short - 2 * Margin) is { } fits ? (fits, false) : null;
        (PdfTable, bool)? Sideways(double size) => PdfTable.Fit(section.Table, size, Long - 2 * Margin) is { } fits ? (fits, true) : null;
    }

    private void Figure(Drawing drawing)
    {
        MakeRoom(drawing.Height + 12);
        var (x, y) = (Margin, _y);
        string[] box = [.. new[] { x, _page.Height - y - drawing.Height, x + drawing.Width, _page.Height - y }.Select(Coordinate.Of)];
        var element = _file.Root.Add(new("Figure") { Alternative = $"{drawing.Title}. {drawing.Description}", Attributes = $"/O /Layout /Placement /Block /BBox [{string.Join(' ', box)}]" });
        _page.Draw(element, () =>
        {
            foreach (var shape in drawing.Shapes) _page.Shape(shape, x, y);
        });
        _y += drawing.Height + 12;
    }

    private void Write(PdfTable table)
    {
        var element = _file.Root.Add(new("Table"));
        var titles = table.Lines([.. table.Table.Columns.Select(c => c.Title)], Typeface.SemiBold);
        MakeRoom(table.Height(titles) + 40);
        Header(table, titles, element.Add(new("TR")));
        foreach (var row in table.Table.Rows) Row(table, titles, element, table.Cells(row), Typeface.Regular);
        if (table.Table.Rows.Count == 0) EmptyRow(table, element.Add(new("TR")));
        if (table.Table.Total is { } total) Row(table, titles, element, table.Cells(total), Typeface.SemiBold);
        _y += 20;
    }

    /// <param name="row">Null where it is repeated: who listens has heard it.</param>
    private void Header(PdfTable table, List<List<string>> titles, PdfElement? row)
    {
        var (x, height) = (Margin, table.Height(titles));
        _page.Draw(null, () =>
        {
            _page.Shape(new Bar(Margin, _y, table.Width, height, Palette.Pale), 0, 0);
            _page.Shape(new Stroke([(Margin, _y + height), (Margin + table.Width, _y + height)], Palette.Soft, 0.75), 0, 0);
        });
        foreach (var (i, lines) in titles.Index())
        {
            // Titles of one line stand at the foot, next to their figures.
            var (at, column) = (_y + height - table.Height([lines]), x);
            _page.Draw(row?.Add(new("TH") { Attributes = "/O /Table /Scope /Column" }), () => table.Draw(_page, i, lines, column, at, Typeface.SemiBold));
            x += table.Widths[i];
        }
        _y += height;
    }

    private void Row(PdfTable table, List<List<string>> titles, PdfElement element, string[] cells, Typeface face)
    {
        var lines = table.Lines(cells, face);
        var height = table.Height(lines);
        if (Left < height)
        {
            NewPage();
            Header(table, titles, row: null);
        }
        var (x, y, row) = (Margin, _y, element.Add(new("TR")));
        foreach (var (i, cell) in lines.Index())
        {
            var column = x;
            var isName = i == 0 && table.Table.Columns[0].Type is ColumnType.Text;
            _page.Draw(row.Add(new(isName ? "TH" : "TD") { Attributes = isName ? "/O /Table /Scope /Row" : null }), () => table.Draw(_page, i, cell, column, y, face));
            x += table.Widths[i];
        }
        var isTotal = face == Typeface.SemiBold;
        _page.Draw(null, () => _page.Shape(new Stroke([(Margin, isTotal ? y : y + height), (Margin + table.Width, isTotal ? y : y + height)], isTotal ? Palette.Soft : Palette.Rule, isTotal ? 0.75 : 0.4), 0, 0));
        _y += height;
    }

    private void EmptyRow(PdfTable table, PdfElement row)
    {
        var cell = row.Add(new("TD") { Attributes = $"/O /Table /ColSpan {table.Widths.Count}" });
        _page.Draw(cell, () => _page.Text(Margin + 5, _y + 3 + table.Size, Texts.Report("noRows"), table.Size, Palette.Soft, Typeface.Regular));
        _y += table.Size + 10;
    }

    private void Notes(string title, IReadOnlyList<string> paragraphs)
    {
        if (paragraphs.Count == 0) return;
        MakeRoom(70);
        Heading(title);
        foreach (var paragraph in paragraphs) Write("P", paragraph, 9.5, Palette.Ink, Typeface.Regular, after: 6);
        _y += 8;
    }

    private void Heading(string title)
    {
        _file.Bookmark(title, _page, _y - 8);
        Write("H2", title, 13.5, Palette.Main, Typeface.SemiBold, after: 6);
    }

    private void Write(string role, string text, double size, string colour, Typeface face, double after)
    {
        var element = _file.Root.Add(new(role));
        foreach (var line in Paragraph.Wrap(text, face, size, Math.Min(Available, Chart.Width)))
        {
            MakeRoom(size * 1.4);
            // The space at a line's end is not seen, and keeps its words apart when they are read out.
            _page.Draw(element, () => _page.Text(Margin, _y + size, line + " ", size, colour, face));
            _y += size * 1.4;
        }
        _y += after;
    }

    private void Footers()
    {
        foreach (var (i, page) in _file.Pages.Index())
            page.Draw(null, () =>
            {
                page.Shape(new Stroke([(Margin, page.Height - 40), (page.Width - Margin, page.Height - 40)], Palette.Rule, 0.5), 0, 0);
                page.Text(Margin, page.Height - 27, $"{_document.Community} · {_document.Title} · {Texts.Report("editionShort", _document.Period, _document.Version)}", 7.5, Palette.Soft, Typeface.Regular);
                page.Text(page.Width - Margin, page.Height - 27, Texts.Report("page", i + 1, _file.Pages.Count), 7.5, Palette.Soft, Typeface.Regular, Anchor.End);
            });
    }

    private void MakeRoom(double height)
    {
        if (Left < height && _y > Top) NewPage();
    }

    private void Turn(bool landscape)
    {
        if (_page.Width > _page.Height == landscape) return;
        _page = landscape ? _file.AddPage(Long, Short) : _file.AddPage(Short, Long);
        _y = Top;
    }

    private void NewPage()
    {
        _page = _file.AddPage(_page.Width, _page.Height);
        _y = Top;
    }
}

using Avvik.Contracts;
using Avvik.Statistics.Documents.Charts;

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>
/// Sets a report on A4 pages: what to notice on the first, then a page for each chapter. A chapter is set as densely as it takes to fit on its page, and its
/// tables by size lose their smallest rows if it takes that; one that is too long then too goes on to the next.
/// </summary>
internal sealed class PdfReport
{
    private const double Short = 595.28, Long = 841.89;
    private const double Margin = (Short - Chart.Width) / 2, Available = Chart.Width;
    private const double Top = 50, Bottom = 56;
    private static readonly Density[] Densities = [new(8.5, 3.6, 1), new(8, 2.2, 0.8), new(7.5, 1.3, 0.62), new(7, 0.7, 0.5)];

    private static readonly int[] MostRows = [int.MaxValue, 8, 5];

    private readonly ReportDocument _document;
    private readonly PdfFile _file = new();
    private Density _density = Densities[0];
    private PdfPage _page;
    private PdfElement _parent;
    private double _y = Top;

    private PdfReport(ReportDocument document)
    {
        _document = document;
        _page = _file.AddPage(Short, Long);
        _parent = _file.Root;
    }

    private double Left => Long - Bottom - _y;

    /// <summary>The whole report.</summary>
    public static byte[] Render(ReportDocument document)
    {
        var report = new PdfReport(document);
        report.Front(document.Title);
        if (document.KeyFigureTable is { } table) report.TryFit([table], []);
        foreach (var chapter in document.Chapters) report.Chapter(chapter);
        return report.Finish(document.Title);
    }

    /// <summary>One page to read before a meeting: what to notice, the key figures, the first trend and the first table.</summary>
    public static byte[] RenderNote(ReportDocument document)
    {
        // Its highlights point at the report's pages.
        document = document with
        {
            Highlights = [.. document.Highlights.Select(h => h.IsOnFront ? h : h with { Source = Texts.Report("placeInReport", h.Source) })],
        };
        var (note, title) = (new PdfReport(document), Texts.Report("noteTitle", document.Title));
        note.Front(title);
        var sections = document.Chapters.SelectMany(c => c.Sections).ToList();
        ReportSection?[] chosen = [sections.Find(s => s.Chart is TrendChart), sections.Find(s => s.Chart is BarChart)];
        // One page it is: what there is no room for is in the report.
        for (ReportSection[] left = [.. chosen.OfType<ReportSection>()]; left.Length > 0; left = left[..^1])
            if (note.TryFit(left, [])) break;
        return note.Finish(title);
    }

    private void Front(string title)
    {
        _page.Draw(null, () => _page.Shape(new Bar(0, 0, Short, 8, Palette.Main), 0, 0));
        _file.Bookmark(title, _page, 0);
        Draw(Words("H1", title, 23, Palette.Ink, Typeface.SemiBold, after: 4));
        Draw(Words("P", $"{_document.Community} · {_document.Period}", 12, Palette.Main, Typeface.SemiBold, after: 4));
        Draw(Words("P", Wording.Edition(_document), 8.5, Palette.Soft, Typeface.Regular, after: _document.Reason is null ? 16 : 2));
        if (_document.Reason is { } reason) Draw(Words("P", reason, 8.5, Palette.Soft, Typeface.Regular, after: 16));
        if (_document.Highlights.Count > 0)
        {
            Draw(Heading("H2", _document.HighlightsTitle));
            Draw(Notices());
        }
        Tiles();
        foreach (var paragraph in _document.Reading) Draw(Words("P", paragraph, 8.5, Palette.Soft, Typeface.Regular, after: 4));
        _y += 12;
    }

    private void Chapter(ReportChapter chapter)
    {
        NewPage();
        Draw(Heading("H2", chapter.Title));
        if (chapter.Introduction is { } text) Draw(Words("P", text, 9.5, Palette.Ink, Typeface.Regular, after: 10));
        if (TryFit(chapter.Sections, chapter.Notes)) return;
        _density = Densities[0];
        Write([.. chapter.Sections.SelectMany(Section), .. chapter.Notes.SelectMany(Note)]);
    }

    /// <summary>
    /// Draws sections and notes on what is left of this page, as densely as it takes, and with fewer rows in tables by size if it takes that; false,
    /// and nothing drawn, when they do not fit so either.
    /// </summary>
    private bool TryFit(IReadOnlyList<ReportSection> sections, IReadOnlyList<ReportNote> notes)
    {
        foreach (var rows in MostRows)
        {
            Piece[] all = [.. sections.Select(s => Cut(s, rows)).SelectMany(Section), .. notes.SelectMany(Note)];
            foreach (var density in Densities)
            {
                _density = density;
                if (all.Sum(p => p.Height()) > Left) continue;
                foreach (var piece in all) piece.Draw();
                _density = Densities[0];
                return true;
            }
        }
        return false;
    }

    /// <summary>The largest rows of a table by size; the rest are in the workbook.</summary>
    private static ReportSection Cut(ReportSection section, int rows) => section.Chart is not BarChart || section.Table.Rows.Count <= rows ? section
        : section with
        {
            Table = section.Table with { Rows = [.. section.Table.Rows.Take(rows)] },
            MoreRows = section.MoreRows + section.Table.Rows.Count - rows,
        };

    /// <summary>Draws what is too long for a page, on as many as it takes.</summary>
    private void Write(Piece[] all)
    {
        foreach (var (i, piece) in all.Index())
        {
            // A heading stays with what it is the heading of, and with the sentence between.
            var together = piece.Height() + (piece.IsHeading ? all.Skip(i + 1).Take(2).Sum(p => Math.Min(p.Height(), 90)) : 0);
            if (Left < Math.Min(together, 160) && _y > Top) NewPage();
            piece.Draw();
        }
    }

    private void Draw(Piece piece)
    {
        if (Left < piece.Height() && _y > Top) NewPage();
        piece.Draw();
    }

    private IEnumerable<Piece> Section(ReportSection section)
    {
        yield return Heading("H3", section.Title);
        if (section.Introduction is { } text) yield return Words("P", text, 8.5, Palette.Soft, Typeface.Regular, after: 4);
        if (section.Chart is TrendChart)
        {
            if (Chart.Draw(section) is { } drawing) yield return Figure(drawing);
        }
        else yield return Table(section);
        if ((section.MoreRows > 0 ? Texts.Report("rowsInWorkbook", section.MoreRows) : section.Note) is { } note)
            yield return Words("P", note, 7.5, Palette.Soft, Typeface.Regular, after: 0);
        yield return new(() => 14 * _density.Gap, () => _y += 14 * _density.Gap);
    }

    private IEnumerable<Piece> Note(ReportNote note) =>
    [
        Heading("H3", note.Title),
        .. note.Paragraphs.Select(p => Words("P", p, 8.5, Palette.Ink, Typeface.Regular, after: 4)),
        new(() => 8 * _density.Gap, () => _y += 8 * _density.Gap),
    ];

    private Piece Heading(string role, string title)
    {
        var (size, after) = role == "H2" ? (16.0, 8.0) : (11.0, 4.0);
        var words = Words(role, title, size, Palette.Main, Typeface.SemiBold, after);
        return new(words.Height, () =>
        {
            _file.Bookmark(title, _page, _y - 8);
            words.Draw();
        })
        { IsHeading = true };
    }

    private Piece Words(string role, string text, double size, string colour, Typeface face, double after)
    {
        var lines = Paragraph.Wrap(text, face, size, Available);
        return new(() => lines.Count * size * 1.36 + after, () =>
        {
            var element = _parent.Add(new(role));
            foreach (var line in lines)
            {
                if (Left < size * 1.36 && _y > Top) NewPage();
                _page.Draw(element, () => _page.Text(Margin, _y + size, line, size, colour, face));
                _y += size * 1.36;
            }
            _y += after;
        });
    }

    /// <summary>A numbered list: each sentence, and where its number stands.</summary>
    private Piece Notices()
    {
        const double size = 11.5, line = size * 1.36, source = 8.5, indent = 22, gap = 7;
        var notices = _document.Highlights.Select(h => (Lines: Paragraph.Wrap(h.Text, Typeface.Regular, size, Available - indent), h.Source)).ToList();
        return new(() => notices.Sum(n => n.Lines.Count * line + source * 1.3 + gap) + 8, () =>
        {
            var list = _parent.Add(new("L") { Attributes = "/O /List /ListNumbering /Decimal" });
            foreach (var (i, (lines, from)) in notices.Index())
            {
                var item = list.Add(new("LI"));
                _page.Draw(item.Add(new("Lbl")), () => _page.Text(Margin, _y + size, Texts.Report("ordinal", i + 1), size, Palette.Main, Typeface.SemiBold));
                var body = item.Add(new("LBody"));
                foreach (var words in lines)
                {
                    _page.Draw(body, () => _page.Text(Margin + indent, _y + size, words, size, Palette.Ink, Typeface.Regular));
                    _y += line;
                }
                _page.Draw(body, () => _page.Text(Margin + indent, _y + source, from, source, Palette.Soft, Typeface.Regular));
                _y += source * 1.3 + gap;
            }
            _y += 8;
        });
    }

    private void Tiles()
    {
        if (_document.KeyFigures.Count == 0) return;
        const double gap = 10, inside = 9;
        var width = (Available - (_document.KeyFigures.Count - 1) * gap) / _document.KeyFigures.Count;
        List<string> Small(string text, double size) => Paragraph.Wrap(text, Typeface.Regular, size, width - 2 * inside);
        var labels = _document.KeyFigures.Select(f => Small(f.Label, 8.5)).ToList();
        var notes = _document.KeyFigures.Select(f => Small(f.Note, 7.5)).ToList();
        var (labelHeight, noteHeight) = (labels.Max(l => l.Count) * 11.0, notes.Max(n => n.Count) * 9.5);
        var changeHeight = noteHeight > 0 || _document.KeyFigures.Any(f => f.Change.Length > 0) ? 14 : 0;
        var height = inside + labelHeight + 27 + changeHeight + noteHeight + inside;
        if (Left < height) NewPage();
        foreach (var (i, figure) in _document.KeyFigures.Index())
        {
            var (x, y, element) = (Margin + i * (width + gap), _y, _parent.Add(new("P")));
            _page.Draw(null, () => _page.Shape(new Bar(x, y, width, height, Palette.Pale), 0, 0));
            void Line(double below, string text, double size, string colour, Typeface face) =>
                _page.Draw(element, () => _page.Text(x + inside, y + inside + below, text, size, colour, face));
            foreach (var (n, line) in labels[i].Index()) Line(7 + n * 11, line, 8.5, Palette.Soft, Typeface.Regular);
            Line(labelHeight + 19, figure.Value, 20, Palette.Ink, Typeface.SemiBold);
            var arrow = Wording.Of(figure.Arrow);
            if (arrow.Length > 0) Line(labelHeight + 34, arrow, 8.5, Palette.Main, Typeface.SemiBold);
            var beside = arrow.Length > 0 ? 13 : 0;
            // A long change is set smaller rather than run out of its tile.
            var size = Math.Min(8.5, 8.5 * (width - 2 * inside - beside) / Math.Max(1, Typeface.SemiBold.Width(figure.Change, 8.5)));
            _page.Draw(element, () => _page.Text(x + inside + beside, y + inside + labelHeight + 34, figure.Change, size, Palette.Main, Typeface.SemiBold));
            foreach (var (n, line) in notes[i].Index()) Line(labelHeight + 46 + n * 9.5, line, 7.5, Palette.Soft, Typeface.Regular);
        }
        _y += height + 14;
    }

    private Piece Figure(Drawing drawing) => new(() => drawing.Height + 4, () =>
    {
        var (x, y) = (Margin, _y);
        string[] box = [.. new[] { x, _page.Height - y - drawing.Height, x + drawing.Width, _page.Height - y }.Select(Coordinate.Of)];
        var element = _parent.Add(new("Figure")
        {
            Alternative = $"{drawing.Title}. {drawing.Description}",
            Attributes = $"/O /Layout /Placement /Block /BBox [{string.Join(' ', box)}]",
        });
        _page.Draw(element, () =>
        {
            foreach (var shape in drawing.Shapes) _page.Shape(shape, x, y);
        });
        _y += drawing.Height + 4;
    });

    private Piece Table(ReportSection section)
    {
        const double bars = 110;
        var most = section.Chart is BarChart ? section.Table.Rows.Max(r => r[section.Chart.Values].Number) ?? 0 : 0;
        PdfTable Fitted() => PdfTable.Fit(section.Table, most > 0 ? bars : 0, _density.Size, _density.Padding, Available);
        return new(() =>
        {
            var table = Fitted();
            double Of(IReadOnlyList<ReportCell> row, Typeface face) => table.Height(table.Lines(table.Cells(row), face));
            return table.Height(table.Titles()) + section.Table.Rows.Index().Sum(r => Of(r.Item, Face(section.Table, r.Index)))
                + (section.Table.Total is { } total ? Of(total, Typeface.SemiBold) : 0) + 4;
        }, () => Write(Fitted(), most > 0 ? (int row) => (double)(section.Table.Rows[row][section.Chart!.Values].Number ?? 0) / (double)most : null));
    }

    private static Typeface Face(ReportTable table, int row) => table.Headings.Contains(row) ? Typeface.SemiBold : Typeface.Regular;

    /// <param name="bar">How much of the longest bar a row has; null for a table without bars.</param>
    private void Write(PdfTable table, Func<int, double>? bar)
    {
        var element = _parent.Add(new("Table"));
        var titles = table.Titles();
        Header(table, titles, element.Add(new("THead")).Add(new("TR")));
        var body = element.Add(new("TBody"));
        foreach (var (i, row) in table.Table.Rows.Index())
        {
            var isHeading = table.Table.Headings.Contains(i);
            Row(table, titles, body, row, isHeading ? RowKind.Heading : table.Table.Headings.Count > 0 ? RowKind.Part : RowKind.Plain, bar?.Invoke(i) ?? 0);
        }
        if (table.Table.Total is { } total) Row(table, titles, body, total, RowKind.Total, 0);
        _y += 4;
    }

    /// <param name="row">Null where it is repeated: who listens has heard it.</param>
    private void Header(PdfTable table, List<List<string>> titles, PdfElement? row)
    {
        var height = table.Height(titles);
        _page.Draw(null, () => _page.Shape(new Stroke([(Margin, _y + height), (Margin + table.Width, _y + height)], Palette.Soft, 0.75), 0, 0));
        foreach (var (i, lines) in titles.Index())
        {
            // Titles of one line stand at the foot, next to their figures.
            var at = _y + height - table.Height([lines]);
            _page.Draw(row?.Add(new("TH") { Attributes = "/O /Table /Scope /Column" }),
                () => table.Draw(_page, i, lines, Margin + table.Left(i), at, Typeface.SemiBold, Palette.Soft));
        }
        _y += height;
    }

    private void Row(PdfTable table, List<List<string>> titles, PdfElement body, IReadOnlyList<ReportCell> cells, RowKind kind, double bar)
    {
        var face = kind is RowKind.Heading or RowKind.Total ? Typeface.SemiBold : Typeface.Regular;
        var lines = table.Lines(table.Cells(cells), face);
        var height = table.Height(lines);
        if (Left < height)
        {
            NewPage();
            Header(table, titles, row: null);
        }
        var (y, row) = (_y, body.Add(new("TR")));
        if (kind is RowKind.Heading) _page.Draw(null, () => _page.Shape(new Bar(Margin, y, table.Width, height, Palette.Pale), 0, 0));
        foreach (var (i, cell) in lines.Index())
        {
            var isName = i == 0 && table.Table.Columns[0].Type is ColumnType.Text;
            _page.Draw(row.Add(new(isName ? "TH" : "TD") { Attributes = isName ? "/O /Table /Scope /Row" : null }),
                () => table.Draw(_page, i, cell, Margin + table.Left(i), y, face, Palette.Ink, kind is RowKind.Part));
        }
        if (bar > 0)
            _page.Draw(null, () => _page.Shape(new Bar(Margin + table.Widths[0] + 4, y + height / 2 - table.Size * 0.4, bar * (table.Bars - 8),
                table.Size * 0.8,
                Palette.Main), 0, 0));
        var line = kind is RowKind.Total ? y : y + height;
        _page.Draw(null, () => _page.Shape(new Stroke([(Margin, line), (Margin + table.Width, line)], kind is RowKind.Total ? Palette.Soft : Palette.Rule,
            kind is RowKind.Total ? 0.75 : 0.4), 0, 0));
        _y += height;
    }

    private byte[] Finish(string title)
    {
        const double size = 7.5, gap = 24;
        foreach (var (i, page) in _file.Pages.Index())
        {
            var number = Texts.Report("page", i + 1, _file.Pages.Count);
            var most = Available - Typeface.Regular.Width(number, size) - gap;
            var whose = Paragraph.Wrap($"{_document.Community} · {title} · {_document.Period} · {Wording.EditionShort(_document)}", Typeface.Regular, size,
                most)[0];
            page.DrawFooter(() =>
            {
                page.Shape(new Stroke([(Margin, page.Height - 40), (page.Width - Margin, page.Height - 40)], Palette.Rule, 0.5), 0, 0);
                page.Text(Margin, page.Height - 27, whose, size, Palette.Soft, Typeface.Regular);
                page.Text(page.Width - Margin, page.Height - 27, number, size, Palette.Soft, Typeface.Regular, Anchor.End);
            });
        }
        return _file.Finish($"{title} – {_document.Community}, {_document.Period}", "nb-NO", _document.ExtractedAt);
    }

    private void NewPage()
    {
        _page = _file.AddPage(Short, Long);
        _y = Top;
    }

    private enum RowKind
    {
        Plain,
        Part,
        Heading,
        Total,
    }

    /// <param name="Size">Of the letters in tables.</param>
    /// <param name="Padding">Above and below a row of a table.</param>
    /// <param name="Gap">How much of the space between sections is left.</param>
    private sealed record Density(double Size, double Padding, double Gap);

    /// <summary>Something that is measured before it is drawn, at the density that then is.</summary>
    private sealed record Piece(Func<double> Height, Action Draw)
    {
        public bool IsHeading { get; init; }
    }
}

using System.Globalization;
using System.Text;
using Avvik.Statistics.Documents.Charts;

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>
/// One page, measured from its upper left corner. All that is drawn belongs to an element or is said to be an ornament: drawing outside of both is an
/// error, so that nothing is on the page that a screen reader does not know of.
/// </summary>
internal sealed class PdfPage(PdfFile file, double width, double height)
{
    private readonly StringBuilder _content = new();
    private bool _open;
    private bool _isTagged;

    public double Width { get; } = width;
    public double Height { get; } = height;

    /// <summary>Whose mark has which number.</summary>
    public List<PdfElement> Marks { get; } = [];

    public string Content => _content.ToString();

    /// <param name="element">Null for an ornament: lines, fills, a repeated header.</param>
    public void Draw(PdfElement? element, Action draw) => Draw(element, draw, "/Artifact BMC");

    /// <summary>Draws what is at the foot of each page.</summary>
    public void DrawFooter(Action draw) => Draw(null, draw, "/Artifact <</Type /Pagination /Subtype /Footer>> BDC");

    private void Draw(PdfElement? element, Action draw, string ornament)
    {
        if (_open) throw new InvalidOperationException("A mark inside a mark is not allowed.");
        _isTagged = element is not null;
        if (element is null) _content.Append(ornament).Append('\n');
        else
        {
            _content.Append(CultureInfo.InvariantCulture, $"/{element.Role} <</MCID {Marks.Count}>> BDC\n");
            element.Kids.Add(new PdfMark(this, Marks.Count));
            Marks.Add(element);
        }
        _open = true;
        draw();
        _open = false;
        _content.Append("EMC\n");
    }

    /// <param name="inColumn">Digits are set as wide as the widest, so that figures stand below each other.</param>
    public void Text(double x, double y, string text, double size, string colour, Typeface face, Anchor anchor = Anchor.Start, bool inColumn = false)
    {
        if (text.Length == 0) return;
        var measured = anchor is Anchor.Start ? 0 : inColumn ? face.ColumnWidth(text, size) : face.Width(text, size);
        var start = anchor switch { Anchor.Start => x, Anchor.Middle => x - measured / 2, _ => x - measured };
        var font = file.Use(face);
        // The space after a text is not seen, and keeps it apart from the next when they are read out.
        var shown = inColumn ? $"[{string.Concat(text.EnumerateRunes().Select(c => Spaced(c, face)))}{(_isTagged ? $"<{Glyphs(" ", face)}>" : "")}] TJ"
            : $"<{Glyphs(_isTagged && text[^1] != ' ' ? text + " " : text, face)}> Tj";
        var operators = $"BT /{font} {N(size)} Tf {Rgb(colour)} rg 1 0 0 1 {N(start)} {N(Height - y)} Tm {shown} ET";
        // What a symbol means is read out in its place, and a number whose digits are spaced out as one word.
        var spoken = !_isTagged ? null : Wording.Spoken(text) ?? (inColumn && text.Any(char.IsDigit) ? text : null);
        Write(spoken is null ? operators : $"/Span <</ActualText {PdfFile.Text(spoken + " ")}>> BDC {operators} EMC");
    }

    public void Shape(Shape shape, double dx, double dy)
    {
        double X(double x) => x + dx;
        double Y(double y) => Height - y - dy;
        switch (shape)
        {
            case Stroke s:
                var line = string.Join(' ', s.Points.Select((p, i) => $"{N(X(p.X))} {N(Y(p.Y))} {(i == 0 ? "m" : "l")}"));
                Write($"{Rgb(s.Colour)} RG {N(s.Width)} w [{(s.Dash is { } dash ? N(dash) : "")}] 0 d {line} S");
                break;
            case Bar b:
                Write($"{Rgb(b.Colour)} rg {N(X(b.X))} {N(Y(b.Y + b.Height))} {N(b.Width)} {N(b.Height)} re f");
                break;
            case Dot d:
                // A circle is four curves; this much of the radius is where their handles lie.
                var (x, y, r, k) = (X(d.X), Y(d.Y), d.Radius, d.Radius * 0.5523);
                Write($"{Rgb(d.Colour)} rg {N(x + r)} {N(y)} m {N(x + r)} {N(y + k)} {N(x + k)} {N(y + r)} {N(x)} {N(y + r)} c "
                    + $"{N(x - k)} {N(y + r)} {N(x - r)} {N(y + k)} {N(x - r)} {N(y)} c "
                    + $"{N(x - r)} {N(y - k)} {N(x - k)} {N(y - r)} {N(x)} {N(y - r)} c {N(x + k)} {N(y - r)} {N(x + r)} {N(y - k)} {N(x + r)} {N(y)} c f");
                break;
            case Diamond d:
                Write($"{Rgb(d.Colour)} rg {N(X(d.X))} {N(Y(d.Y - d.Radius))} m {N(X(d.X + d.Radius))} {N(Y(d.Y))} l {N(X(d.X))} {N(Y(d.Y + d.Radius))} l "
                    + $"{N(X(d.X - d.Radius))} {N(Y(d.Y))} l h f");
                break;
            case Caption c:
                Text(c.X + dx, c.Y + dy, c.Text, c.Size, c.Colour, c.Strong ? Typeface.SemiBold : Typeface.Regular, c.Anchor);
                break;
        }
    }

    private string Spaced(Rune character, Typeface face) => face.Aside(character) * 1000 / face.UnitsPerEm is > 0 and var aside
        ? $" {N(-aside)} <{Glyphs(character.ToString(), face)}> {N(-aside)} " : $"<{Glyphs(character.ToString(), face)}>";

    // What breaks a line elsewhere is a space here.
    private string Glyphs(string text, Typeface face) => string.Concat(text.EnumerateRunes()
        .Select(character => file.Use(face, Rune.IsControl(character) ? new Rune(' ') : character).ToString("X4", CultureInfo.InvariantCulture)));

    private void Write(string operators)
    {
        if (!_open) throw new InvalidOperationException("What is drawn belongs to an element, or is an ornament.");
        _content.Append(operators).Append('\n');
    }

    private static string Rgb(string colour) =>
        string.Join(' ', Convert.FromHexString(colour.AsSpan(1)).Select(part => (part / 255.0).ToString("0.###", CultureInfo.InvariantCulture)));

    private static string N(double value) => Coordinate.Of(value);
}

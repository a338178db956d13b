using System.Globalization;
using System.Security;
using System.Text;
using Avvik.Contracts;
using Avvik.Statistics.Documents.Pdf;

namespace Avvik.Statistics.Documents.Charts;

/// <summary>A chart as large as a slide (16:9), with its title and where it is from.</summary>
internal static class Slide
{
    private const double Width = 960, Height = 540, Margin = 48, Top = 104, Bottom = 56;

    public static Drawing Of(ReportSection section, Drawing chart, ReportDocument document)
    {
        var title = section.Title[(section.Title.IndexOf(". ", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : 0)..];
        var scale = Math.Min((Width - 2 * Margin) / chart.Width, (Height - Top - Bottom) / chart.Height);
        var (dx, dy) = ((Width - chart.Width * scale) / 2, Top + (Height - Top - Bottom - chart.Height * scale) / 2);
        double X(double x) => dx + x * scale;
        double Y(double y) => dy + y * scale;
        var source = Texts.Report("chartSource", document.Community, document.Period, Wording.Edition(document));
        return new(Width, Height, title, chart.Description,
        [
            new Bar(0, 0, Width, Height, "#FFFFFF"), new Bar(0, 0, Width, 10, Palette.Main), new Caption(Margin, 58, title, 26, Palette.Ink, Strong: true),
            new Caption(Margin, 84, $"{document.Community} · {document.Period}", 15, Palette.Soft),
            .. chart.Shapes.Select(shape => (Shape)(shape switch
            {
                Stroke s => s with { Points = [.. s.Points.Select(p => (X(p.X), Y(p.Y)))], Width = s.Width * scale, Dash = s.Dash * scale },
                Bar b => b with { X = X(b.X), Y = Y(b.Y), Width = b.Width * scale, Height = b.Height * scale },
                Dot d => d with { X = X(d.X), Y = Y(d.Y), Radius = d.Radius * scale },
                Diamond d => d with { X = X(d.X), Y = Y(d.Y), Radius = d.Radius * scale },
                Caption c => c with { X = X(c.X), Y = Y(c.Y), Size = c.Size * scale },
                _ => throw new ArgumentOutOfRangeException(nameof(chart)),
            })),
            new Caption(Margin, Height - 22, source, 12, Palette.Soft),
        ]);
    }

    /// <summary>As SVG: texts stay texts, and the title and the description are read out.</summary>
    public static byte[] Svg(Drawing drawing)
    {
        static string N(double value) => Coordinate.Of(value);
        static string E(string text) => SecurityElement.Escape(text);
        static string Points(IEnumerable<(double X, double Y)> points) => string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"));
        static string Dashed(Stroke stroke) => stroke.Dash is { } dash ? $" stroke-dasharray=\"{N(dash)}\"" : "";
        static string Placed(Caption caption) => (caption.Anchor switch
        {
            Anchor.Start => "",
            Anchor.Middle => " text-anchor=\"middle\"",
            _ => " text-anchor=\"end\"",
        }) + (caption.Strong ? " font-weight=\"600\"" : "");
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {N(drawing.Width)} {N(drawing.Height)}" role="img" aria-labelledby="t d" lang="nb"
              font-family="Inter, Arial, sans-serif">
            <title id="t">{E(drawing.Title)}</title>
            <desc id="d">{E(drawing.Description)}</desc>

            """);
        foreach (var shape in drawing.Shapes)
            svg.Append(shape switch
            {
                Stroke s => $"""<polyline points="{Points(s.Points)}" fill="none" stroke="{s.Colour}" stroke-width="{N(s.Width)}"{Dashed(s)}/>""",
                Bar b => $"""<rect x="{N(b.X)}" y="{N(b.Y)}" width="{N(b.Width)}" height="{N(b.Height)}" fill="{b.Colour}"/>""",
                Dot d => $"""<circle cx="{N(d.X)}" cy="{N(d.Y)}" r="{N(d.Radius)}" fill="{d.Colour}"/>""",
                Diamond d => $"""<polygon points="{Points(Corners(d))}" fill="{d.Colour}"/>""",
                Caption c => $"""<text x="{N(c.X)}" y="{N(c.Y)}" font-size="{N(c.Size)}" fill="{c.Colour}"{Placed(c)}>{E(c.Text)}</text>""",
                _ => "",
            }).Append('\n');
        return Encoding.UTF8.GetBytes(svg.Append("</svg>\n").ToString());
    }

    /// <summary>As a picture, two points of it for each of the drawing's.</summary>
    public static byte[] Png(Drawing drawing)
    {
        const int times = 2;
        var picture = new Picture((int)drawing.Width * times, (int)drawing.Height * times, times);
        foreach (var shape in drawing.Shapes)
            switch (shape)
            {
                case Bar b: picture.Fill([[(b.X, b.Y), (b.X + b.Width, b.Y), (b.X + b.Width, b.Y + b.Height), (b.X, b.Y + b.Height)]], b.Colour); break;
                case Diamond d: picture.Fill([Corners(d)], d.Colour); break;
                case Dot d: picture.Fill([Circle(d)], d.Colour); break;
                case Stroke s: foreach (var part in Parts(s)) picture.Fill([part], s.Colour); break;
                case Caption c: picture.Fill(Letters(c), c.Colour); break;
            }
        return picture.Encode();
    }

    private static (double X, double Y)[] Corners(Diamond d) => [(d.X, d.Y - d.Radius), (d.X + d.Radius, d.Y), (d.X, d.Y + d.Radius), (d.X - d.Radius, d.Y)];

    private static (double X, double Y)[] Circle(Dot d) =>
        [.. Enumerable.Range(0, 48).Select(i => i * Math.PI / 24).Select(a => (d.X + d.Radius * Math.Cos(a), d.Y + d.Radius * Math.Sin(a)))];

    // A line is a row of thin rectangles: one for each stretch, or for each dash.
    private static IEnumerable<(double X, double Y)[]> Parts(Stroke stroke)
    {
        foreach (var (a, b) in stroke.Points.Zip(stroke.Points.Skip(1)))
        {
            var length = Math.Sqrt((b.X - a.X) * (b.X - a.X) + (b.Y - a.Y) * (b.Y - a.Y));
            if (length == 0) continue;
            var (ux, uy, half) = ((b.X - a.X) / length, (b.Y - a.Y) / length, Math.Max(stroke.Width, 0.5) / 2);
            for (var at = 0.0; at < length; at += 2 * (stroke.Dash ?? length))
            {
                var (from, to) = (at, Math.Min(length, at + (stroke.Dash ?? length)));
                (double X, double Y) Corner(double along, double side) => (a.X + ux * along - uy * side, a.Y + uy * along + ux * side);
                yield return [Corner(from, half), Corner(to, half), Corner(to, -half), Corner(from, -half)];
            }
        }
    }

    private static List<(double X, double Y)[]> Letters(Caption caption)
    {
        var face = caption.Strong ? Typeface.SemiBold : Typeface.Regular;
        var (scale, width, contours) = (caption.Size / face.UnitsPerEm, face.Width(caption.Text, caption.Size), new List<(double X, double Y)[]>());
        var x = caption.Anchor switch { Anchor.Start => caption.X, Anchor.Middle => caption.X - width / 2, _ => caption.X - width };
        foreach (var character in caption.Text.EnumerateRunes())
        {
            var (glyph, left) = (face.Glyph(character.Value), x);
            contours.AddRange(face.Contours(glyph).Select(c => Flat(c.ConvertAll(p => (left + p.X * scale, caption.Y - p.Y * scale, p.IsOn)))));
            x += face.Advance(glyph) * scale;
        }
        return contours;
    }

    // Curves become short straight lines; between two points off the curve lies one on it.
    private static (double X, double Y)[] Flat(List<(double X, double Y, bool IsOn)> points)
    {
        const int steps = 6;
        static (double X, double Y) Middle((double X, double Y, bool) a, (double X, double Y, bool) b) => ((a.X + b.X) / 2, (a.Y + b.Y) / 2);
        var (flat, count) = (new List<(double X, double Y)>(), points.Count);
        for (var i = 0; i < count; i++)
        {
            var (before, point, after) = (points[(i + count - 1) % count], points[i], points[(i + 1) % count]);
            if (point.IsOn)
            {
                flat.Add((point.X, point.Y));
                continue;
            }
            var from = before.IsOn ? (before.X, before.Y) : Middle(before, point);
            var to = after.IsOn ? (after.X, after.Y) : Middle(point, after);
            for (var step = before.IsOn ? 1 : 0; step <= steps; step++)
            {
                var t = (double)step / steps;
                double Of(double a, double b, double c) => (1 - t) * (1 - t) * a + 2 * t * (1 - t) * b + t * t * c;
                flat.Add((Of(from.Item1, point.X, to.Item1), Of(from.Item2, point.Y, to.Item2)));
            }
        }
        return [.. flat];
    }
}

using System.Text;
using System.Xml;

namespace Avvik.Statistics.Documents.Charts;

/// <summary>A chart for a web page: no script and no inline style, so that a strict content security policy lets it through.</summary>
internal static class SvgChart
{
    /// <param name="id">Unique on the page: what names the chart's title and description.</param>
    public static string Render(Drawing drawing, string id)
    {
        var text = new StringBuilder();
        using (var svg = XmlWriter.Create(text, new() { OmitXmlDeclaration = true }))
        {
            svg.WriteStartElement("svg", "http://www.w3.org/2000/svg");
            Attributes(svg, ("viewBox", $"0 0 {Coordinate.Of(drawing.Width)} {Coordinate.Of(drawing.Height)}"), ("role", "img"), ("aria-labelledby", $"{id}-title {id}-desc"), ("font-family", "Inter, sans-serif"));
            Element(svg, "title", drawing.Title, ("id", $"{id}-title"));
            Element(svg, "desc", drawing.Description, ("id", $"{id}-desc"));
            foreach (var shape in drawing.Shapes) Write(svg, shape);
            svg.WriteEndElement();
        }
        return text.ToString();
    }

    private static void Write(XmlWriter svg, Shape shape)
    {
        switch (shape)
        {
            case Stroke s:
                var points = string.Join(' ', s.Points.Select(p => $"{Coordinate.Of(p.X)},{Coordinate.Of(p.Y)}"));
                Element(svg, "polyline", null, [("points", points), ("fill", "none"), ("stroke", s.Colour), ("stroke-width", Coordinate.Of(s.Width)), .. s.Dash is { } dash ? [("stroke-dasharray", Coordinate.Of(dash))] : Array.Empty<(string, string)>()]);
                break;
            case Bar b:
                Element(svg, "rect", null, ("x", Coordinate.Of(b.X)), ("y", Coordinate.Of(b.Y)), ("width", Coordinate.Of(b.Width)), ("height", Coordinate.Of(b.Height)), ("fill", b.Colour));
                break;
            case Dot d:
                Element(svg, "circle", null, ("cx", Coordinate.Of(d.X)), ("cy", Coordinate.Of(d.Y)), ("r", Coordinate.Of(d.Radius)), ("fill", d.Colour));
                break;
            case Diamond d:
                var corners = string.Join(' ', new[] { (d.X, d.Y - d.Radius), (d.X + d.Radius, d.Y), (d.X, d.Y + d.Radius), (d.X - d.Radius, d.Y) }.Select(p => $"{Coordinate.Of(p.Item1)},{Coordinate.Of(p.Item2)}"));
                Element(svg, "polygon", null, ("points", corners), ("fill", d.Colour));
                break;
            case Caption c:
                Element(svg, "text", c.Text, ("x", Coordinate.Of(c.X)), ("y", Coordinate.Of(c.Y)), ("font-size", Coordinate.Of(c.Size)), ("font-weight", c.Strong ? "600" : "400"), ("fill", c.Colour),
                    ("text-anchor", c.Anchor switch { Anchor.Start => "start", Anchor.Middle => "middle", Anchor.End => "end" }));
                break;
        }
    }

    private static void Element(XmlWriter svg, string name, string? text, params (string Name, string Value)[] attributes)
    {
        svg.WriteStartElement(name, "http://www.w3.org/2000/svg");
        Attributes(svg, attributes);
        if (text is not null) svg.WriteString(text);
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, params (string Name, string Value)[] attributes)
    {
        foreach (var (name, value) in attributes) svg.WriteAttributeString(name, value);
    }
}

using System.Globalization;

namespace Avvik.Statistics.Documents.Charts;

/// <summary>What a chart looks like, in points from the upper left corner: drawn on a page of the PDF.</summary>
/// <param name="Description">The same for those who do not see it.</param>
internal sealed record Drawing(double Width, double Height, string Title, string Description, IReadOnlyList<Shape> Shapes);

internal abstract record Shape;

/// <param name="Dash">The lengths of a dash and of the gap after it; null for a whole line.</param>
internal sealed record Stroke(IReadOnlyList<(double X, double Y)> Points, string Colour, double Width, double? Dash = null) : Shape;

internal sealed record Bar(double X, double Y, double Width, double Height, string Colour) : Shape;

internal sealed record Dot(double X, double Y, double Radius, string Colour) : Shape;

/// <summary>A square on its corner: told from a dot without its colour.</summary>
internal sealed record Diamond(double X, double Y, double Radius, string Colour) : Shape;

/// <param name="X">Of the start, the middle or the end of the text, by its anchor; <c>Y</c> is the line it stands on.</param>
internal sealed record Caption(double X, double Y, string Text, double Size, string Colour, Anchor Anchor = Anchor.Start, bool Strong = false) : Shape;

internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>
/// Colours that keep their distance in grey and for those who do not see red or green; each is at least 4.5:1 on white where it carries text.
/// </summary>
internal static class Palette
{
    public const string Ink = "#16222E";
    public const string Soft = "#51606E";
    public const string Rule = "#C9D3DC";
    public const string Pale = "#EEF3F7";
    public const string Main = "#0F5C8C";
    public const string Alarm = "#A63A00";
}

/// <summary>A length or place as PDF writes it.</summary>
internal static class Coordinate
{
    public static string Of(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);
}

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>Where lines end: after a space, a hyphen or a slash; inside a word only when it is alone on its line and too long.</summary>
internal static class Paragraph
{
    public static List<string> Wrap(string text, Typeface face, double size, double width)
    {
        var (lines, line) = (new List<string>(), "");
        foreach (var piece in Pieces(text).SelectMany(piece => Broken(piece, face, size, width)))
        {
            if (line.Length > 0 && face.Width((line + piece).TrimEnd(' '), size) > width + 0.01)
            {
                lines.Add(line.TrimEnd(' '));
                line = "";
            }
            line += piece;
        }
        if (line.Length > 0) lines.Add(line.TrimEnd(' '));
        return lines;
    }

    /// <summary>In as few lines, all about as long: a heading of two lines does not end in a word alone.</summary>
    public static List<string> WrapEvenly(string text, Typeface face, double size, double width)
    {
        var (lines, least) = (Wrap(text, face, size, width), Pieces(text).Select(piece => face.Width(piece.TrimEnd(' '), size)).DefaultIfEmpty().Max());
        for (var narrower = width - size; narrower > least; narrower -= size / 2)
        {
            var wrapped = Wrap(text, face, size, narrower);
            if (wrapped.Count > lines.Count) break;
            lines = wrapped;
        }
        return lines;
    }

    /// <summary>What may not be parted, each with the space that follows it.</summary>
    public static IEnumerable<string> Pieces(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
            if (i + 1 == text.Length || text[i] is ' ' or '-' or '/')
            {
                yield return text[start..(i + 1)];
                start = i + 1;
            }
    }

    private static IEnumerable<string> Broken(string piece, Typeface face, double size, double width)
    {
        var start = 0;
        for (var end = 1; end <= piece.Length; end++)
            if (end > start + 1 && face.Width(piece[start..end].TrimEnd(' '), size) > width + 0.01)
            {
                yield return piece[start..(end - 1)];
                start = end - 1;
            }
        yield return piece[start..];
    }
}

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>A part of the document as a screen reader walks it: a heading, a paragraph, a table, its rows and cells, a figure.</summary>
internal sealed class PdfElement(string role)
{
    public string Role { get; } = role;

    /// <summary>Elements, and marks of what is drawn for this one, in the order they are read.</summary>
    public List<object> Kids { get; } = [];

    /// <summary>What a figure shows, in words.</summary>
    public string? Alternative { get; init; }

    /// <summary>As PDF writes them, without the parentheses: <c>/O /Table /Scope /Column</c>.</summary>
    public string? Attributes { get; set; }

    public PdfElement Add(PdfElement kid)
    {
        Kids.Add(kid);
        return kid;
    }
}

internal sealed record PdfMark(PdfPage Page, int Number);

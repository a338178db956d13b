using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Avvik.Workbench.Components;

/// <summary>
/// The labels of a page's fields, for the error summary. It stands above them, so what it says is put together when the page is written out,
/// after every field has added its own.
/// </summary>
public sealed class FieldLabels
{
    private readonly Dictionary<string, (string Label, string Id)> _fields = new(StringComparer.Ordinal);

    /// <param name="name">As the form sends it.</param>
    /// <param name="label">In the user's language.</param>
    /// <param name="id">Of the control; null: the one that follows from the name.</param>
    public void Add(string name, string label, string? id = null) => _fields[name] = (label, id ?? Field.Id(name));

    /// <summary>A line of the error summary: the field's label, what is wrong, and a link to it.</summary>
    public IHtmlContent Error(string name, string message) => new Line(this, name, message);

    private sealed class Line(FieldLabels labels, string name, string message) : IHtmlContent
    {
        public void WriteTo(TextWriter writer, HtmlEncoder encoder)
        {
            var isKnown = labels._fields.TryGetValue(name, out var field);
            if (name.Length > 0) writer.Write($"<a class=\"ds-link\" data-color=\"danger\" href=\"#{encoder.Encode(isKnown ? field.Id : Field.Id(name))}\">");
            // «Svar til den som meldte: Feltet må fylles ut.», «Hva skjedde? Skriv hva som skjedde.»
            if (isKnown) writer.Write($"<span class=\"error-label\">{encoder.Encode(field.Label)}{(field.Label.EndsWith('?') ? "" : ":")}</span> ");
            writer.Write(encoder.Encode(message));
            if (name.Length > 0) writer.Write("</a>");
        }
    }
}

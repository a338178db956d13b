using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Avvik.Workbench.Components;

internal static class Unbroken
{
    /// <summary>Words with a reference in them, which a line may not break at its hyphens.</summary>
    public static IHtmlContent WithReference(string words, string reference)
    {
        var encode = HtmlEncoder.Default;
        return new HtmlString(encode.Encode(words).Replace(
            encode.Encode(reference), $"<span class=\"nowrap\">{encode.Encode(reference)}</span>", StringComparison.Ordinal));
    }
}

namespace Avvik.Workbench.Browser;

internal static class Htmx
{
    /// <summary>True when the script asks for a part of the page: answer with a partial.</summary>
    public static bool IsHtmx(this HttpRequest request) => request.Headers.ContainsKey("HX-Request") && !request.Headers.ContainsKey("HX-Boosted");
}

using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Avvik.Fhir;

/// <summary>JSON is the only form that resources are read and written in.</summary>
internal static class Negotiation
{
    public const string Json = "application/fhir+json";

    public static bool IsJson(string? type) => MediaTypeHeaderValue.TryParse(type, out var media)
        && (media.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) || media.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        && (!media.Charset.HasValue || media.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>True when the caller can be answered in JSON. <c>_format</c> stands over <c>Accept</c> (R4, http.html#parameters).</summary>
    public static bool AcceptsJson(HttpRequest request)
    {
        if (request.Query.TryGetValue("_format", out var format)) return format is [{ } one] && (one == "json" || IsJson(one.Replace(' ', '+')));
        if (request.Headers.Accept.Count == 0) return true;
        return MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            && accepted.Any(a => a.Quality is not 0 && (a.MatchesAllTypes || a.MediaType is { Value: "application/*" } || IsJson(a.MediaType.Value)));
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Avvik.Hosting.Problems;

/// <summary>Conditional reading over HTTP: <c>If-None-Match</c> carries the tags of what the caller has.</summary>
public static class IfNoneMatch
{
    /// <summary>Sets the answer's <c>ETag</c>; true when the caller has it already, and 304 is the answer.</summary>
    /// <param name="tag">Without its quotation marks.</param>
    public static bool IsUnchanged(HttpContext http, string tag)
    {
        var current = new EntityTagHeaderValue($"\"{tag}\"");
        http.Response.Headers.ETag = current.ToString();
        return http.Request.GetTypedHeaders().IfNoneMatch
            .Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(current, useStrongComparison: false));
    }
}

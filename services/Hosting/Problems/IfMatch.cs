using System.Globalization;
using Avvik.Contracts;
using Microsoft.AspNetCore.Http;

namespace Avvik.Hosting.Problems;

/// <summary>Optimistic concurrency over HTTP: <c>If-Match</c> carries the version that the caller has read.</summary>
public static class IfMatch
{
    /// <summary>428 without <c>If-Match</c>, 412 when it is not the current version; null when it is.</summary>
    public static Problem? Check(HttpRequest request, int current)
    {
        var header = request.Headers.IfMatch.ToString();
        if (header.Length == 0) return new Problem(StatusCodes.Status428PreconditionRequired, ProblemCodes.VersionRequired);
        // FHIR's ETags are weak, and compared as if they were not (R4, http.html#concurrency).
        if (OperationOutcomes.IsFor(request) && header.StartsWith("W/", StringComparison.Ordinal)) header = header[2..];
        return int.TryParse(header.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version == current
            ? null
            : new Problem(StatusCodes.Status412PreconditionFailed, ProblemCodes.StaleVersion);
    }
}

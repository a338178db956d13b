using System.Buffers;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Avvik.Gateway.Edge;

/// <summary>
/// Lets through what can be read in one way only. A server that decodes or tidies up a path before it decides, and a server behind it that
/// does so differently, disagree on what was asked for; none of our paths needs an escape, a dot segment or an empty one, so none is taken.
/// </summary>
internal static class PlainRequests
{
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create("/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*+,:@=");

    public static void UsePlainRequests(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (!IsMethod(request.Method)) return Problem.OfStatus(StatusCodes.Status405MethodNotAllowed).ExecuteAsync(context);
        return IsPlain(PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget), request.Path.Value) && request.Headers.ContentType.Count <= 1 && request.Headers.Host.Count <= 1
            ? next(context)
            : Problem.OfStatus(StatusCodes.Status400BadRequest).ExecuteAsync(context);
    });

    // Methods are told apart by case (RFC 9110, 9.1), and not everybody knows.
    private static bool IsMethod(string method) => method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD";

    // What was written is what is routed.
    private static bool IsPlain(ReadOnlySpan<char> written, string? routed) =>
        written.SequenceEqual(routed) && !written.ContainsAnyExcept(PathCharacters) && written.IndexOf("//", StringComparison.Ordinal) < 0 && written.IndexOf("/.", StringComparison.Ordinal) < 0;

    // Origin-form, or absolute-form (RFC 9112, 3.2), whose authority Kestrel has compared with Host.
    private static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        if (!target.StartsWith('/'))
        {
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            if (authority < 0) return default;
            target = target[(authority + 3)..];
            var path = target.IndexOf('/');
            if (path < 0) return "/";
            target = target[path..];
        }
        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }
}

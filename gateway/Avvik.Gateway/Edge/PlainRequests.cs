using System.Buffers;
using System.Text;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Avvik.Gateway.Edge;

/// <summary>
/// Accepts only requests that every server reads the same way. A server that decodes or normalises a path before it decides, and a server behind it that does so
/// differently, disagree on what was asked for; none of our paths needs an escape, a dot segment or an empty one, so none is accepted.
/// </summary>
internal static class PlainRequests
{
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create("/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*+,:@=");

    /// <summary>Refuses a <c>Content-Length</c> that is not digits alone: Kestrel reads <c>+2</c> as 2, and a proxy in front may not.</summary>
    public static void AddPlainRequests(this WebApplicationBuilder builder)
    {
        var digits = new DigitsEncoding();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.RequestHeaderEncodingSelector = name => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? digits : null!);
    }

    public static void UsePlainRequests(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (!IsMethod(request.Method)) return Problem.OfStatus(StatusCodes.Status405MethodNotAllowed).ExecuteAsync(context);
        var path = PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        return IsPlain(path, request.Path.Value) && request.Headers.ContentType.Count <= 1 && request.Headers.Host.Count <= 1
            ? next(context)
            : Problem.OfStatus(StatusCodes.Status400BadRequest).ExecuteAsync(context);
    });

    // Methods are case-sensitive (RFC 9110, 9.1), and not every server behind a proxy treats them so.
    private static bool IsMethod(string method) => method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD";

    // The path as it was sent must be the path that is routed.
    private static bool IsPlain(ReadOnlySpan<char> sent, string? routed) => sent.SequenceEqual(routed) && !sent.ContainsAnyExcept(PathCharacters)
        && sent.IndexOf("//", StringComparison.Ordinal) < 0 && sent.IndexOf("/.", StringComparison.Ordinal) < 0;

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

    private sealed class DigitsEncoding : ASCIIEncoding
    {
        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            // 19 digits are the longest number that fits.
            if (bytes.Length <= 19 && !bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return base.GetChars(bytes, chars);
            chars[0] = 'x';
            return 1;
        }
    }
}

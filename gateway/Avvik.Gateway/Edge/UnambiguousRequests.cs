using System.Buffers;
using System.Text;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Avvik.Gateway.Edge;

/// <summary>
/// Accepts only requests that every server parses the same way. Two servers that decode or normalise a path differently disagree on what was
/// requested. None of our paths needs an escape, a dot segment or an empty segment, so none is accepted.
/// </summary>
internal static class UnambiguousRequests
{
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*+,:@=");

    /// <summary>Refuses a <c>Content-Length</c> with other characters than digits: Kestrel parses <c>+2</c> as 2, and a proxy in front may not.</summary>
    public static void AddUnambiguousRequests(this WebApplicationBuilder builder)
    {
        var digits = new DigitsEncoding();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.RequestHeaderEncodingSelector = name => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? digits : null!);
    }

    public static void UseUnambiguousRequests(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (!IsSupportedMethod(request.Method)) return Problem.OfStatus(StatusCodes.Status405MethodNotAllowed).ExecuteAsync(context);
        var path = PathOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        return IsUnambiguous(path, request.Path.Value) && request.Headers.ContentType.Count <= 1 && request.Headers.Host.Count <= 1
            ? next(context)
            : Problem.OfStatus(StatusCodes.Status400BadRequest).ExecuteAsync(context);
    });

    // Methods are case-sensitive (RFC 9110, 9.1), but not every server behind a proxy treats them so.
    private static bool IsSupportedMethod(string method) => method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD";

    // The path as sent must equal the path that is routed.
    private static bool IsUnambiguous(ReadOnlySpan<char> sent, string? routed) => sent.SequenceEqual(routed) && !sent.ContainsAnyExcept(PathCharacters)
        && sent.IndexOf("//", StringComparison.Ordinal) < 0
        && (sent.IndexOf("/.", StringComparison.Ordinal) < 0 || sent.SequenceEqual(SecurityContact.Path));

    // Origin-form, or absolute-form (RFC 9112, 3.2); Kestrel has compared its authority with the Host header.
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
            // A 64-bit length has at most 19 digits.
            if (bytes.Length <= 19 && !bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return base.GetChars(bytes, chars);
            chars[0] = 'x';
            return 1;
        }
    }
}

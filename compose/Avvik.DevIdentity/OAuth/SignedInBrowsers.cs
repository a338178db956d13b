using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity.OAuth;

/// <summary>Who is signed in at the issuer itself, so that a second request shows no page: until the issuer stops or the person signs out.</summary>
internal sealed class SignedInBrowsers
{
    private const string Cookie = "avvik-dev-issuer";
    private readonly ConcurrentDictionary<string, Identity> _all = new(StringComparer.Ordinal);

    public Identity? Find(HttpRequest request) => request.Cookies[Cookie] is { } key ? _all.GetValueOrDefault(key) : null;

    /// <summary>The person as they are known from now on: with their session here.</summary>
    public Identity Remember(HttpResponse response, Identity person)
    {
        var key = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        response.Cookies.Append(Cookie, key, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax });
        return _all[key] = person with { Session = key };
    }

    /// <summary>The session that is over; null where there was none.</summary>
    public string? Forget(HttpContext http)
    {
        http.Response.Cookies.Delete(Cookie);
        return http.Request.Cookies[Cookie] is { } key && _all.TryRemove(key, out _) ? key : null;
    }
}

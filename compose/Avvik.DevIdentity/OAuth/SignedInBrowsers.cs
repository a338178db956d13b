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

    public void Remember(HttpResponse response, Identity person)
    {
        var key = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        _all[key] = person;
        response.Cookies.Append(Cookie, key, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax });
    }

    public void Forget(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is { } key) _all.TryRemove(key, out _);
        http.Response.Cookies.Delete(Cookie);
    }
}

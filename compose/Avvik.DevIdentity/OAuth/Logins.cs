using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity.OAuth;

/// <summary>What a client pushed before it sent the browser: a request that the browser cannot change (RFC 9126).</summary>
internal sealed record LoginRequest(string ClientId, string RedirectUri, string? State, string? Nonce, string Challenge, string? KeyThumbprint,
    IReadOnlyList<string> Scopes,
    string? AuthorizationDetails = null, bool AskAgain = false);

/// <summary>Logins under way: pushed, then given to a person, then fetched with the code; each once, and within its time.</summary>
internal sealed class Logins
{
    public static readonly TimeSpan RequestLife = TimeSpan.FromMinutes(10), CodeLife = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, (LoginRequest Request, Identity? Person, DateTimeOffset Until)> _all = new(StringComparer.Ordinal);

    public string Push(LoginRequest request, DateTimeOffset now) => Add($"urn:ietf:params:oauth:request_uri:{Random()}", request, null, now + RequestLife, now);

    public LoginRequest? Pushed(string? uri, string? clientId, DateTimeOffset now) =>
        uri is not null && _all.TryGetValue(uri, out var login) && login.Person is null && login.Until >= now
            && login.Request.ClientId == clientId ? login.Request : null;

    /// <summary>The code for a person who was chosen.</summary>
    public string? Grant(string uri, Identity person, DateTimeOffset now) =>
        _all.TryRemove(uri, out var login) && login.Person is null && login.Until >= now ? Add(Random(), login.Request, person, now + CodeLife, now) : null;

    /// <summary>The person of an authorization code; null unless client, redirect URI, PKCE verifier and key are those of the request.</summary>
    public (LoginRequest Request, Identity Person)? Redeem(string? code, string clientId, string? redirectUri, string? verifier, string? thumbprint,
        DateTimeOffset now)
    {
        if (code is null || !_all.TryRemove(code, out var login) || login.Person is null || login.Until < now) return null;
        var request = login.Request;
        var proved = verifier is not null && Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) == request.Challenge;
        return proved && request.ClientId == clientId && request.RedirectUri == redirectUri
            && (request.KeyThumbprint is null || request.KeyThumbprint == thumbprint) ? (request, login.Person) : null;
    }

    private string Add(string handle, LoginRequest request, Identity? person, DateTimeOffset until, DateTimeOffset now)
    {
        foreach (var (old, login) in _all)
            if (login.Until < now) _all.TryRemove(old, out _);
        _all[handle] = (request, person, until);
        return handle;
    }

    private static string Random() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
}

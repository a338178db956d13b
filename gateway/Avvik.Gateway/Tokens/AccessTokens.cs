using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens;

/// <summary>Whose token it is: the caller, the key it is bound to if any, and the internal token that each service gets.</summary>
internal sealed class KnownCaller(ClaimsPrincipal principal, string? keyThumbprint, Func<string, AuthenticationHeaderValue> issue)
{
    private readonly ConcurrentDictionary<string, AuthenticationHeaderValue> _internalTokens = new(StringComparer.Ordinal);

    public ClaimsPrincipal Principal => principal;
    public string? KeyThumbprint => keyThumbprint;

    public AuthenticationHeaderValue InternalTokenFor(string service) => _internalTokens.GetOrAdd(service, issue);
}

/// <summary>
/// Validates access tokens. A caller sends the same one for minutes, and checking a signature costs more than the rest of a request, so a valid token is cached
/// whole for as long as its internal tokens last: nothing is accepted from the cache that would not be accepted without it.
/// </summary>
internal sealed class AccessTokens(IOptions<TokenOptions> options, IssuerKeys keys, TokenExchange exchange, TimeProvider clock)
{
    // About 20 MB at most.
    private const int MaxEntries = 10_000;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<string, (KnownCaller Caller, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);
    private readonly TokenValidationParameters _rules = new()
    {
        ValidIssuer = options.Value.Issuer,
        ValidAudience = options.Value.Audience,
        // Not an ID token, which the same issuer signs with the same key.
        ValidTypes = ["at+jwt", "JWT"],
        ValidAlgorithms = Algorithms.Asymmetric,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = TimeSpan.FromSeconds(10),
        IssuerSigningKeyResolver = (_, _, kid, _) => kid is not null && keys.Find(kid) is { } key ? [key] : [],
    };

    public ValueTask<(KnownCaller? Caller, TokenRefusal? Refusal)> ReadAsync(string token, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return _known.TryGetValue(token, out var known) && now < known.Until ? new((known.Caller, null)) : new(ValidateAsync(token, now, ct));
    }

    private async Task<(KnownCaller?, TokenRefusal?)> ValidateAsync(string token, DateTimeOffset now, CancellationToken ct)
    {
        _known.TryRemove(token, out _);
        if (!_handler.CanReadToken(token)) return (null, TokenRefusal.Invalid("It is no JWT."));
        JsonWebToken jwt;
        try { jwt = _handler.ReadJsonWebToken(token); }
        catch (ArgumentException) { return (null, TokenRefusal.Invalid("It is no JWT.")); }
        if (string.IsNullOrEmpty(jwt.Kid)) return (null, TokenRefusal.Invalid("The token does not say which key it is signed with."));
        if (keys.Find(jwt.Kid) is null) await keys.LookForAsync(jwt.Kid, ct);
        var result = await _handler.ValidateTokenAsync(jwt, _rules);
        if (!result.IsValid) return (null, TokenRefusal.Invalid(Reason(result.Exception)));

        var (principal, refusal) = CallerClaims.Read(jwt, options.Value.Claims);
        if (principal is null) return (null, refusal);
        var caller = new KnownCaller(principal, ThumbprintOf(jwt), service => exchange.IssueInternalToken(principal, service, now));
        var (until, expires) = (now + TokenExchange.ReusableFor, new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero));
        if (_known.Count >= MaxEntries) _known.Clear();
        _known[token] = (caller, until < expires ? until : expires);
        return (caller, null);
    }

    // RFC 9449, 6.1; anything else under cnf is a binding that we cannot check, and then there is none.
    private static string? ThumbprintOf(JsonWebToken jwt) =>
        jwt.TryGetPayloadValue<JsonElement>("cnf", out var cnf) && cnf.ValueKind == JsonValueKind.Object && cnf.TryGetProperty("jkt", out var jkt) && jkt.ValueKind == JsonValueKind.String ? jkt.GetString() : null;

    private static string Reason(Exception error) => error switch
    {
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidIssuerException => "The token is another issuer's.",
        SecurityTokenInvalidAudienceException => "The token is for somebody else.",
        SecurityTokenInvalidTypeException => "It is no access token.",
        _ => "The token's signature cannot be trusted.",
    };
}

internal static class Algorithms
{
    /// <summary>Never «none», and never a shared secret: anyone who can check such a token can make one.</summary>
    public static readonly string[] Asymmetric =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];
}

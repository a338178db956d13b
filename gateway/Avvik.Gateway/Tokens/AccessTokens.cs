using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens;

/// <summary>The caller that an access token identifies, the key that it is bound to if any, and the internal token that each service gets.</summary>
internal sealed class AuthenticatedCaller(ClaimsPrincipal principal, string? keyThumbprint, Func<string, AuthenticationHeaderValue> issue)
{
    private readonly ConcurrentDictionary<string, AuthenticationHeaderValue> _internalTokens = new(StringComparer.Ordinal);

    public ClaimsPrincipal Principal => principal;
    public string? KeyThumbprint => keyThumbprint;

    public AuthenticationHeaderValue InternalTokenFor(string service) => _internalTokens.GetOrAdd(service, issue);
}

/// <summary>
/// Validates access tokens. A caller sends the same token for minutes, and checking a signature costs more than the rest of a request, so a valid
/// token is cached, under its whole text, for as long as its internal tokens may be reused and at most until it expires.
/// </summary>
internal sealed class AccessTokens(IOptions<TokenOptions> options, IssuerKeys keys, TokenExchange exchange, TimeProvider clock)
{
    // About 20 MB.
    private const int MaxEntries = 10_000;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<string, (AuthenticatedCaller Caller, DateTimeOffset Until)> _cache = new(StringComparer.Ordinal);
    private readonly TokenValidationParameters _rules = new()
    {
        ValidIssuer = options.Value.Issuer,
        ValidAudience = options.Value.Audience,
        // Excludes ID tokens, which the same issuer signs with the same key.
        ValidTypes = ["at+jwt", "JWT"],
        ValidAlgorithms = Algorithms.Asymmetric,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = TimeSpan.FromSeconds(10),
        IssuerSigningKeyResolver = (_, _, kid, _) => kid is not null && keys.Find(kid) is { } key ? [key] : [],
    };

    public ValueTask<(AuthenticatedCaller? Caller, TokenRefusal? Refusal)> ReadAsync(string token, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return _cache.TryGetValue(token, out var cached) && now < cached.Until ? new((cached.Caller, null)) : new(ValidateAsync(token, now, ct));
    }

    private async Task<(AuthenticatedCaller?, TokenRefusal?)> ValidateAsync(string token, DateTimeOffset now, CancellationToken ct)
    {
        _cache.TryRemove(token, out _);
        if (!_handler.CanReadToken(token)) return (null, TokenRefusal.Invalid("The token is not a JWT."));
        JsonWebToken jwt;
        try { jwt = _handler.ReadJsonWebToken(token); }
        catch (ArgumentException) { return (null, TokenRefusal.Invalid("The token is not a JWT.")); }
        if (string.IsNullOrEmpty(jwt.Kid)) return (null, TokenRefusal.Invalid("The token has no kid header."));
        if (keys.Find(jwt.Kid) is null) await keys.RefreshForAsync(jwt.Kid, ct);
        var result = await _handler.ValidateTokenAsync(jwt, _rules);
        if (!result.IsValid) return (null, TokenRefusal.Invalid(Reason(result.Exception)));

        var (principal, refusal) = CallerClaims.Read(jwt, options.Value.Claims);
        if (principal is null) return (null, refusal);
        var caller = new AuthenticatedCaller(principal, ThumbprintOf(jwt), service => exchange.IssueInternalToken(principal, service, now));
        var (until, expires) = (now + TokenExchange.ReusableFor, new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero));
        if (_cache.Count >= MaxEntries) _cache.Clear();
        _cache[token] = (caller, until < expires ? until : expires);
        return (caller, null);
    }

    // RFC 9449, 6.1. Other confirmation methods in cnf are not supported and count as no binding.
    private static string? ThumbprintOf(JsonWebToken jwt) =>
        jwt.TryGetPayloadValue<JsonElement>("cnf", out var cnf) && cnf.ValueKind == JsonValueKind.Object
        && cnf.TryGetProperty("jkt", out var jkt) && jkt.ValueKind == JsonValueKind.String
            ? jkt.GetString()
            : null;

    private static string Reason(Exception error) => error switch
    {
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidIssuerException => "The token has another issuer.",
        SecurityTokenInvalidAudienceException => "The token has another audience.",
        SecurityTokenInvalidTypeException => "The token is not an access token.",
        _ => "The token's signature is not valid.",
    };
}

internal static class Algorithms
{
    /// <summary>Neither <c>none</c> nor a symmetric algorithm: whoever can verify a symmetric signature can also forge one.</summary>
    public static readonly string[] Asymmetric =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];
}

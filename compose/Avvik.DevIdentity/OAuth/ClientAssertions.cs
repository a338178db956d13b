using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity.OAuth;

/// <summary>Authenticates a client by its signed assertion (<c>private_key_jwt</c>, as HelseID requires): for our audience, short-lived, used once.</summary>
internal sealed class ClientAssertions(Clients clients, string issuer)
{
    public const string Type = "client-authentication+jwt";
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(60), Skew = TimeSpan.FromSeconds(10);
    private readonly JsonWebTokenHandler _handler = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    public async Task<(Client? Client, string? Refusal)> CheckAsync(IFormCollection form, DateTimeOffset now)
    {
        if (form["client_assertion_type"] != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            || form["client_assertion"] is not [{ Length: > 0 and < 8192 } text] || !_handler.CanReadToken(text))
            return (null, "A client_assertion signed with the client's key is needed.");
        JsonWebToken assertion;
        try { assertion = _handler.ReadJsonWebToken(text); }
        catch (ArgumentException) { return (null, "The assertion is no JWT."); }
        if (clients.Find(assertion.Issuer) is not { } client || assertion.Subject != client.Id || (form["client_id"] is [var id] && id != client.Id))
            return (null, "iss and sub must be the client's id.");
        // The issuer and not the token endpoint, so that an assertion made for one server cannot be used at another.
        if (assertion.Audiences.ToList() is not [var audience] || audience != issuer) return (null, "aud must be the issuer, and nothing else.");
        if (string.IsNullOrEmpty(assertion.Id)) return (null, "jti is missing.");
        if (assertion.ValidTo > (now + LongestLife + Skew).UtcDateTime) return (null, "The assertion lives too long.");
        var result = await _handler.ValidateTokenAsync(assertion, new TokenValidationParameters
        {
            ValidIssuer = client.Id,
            ValidAudience = issuer,
            ValidTypes = [Type],
            ValidAlgorithms = TokenIssuer.SignatureAlgorithms,
            IssuerSigningKeys = client.PublicKeys,
            RequireExpirationTime = true,
            ClockSkew = Skew,
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        });
        if (!result.IsValid) return (null, $"The assertion is refused: typ must be {Type}, in time, and signed with the client's key.");
        foreach (var (old, until) in _used)
            if (until < now) _used.TryRemove(old, out _);
        return _used.TryAdd($"{client.Id} {assertion.Id}", now + LongestLife + (2 * Skew)) ? (client, null) : (null, "The assertion has been used.");
    }
}

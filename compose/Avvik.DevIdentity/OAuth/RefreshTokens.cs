using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity.OAuth;

/// <summary>What a refresh token stands for.</summary>
internal sealed record RefreshGrant(Identity Person, IReadOnlyList<string> Scopes, string? KeyThumbprint);

/// <summary>Refresh tokens: each is used once and gives the next; the person's signing out ends them, and so does a restart.</summary>
internal sealed class RefreshTokens
{
    private readonly ConcurrentDictionary<string, RefreshGrant> _all = new(StringComparer.Ordinal);

    public string Create(RefreshGrant grant)
    {
        var token = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        _all[token] = grant;
        return token;
    }

    public RefreshGrant? Use(string token, string clientId, string? thumbprint) =>
        _all.TryRemove(token, out var grant) && grant.Person.ClientId == clientId && grant.KeyThumbprint == thumbprint ? grant : null;

    public void Revoke(string session)
    {
        foreach (var (token, grant) in _all)
            if (grant.Person.Session == session) _all.TryRemove(token, out _);
    }
}

using System.Net.Http.Headers;
using System.Security.Claims;
using Avvik.Hosting.Callers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens;

/// <summary>Issues internal tokens: they identify the caller to one service, for a minute. The services accept no other token.</summary>
internal sealed class TokenExchange(IConfiguration configuration)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>How long a token may be reused: it must still be valid when a slow request reaches its service.</summary>
    public static readonly TimeSpan ReusableFor = Lifetime - TimeSpan.FromSeconds(20);

    private static readonly string[] SingleClaims = ["sub", "client_id", "organization", "unit"];

    private readonly SigningCredentials _signing = new(
        InternalToken.ReadKey("InternalToken:PrivateKeyFile", configuration["InternalToken:PrivateKeyFile"]), SecurityAlgorithms.EcdsaSha256);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    private static string[] Values(ClaimsPrincipal caller, string type) => [.. caller.FindAll(type).Select(c => c.Value)];

    /// <summary>The <c>Authorization</c> header that a service gets.</summary>
    public AuthenticationHeaderValue IssueInternalToken(ClaimsPrincipal caller, string service, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["role"] = Values(caller, "role"), ["scope"] = Values(caller, "scope") };
        foreach (var name in SingleClaims)
            if (caller.FindFirstValue(name) is { } value) claims[name] = value;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = InternalToken.Issuer,
            Audience = InternalToken.AudienceOf(service),
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = _signing,
        });
        return new AuthenticationHeaderValue("Bearer", token);
    }
}

using System.Net.Http.Headers;
using System.Security.Claims;
using Avvik.Hosting.Callers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens;

/// <summary>Signs the gateway's word for who calls: a short-lived token of its own, the only kind the services take.</summary>
internal sealed class TokenExchange(IConfiguration configuration)
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60), LeastLeft = TimeSpan.FromSeconds(20);
    private static readonly string[] SingleClaims = ["sub", "client_id", "organization", "unit"];

    private readonly SigningCredentials _signing = new(InternalToken.ReadKey("InternalToken:PrivateKeyFile", configuration["InternalToken:PrivateKeyFile"]), SecurityAlgorithms.EcdsaSha256);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    private static string[] Values(ClaimsPrincipal caller, string type) => [.. caller.FindAll(type).Select(c => c.Value)];

    /// <summary>The word, and until when it may be handed on.</summary>
    public (AuthenticationHeaderValue Word, DateTimeOffset Until) WordFor(ClaimsPrincipal caller, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["role"] = Values(caller, "role"), ["scope"] = Values(caller, "scope") };
        foreach (var name in SingleClaims)
            if (caller.FindFirstValue(name) is { } value) claims[name] = value;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = InternalToken.Issuer,
            Audience = InternalToken.Audience,
            NotBefore = now.UtcDateTime,
            Expires = (now + Life).UtcDateTime,
            Claims = claims,
            SigningCredentials = _signing,
        });
        return (new AuthenticationHeaderValue("Bearer", token), now + Life - LeastLeft);
    }
}

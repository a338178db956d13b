using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity;

/// <summary>The proof of possession (RFC 9449) a client sends with a token request to have its token bound to its key.</summary>
internal static class DPoPProof
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private static readonly JsonWebTokenHandler Handler = new();

    public static string[] Algorithms { get; } =
        [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSha256];

    /// <returns>The thumbprint of the key that signed it, or null when it proves nothing.</returns>
    public static async Task<string?> ThumbprintAsync(string proof, string method, string url, DateTimeOffset now)
    {
        JsonWebKey key;
        try
        {
            if (!Handler.ReadJsonWebToken(proof).TryGetHeaderValue<JsonElement>("jwk", out var jwk) || jwk.ValueKind != JsonValueKind.Object)
                return null;
            key = new JsonWebKey(jwk.GetRawText());
        }
        catch (ArgumentException) // what the library says of anything that is not a token or not a key
        {
            return null;
        }

        if (key.HasPrivateKey)
            return null;
        var result = await Handler.ValidateTokenAsync(proof, new TokenValidationParameters
        {
            ValidTypes = ["dpop+jwt"],
            ValidAlgorithms = Algorithms,
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = true,
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        var proves = result.IsValid
            && result.SecurityToken is JsonWebToken token
            && token.TryGetPayloadValue<string>("htm", out var htm) && htm == method
            && token.TryGetPayloadValue<string>("htu", out var htu) && htu == url
            && token.TryGetPayloadValue<long>("iat", out var iat)
            && (now - DateTimeOffset.FromUnixTimeSeconds(iat)).Duration() <= Tolerance;
        return proves ? Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()) : null;
    }
}

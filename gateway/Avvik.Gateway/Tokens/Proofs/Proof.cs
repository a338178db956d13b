using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens.Proofs;

/// <summary>
/// A DPoP proof (RFC 9449, 4.2): shows that the sender of this request has the key that the token is bound to. Replay is checked elsewhere
/// (<c>UsedProofs</c>). The development issuer compiles this file, too.
/// </summary>
internal sealed record Proof(string KeyThumbprint, string Id, DateTimeOffset IssuedAt, string? Nonce)
{
    /// <summary>How old a proof may be, and how far a client's clock may be ahead of ours.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(15), Skew = TimeSpan.FromSeconds(5);

    private const int MaxLength = 4096, MaxIdLength = 200;
    private const string Type = "dpop+jwt";
    private static readonly string[] SignatureAlgorithms = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];
    // RFC 7518, 6.2.2, 6.3.2 and 6.4: members of private and symmetric keys.
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };
    private static readonly JsonWebTokenHandler Handler = new();
    // Clients' keys are many and short-lived: a cache would keep a provider for each for ever.
    private static readonly CryptoProviderFactory Crypto = new() { CacheSignatureProviders = false };

    public static string Algorithms { get; } = string.Join(' ', SignatureAlgorithms);

    /// <summary>The proof, or what is wrong with it: the checks of RFC 9449, 4.3, except those of the nonce and of replay.</summary>
    public static async Task<(Proof? Proof, string? Refusal)> ReadAsync(StringValues header, string method, Uri target, string? accessToken, DateTimeOffset now)
    {
        if (header is not [{ Length: > 0 and <= MaxLength } text]) return (null, "The request must have exactly one DPoP header.");
        if (text.Split('.') is not [var head, var body, { Length: > 0 }]) return (null, "The proof is not a signed JWT.");
        JsonWebKey key;
        string id, thumbprint, algorithm;
        DateTimeOffset issuedAt;
        string? nonce;
        try
        {
            using var names = JsonDocument.Parse(Base64Url.DecodeFromChars(head), Strict);
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(body), Strict);
            if (Text(names, "typ") != Type) return (null, "typ must be dpop+jwt.");
            if (Text(names, "alg") is not { } alg || !SignatureAlgorithms.Contains(alg, StringComparer.Ordinal))
                return (null, "alg must be an asymmetric signature algorithm.");
            if (names.RootElement.TryGetProperty("crit", out _)) return (null, "crit names extensions, and none is supported.");
            if (!names.RootElement.TryGetProperty("jwk", out var jwk) || jwk.ValueKind != JsonValueKind.Object || Text(jwk, "kty") is not ("EC" or "RSA"))
                return (null, "jwk must be the public key.");
            if (PrivateMembers.Any(member => jwk.TryGetProperty(member, out _))) return (null, "jwk must not hold a private or secret key.");
            (key, algorithm) = (new JsonWebKey(jwk.GetRawText()), alg);
            thumbprint = Base64Url.EncodeToString(key.ComputeJwkThumbprint());

            if (Text(claims, "jti") is not { Length: > 0 and <= MaxIdLength } jti) return (null, "jti is missing.");
            if (Text(claims, "htm") != method) return (null, "htm is not this method.");
            if (!Uri.TryCreate(Text(claims, "htu"), UriKind.Absolute, out var htu) || WithoutQuery(htu) != WithoutQuery(target))
                return (null, "htu is not this URL.");
            if (!claims.RootElement.TryGetProperty("iat", out var iat) || iat.ValueKind != JsonValueKind.Number
                || !iat.TryGetDouble(out var seconds) || seconds is < 0 or > 99_999_999_999)
                return (null, "iat is missing.");
            issuedAt = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
            if (issuedAt < now - MaxAge) return (null, "The proof is too old.");
            if (issuedAt > now + Skew) return (null, "The proof is from the future.");
            if (accessToken is not null && Text(claims, "ath") != Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken))))
                return (null, "ath is not the hash of this token.");
            (id, nonce) = (jti, Text(claims, "nonce"));
        }
        // Not base64url, not JSON, or a member of the key is missing.
        catch (Exception error) when (error is FormatException or JsonException or ArgumentException or InvalidOperationException)
        {
            return (null, "The proof is not well-formed.");
        }

        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = [algorithm],
            ValidTypes = [Type],
            CryptoProviderFactory = Crypto,
#pragma warning disable CA5404 // a proof has none of them (RFC 9449); its age and address are checked apart
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
#pragma warning restore CA5404
        });
        return result.IsValid ? (new Proof(thumbprint, id, issuedAt, nonce), null) : (null, "The proof is not signed with its key.");
    }

    // Compared after URL normalisation, without query and fragment (RFC 9449, 4.3, 9).
    private static string WithoutQuery(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static string? Text(JsonDocument document, string member) =>
        document.RootElement.ValueKind == JsonValueKind.Object ? Text(document.RootElement, member) : null;

    private static string? Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

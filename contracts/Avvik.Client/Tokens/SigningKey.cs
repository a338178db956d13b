using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Client.Tokens;

/// <summary>Signs client assertions and DPoP proofs.</summary>
internal sealed class SigningKey
{
    /// <summary>What a client assertion is called where it is sent (RFC 7523, section 2.2).</summary>
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static readonly TimeSpan AssertionLifetime = TimeSpan.FromSeconds(30);
    private static readonly CryptoProviderFactory Crypto = new() { CacheSignatureProviders = false };
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _credentials;
    private readonly Dictionary<string, object> _publicKey;

    private SigningKey(JsonWebKey key)
    {
        key.CryptoProviderFactory = Crypto;
        var isEc = key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve;
        _credentials = new SigningCredentials(key, key.Alg ?? (isEc ? $"ES{(key.Crv == "P-521" ? "512" : key.Crv[2..])}" : SecurityAlgorithms.RsaSsaPssSha256));
        _publicKey = isEc
            ? new(StringComparer.Ordinal) { ["kty"] = key.Kty, ["crv"] = key.Crv, ["x"] = key.X, ["y"] = key.Y }
            : new(StringComparer.Ordinal) { ["kty"] = key.Kty, ["n"] = key.N, ["e"] = key.E };
    }

    /// <summary>A new key (ES256).</summary>
    public static SigningKey Create() => Of(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key as JSON Web Key or PEM.</summary>
    /// <exception cref="ArgumentException">It is neither, or has no private part.</exception>
    public static SigningKey Read(string text)
    {
        if (text.TrimStart().StartsWith('{'))
        {
            var key = new JsonWebKey(text);
            return key.HasPrivateKey ? new(key) : throw new ArgumentException("The JSON Web Key has no private part.", nameof(text));
        }
        if (text.Contains("EC PRIVATE KEY", StringComparison.Ordinal)) return Of(Import(ECDsa.Create(), text));
        if (text.Contains("RSA PRIVATE KEY", StringComparison.Ordinal)) return Of(Import(RSA.Create(), text));
        // PKCS #8 does not say in its label which it is.
        try { return Of(Import(ECDsa.Create(), text)); }
        catch (CryptographicException) { return Of(Import(RSA.Create(), text)); }
    }

    /// <summary>Says to the issuer who asks. HelseID demands the type, and the issuer as the only audience.</summary>
    public string Assertion(string clientId, string issuer, DateTimeOffset now) => _handler.CreateToken(new SecurityTokenDescriptor
    {
        TokenType = "client-authentication+jwt",
        Issuer = clientId,
        Audience = issuer,
        IssuedAt = now.UtcDateTime,
        NotBefore = now.UtcDateTime,
        Expires = (now + AssertionLifetime).UtcDateTime,
        Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = clientId, ["jti"] = Guid.NewGuid().ToString() },
        SigningCredentials = _credentials,
    });

    /// <summary>Proves for one request that the sender has the key.</summary>
    public string Proof(HttpMethod method, Uri target, string? nonce, string? accessToken, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["jti"] = Guid.NewGuid().ToString(),
            ["htm"] = method.Method,
            ["htu"] = target.GetLeftPart(UriPartial.Path),
        };
        if (nonce is not null) claims["nonce"] = nonce;
        if (accessToken is not null) claims["ath"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "dpop+jwt",
            IssuedAt = now.UtcDateTime,
            Claims = claims,
            AdditionalHeaderClaims = new Dictionary<string, object>(StringComparer.Ordinal) { ["jwk"] = _publicKey },
            SigningCredentials = _credentials,
        });
    }

    private static T Import<T>(T key, string pem) where T : AsymmetricAlgorithm
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Not disposed: the converted key signs with it, as long as the client lives.</summary>
    public static SigningKey Of(ECDsa key) => new(JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(key)));

    private static SigningKey Of(RSA key) =>
        new(JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(key.ExportParameters(includePrivateParameters: true))));
}

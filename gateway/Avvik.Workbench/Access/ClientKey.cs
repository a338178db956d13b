using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Workbench.Access;

/// <summary>The workbench's own key: proves to the issuer who asks (RFC 7523), and binds tokens to us (RFC 9449).</summary>
internal sealed class ClientKey
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static readonly TimeSpan AssertionLife = TimeSpan.FromSeconds(30);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SignInOptions _options;
    private readonly TimeProvider _clock;
    private readonly SigningCredentials _credentials;
    private readonly Dictionary<string, object> _publicKey;

    public ClientKey(IOptions<SignInOptions> options, TimeProvider clock)
    {
        (_options, _clock) = (options.Value, clock);
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(_options.PrivateKeyFile));
        var signingKey = new ECDsaSecurityKey(key) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
        _credentials = new SigningCredentials(signingKey, SecurityAlgorithms.EcdsaSha256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        _publicKey = new(StringComparer.Ordinal)
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
        };
    }

    /// <summary>Says that it is us who ask. HelseID takes a type of its own, and the issuer as audience.</summary>
    public string Assertion()
    {
        var now = _clock.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "client-authentication+jwt",
            Issuer = _options.ClientId,
            Audience = _options.Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + AssertionLife).UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = _options.ClientId, ["jti"] = Guid.NewGuid().ToString() },
            SigningCredentials = _credentials,
        });
    }

    /// <summary>Proves for one request that the caller has the key.</summary>
    public string Proof(HttpMethod method, Uri target, string? nonce, string? accessToken)
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
            IssuedAt = _clock.GetUtcNow().UtcDateTime,
            Claims = claims,
            AdditionalHeaderClaims = new Dictionary<string, object>(StringComparer.Ordinal) { ["jwk"] = _publicKey },
            SigningCredentials = _credentials,
        });
    }
}

/// <summary>Sends a proof with each call to the issuer, and once more with the nonce it asks for.</summary>
internal sealed class IssuerProofs(ClientKey key, bool useDpop)
    : DelegatingHandler(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!useDpop || request.Method != HttpMethod.Post) return await base.SendAsync(request, cancellationToken);
        request.Headers.Add("DPoP", key.Proof(request.Method, request.RequestUri!, nonce: null, accessToken: null));
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode || !response.Headers.TryGetValues("DPoP-Nonce", out var nonces)) return response;
        response.Dispose();
        request.Headers.Remove("DPoP");
        request.Headers.Add("DPoP", key.Proof(request.Method, request.RequestUri!, nonces.First(), accessToken: null));
        return await base.SendAsync(request, cancellationToken);
    }
}

using Avvik.Contracts;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity;

/// <summary>Signs tokens shaped like HelseID's. RS256: the gateway verifies it in half the time of ES256.</summary>
internal sealed class TokenIssuer
{
    public static readonly string[] SignatureAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly RSA _rsa;
    private readonly SigningCredentials _credentials;

    public TokenIssuer(string issuer, string signingKeyFile)
    {
        Issuer = issuer.TrimEnd('/');
        // Kept, so that a restart leaves the tokens that are out valid.
        _rsa = RSA.Create();
        _rsa.ImportFromPem(KeyFiles.ReadOrCreate(signingKeyFile, () =>
        {
            using var created = RSA.Create(2048);
            return created.ExportPkcs8PrivateKeyPem();
        }));
        var key = new RsaSecurityKey(_rsa);
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        _credentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256);
    }

    public string Issuer { get; }

    public object Discovery => new
    {
        issuer = Issuer,
        jwks_uri = $"{Issuer}/.well-known/openid-configuration/jwks",
        token_endpoint = $"{Issuer}/connect/token",
        authorization_endpoint = $"{Issuer}/connect/authorize",
        end_session_endpoint = $"{Issuer}/connect/endsession",
        pushed_authorization_request_endpoint = $"{Issuer}/connect/par",
        registration_endpoint = $"{Issuer}/connect/register",
        require_pushed_authorization_requests = true,
        authorization_response_iss_parameter_supported = true,
        scopes_supported = Scopes.All.Append("openid").Append(OAuth.OAuthEndpoints.OfflineAccess),
        grant_types_supported = new[] { "client_credentials", "authorization_code", "refresh_token" },
        response_types_supported = new[] { "code" },
        code_challenge_methods_supported = new[] { "S256" },
        subject_types_supported = new[] { "public" },
        token_endpoint_auth_methods_supported = new[] { "private_key_jwt" },
        token_endpoint_auth_signing_alg_values_supported = SignatureAlgorithms,
        dpop_signing_alg_values_supported = SignatureAlgorithms,
        id_token_signing_alg_values_supported = new[] { SecurityAlgorithms.RsaSha256 },
    };

    public object KeySet
    {
        get
        {
            var key = _rsa.ExportParameters(includePrivateParameters: false);
            return new
            {
                keys = new[]
                {
                    new
                    {
                        kty = "RSA",
                        use = "sig",
                        alg = _credentials.Algorithm,
                        kid = _credentials.Key.KeyId,
                        n = Base64UrlEncoder.Encode(key.Modulus),
                        e = Base64UrlEncoder.Encode(key.Exponent),
                    },
                },
            };
        }
    }

    /// <summary>The scopes of the software that somebody in a role would use.</summary>
    public static IReadOnlyList<string> ScopesOf(params IReadOnlyList<string> roles) =>
        [.. Scopes.All.Where(scope => scope switch
        {
            Scopes.Coordinate => roles.Contains("coordinator"),
            Scopes.Admin => roles.Contains("admin") || roles.Contains("auditor"),
            _ => true,
        })];

    /// <summary>An access token, bound to a key where a thumbprint says which.</summary>
    public string Issue(Identity who, IReadOnlyList<string> scopes, TimeSpan life, DateTimeOffset now, string? thumbprint = null)
    {
        var claims = ClaimsOf(who);
        claims["scope"] = scopes.ToArray();
        claims["role"] = who.Roles is [var only] ? only : who.Roles;
        if (who.Unit is not null) claims["unit"] = who.Unit;
        if (who.OrganizationParent is not null) claims["helseid://claims/client/claims/orgnr_parent"] = who.OrganizationParent;
        if (who.OrganizationChild is not null) claims["helseid://claims/client/claims/orgnr_child"] = who.OrganizationChild;
        if (thumbprint is not null) claims["cnf"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["jkt"] = thumbprint };
        return Sign("at+jwt", "avvik", claims, life, now);
    }

    /// <summary>Which client an id token of ours was for; null for any other text.</summary>
    public string? AudienceOf(string idToken)
    {
        if (!_handler.CanReadToken(idToken)) return null;
        var token = _handler.ReadJsonWebToken(idToken);
        return token.Issuer == Issuer ? token.Audiences.FirstOrDefault() : null;
    }

    /// <summary>Who logged in, for the client that asked.</summary>
    public string IssueIdToken(Identity who, string? nonce, DateTimeOffset now)
    {
        var claims = ClaimsOf(who);
        if (nonce is not null) claims["nonce"] = nonce;
        // HelseID knows no roles; a deployment gets them from its own register of employees. Here the issuer knows.
        if (who.Choices.Count > 0)
            claims["assignments"] = JsonSerializer.Serialize(who.Choices.Select(c =>
                new { organization = c.OrganizationParent, unit = c.Unit, roles = c.Roles }));
        return Sign("JWT", who.ClientId, claims, TimeSpan.FromMinutes(5), now);
    }

    private static Dictionary<string, object> ClaimsOf(Identity who)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = who.Subject,
            ["client_id"] = who.ClientId,
            ["jti"] = Guid.NewGuid().ToString()
        };
        if (who.Name is not null) claims["name"] = who.Name;
        if (!who.IsPerson) return claims;
        claims["helseid://claims/identity/pid"] = SyntheticPersonNumber.Of(who.Subject);
        claims["helseid://claims/identity/security_level"] = who.SecurityLevel;
        return claims;
    }

    private string Sign(string type, string audience, Dictionary<string, object> claims, TimeSpan life, DateTimeOffset now) =>
        _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = Issuer,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + life).UtcDateTime,
            Claims = claims,
            SigningCredentials = _credentials,
        });
}

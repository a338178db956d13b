using System.Security.Cryptography;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Testing;

/// <summary>Replaces the gateway in tests: a key pair, and internal tokens for one service signed with it.</summary>
/// <param name="service">As in <c>routing</c>.</param>
public sealed class GatewayKey(string service) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _file = Path.GetTempFileName();

    public string PublicKeyFile
    {
        get
        {
            File.WriteAllText(_file, _key.ExportSubjectPublicKeyInfoPem());
            return _file;
        }
    }

    public string Token(
        string organization, string[] roles, string? unit = null, string subject = "test-person", string clientId = "test-client",
        DateTimeOffset? expires = null, IEnumerable<string>? scopes = null)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = subject,
            ["client_id"] = clientId,
            ["organization"] = organization,
            ["role"] = roles,
            ["scope"] = scopes ?? Scopes.All,
        };
        if (unit is not null) claims["unit"] = unit;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = InternalToken.Issuer,
            Audience = InternalToken.AudienceOf(service),
            Expires = (expires ?? DateTimeOffset.UtcNow.AddMinutes(10)).UtcDateTime,
            Claims = claims,
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key), SecurityAlgorithms.EcdsaSha256),
        });
    }

    public void Dispose()
    {
        _key.Dispose();
        File.Delete(_file);
    }
}

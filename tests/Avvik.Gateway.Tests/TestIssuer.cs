using System.Security.Cryptography;
using Avvik.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tests;

/// <summary>A token issuer that the test controls: it signs any claims, rotates keys, stops and starts.</summary>
public sealed class TestIssuer : IAsyncDisposable
{
    private readonly List<(RSA Key, string Id)> _keys = [];
    private readonly int _port = ServiceProcess.FreePort();
    private WebApplication? _server;
    private int _keyRequests;

    public TestIssuer() => Rotate();

    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>How often its keys were fetched.</summary>
    public int KeyRequests => Volatile.Read(ref _keyRequests);

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add(Url);
        _server.MapGet("/.well-known/openid-configuration", () => new { issuer = Url, jwks_uri = $"{Url}/keys" });
        _server.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref _keyRequests);
            lock (_keys) return new { keys = _keys.Select(k => PublicKey(k.Key.ExportParameters(includePrivateParameters: false), k.Id)).ToList() };
        });
        await _server.StartAsync();
    }

    private static object PublicKey(RSAParameters key, string id) =>
        new { kty = "RSA", use = "sig", kid = id, n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) };

    public async Task StopAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _server = null;
    }

    /// <summary>Signs with a new key from now on, and no longer publishes the old ones.</summary>
    public void Rotate()
    {
        lock (_keys)
        {
            _keys.Clear();
            _keys.Add((RSA.Create(2048), Guid.CreateVersion7().ToString("N")));
        }
    }

    public SigningCredentials Credentials
    {
        get
        {
            lock (_keys) return new(new RsaSecurityKey(_keys[^1].Key) { KeyId = _keys[^1].Id }, SecurityAlgorithms.RsaSha256);
        }
    }

    /// <summary>HelseID's claims about a nurse who logged in with BankID, in a client of Hamar kommune that has every scope.</summary>
    public static Dictionary<string, object> Person() => new(StringComparer.Ordinal)
    {
        ["sub"] = "a-nurse",
        ["client_id"] = "health-record",
        ["scope"] = Contracts.Scopes.All.ToArray(),
        ["helseid://claims/identity/pid"] = "41814061033",
        ["helseid://claims/identity/security_level"] = "4",
        ["helseid://claims/hpr/hpr_number"] = "9876543",
        ["helseid://claims/client/claims/orgnr_parent"] = "970540008",
    };

    public string Token(
        IReadOnlyDictionary<string, object>? claims = null, string? issuer = null, string audience = "avvik", string type = "at+jwt", int seconds = 300,
        SigningCredentials? by = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = issuer ?? Url,
            Audience = audience,
            IssuedAt = DateTime.UtcNow.AddSeconds(seconds - 600),
            Expires = DateTime.UtcNow.AddSeconds(seconds),
            Claims = new Dictionary<string, object>(claims ?? Person(), StringComparer.Ordinal),
            SigningCredentials = by ?? Credentials,
        });

    public async ValueTask DisposeAsync() => await StopAsync();
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tests;

/// <summary>A client's key, and DPoP proofs built by hand, so that a test can make them invalid in any way.</summary>
internal sealed class ProofMaker : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Thumbprint => Base64UrlEncoder.Encode(new JsonWebKey(PublicKey.ToJsonString()).ComputeJwkThumbprint());

    public JsonObject PublicKey => Jwk(withPrivatePart: false);

    public JsonObject Jwk(bool withPrivatePart)
    {
        var p = _key.ExportParameters(includePrivateParameters: true);
        var jwk = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64UrlEncoder.Encode(p.Q.X), ["y"] = Base64UrlEncoder.Encode(p.Q.Y) };
        if (withPrivatePart) jwk["d"] = Base64UrlEncoder.Encode(p.D);
        return jwk;
    }

    /// <summary>A valid proof, changed before it is signed.</summary>
    public string Make(
        string url, string token, Action<JsonObject>? header = null, Action<JsonObject>? claims = null, string method = "GET",
            Func<byte[], byte[]>? sign = null)
    {
        var head = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = PublicKey };
        var body = new JsonObject
        {
            ["jti"] = Guid.CreateVersion7().ToString(),
            ["htm"] = method,
            ["htu"] = url,
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["ath"] = Hash(token),
        };
        header?.Invoke(head);
        claims?.Invoke(body);
        var input = $"{Base64UrlEncoder.Encode(head.ToJsonString())}.{Base64UrlEncoder.Encode(body.ToJsonString())}";
        var bytes = Encoding.ASCII.GetBytes(input);
        return $"{input}.{Base64UrlEncoder.Encode(sign is null ? _key.SignData(bytes, HashAlgorithmName.SHA256) : sign(bytes))}";
    }

    public static string Hash(string token) => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    public void Dispose() => _key.Dispose();
}

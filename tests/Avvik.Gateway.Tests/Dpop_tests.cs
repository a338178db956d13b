using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tests;

/// <summary>A deployment with DPoP (RFC 9449): a token is accepted only with a proof by its key, and a proof only once.</summary>
public sealed class Dpop_tests(Dpop_tests.Deployment deployment) : IClassFixture<Dpop_tests.Deployment>
{
    private const string PublicUrl = "https://avvik.example.no", Url = PublicUrl + "/api/v1/deviations";

    public static TheoryData<string> InvalidProofs => [.. Invalid.Select(p => p.What)];

    // HelseID's list first, then the other checks of RFC 9449, 4.3, and known weaknesses of libraries.
    private static readonly (string What, Func<ProofMaker, string, string> Make)[] Invalid =
    [
        ("no htu", (p, t) => p.Make(Url, t, claims: c => c.Remove("htu"))),
        ("no htm", (p, t) => p.Make(Url, t, claims: c => c.Remove("htm"))),
        ("no ath", (p, t) => p.Make(Url, t, claims: c => c.Remove("ath"))),
        ("no alg", (p, t) => p.Make(Url, t, header: h => h.Remove("alg"))),
        ("no jwk", (p, t) => p.Make(Url, t, header: h => h.Remove("jwk"))),
        ("no jti", (p, t) => p.Make(Url, t, claims: c => c.Remove("jti"))),
        ("no iat", (p, t) => p.Make(Url, t, claims: c => c.Remove("iat"))),
        ("iat in the past", (p, t) => p.Make(Url, t, claims: c => c["iat"] = DateTimeOffset.UtcNow.AddSeconds(-30).ToUnixTimeSeconds())),
        ("iat in the future", (p, t) => p.Make(Url, t, claims: c => c["iat"] = DateTimeOffset.UtcNow.AddSeconds(30).ToUnixTimeSeconds())),
        ("a symmetric alg", (p, t) => p.Make(Url, t, header: h => h["alg"] = "HS256", sign: data => HMACSHA256.HashData("secret"u8, data))),
        ("a private key in jwk", (p, t) => p.Make(Url, t, header: h => h["jwk"] = p.Jwk(withPrivatePart: true))),
        ("wrong typ", (p, t) => p.Make(Url, t, header: h => h["typ"] = "JWT")),
        ("a bad signature", (p, t) => p.Make(Url, t, sign: _ => new byte[64])),
        ("no typ", (p, t) => p.Make(Url, t, header: h => h.Remove("typ"))),
        ("alg none", (p, t) => p.Make(Url, t, header: h => h["alg"] = "none", sign: _ => [])),
        ("the public key as a secret", (p, t) => p.Make(Url, t,
            header: h => { h["alg"] = "HS256"; h["jwk"] = new JsonObject { ["kty"] = "oct", ["k"] = "c2VjcmV0" }; },
            sign: data => HMACSHA256.HashData("secret"u8, data))),
        ("another algorithm than the key's", (p, t) => p.Make(Url, t, header: h => h["alg"] = "RS256")),
        ("an incomplete key", (p, t) => p.Make(Url, t, header: h => { var jwk = p.PublicKey; jwk.Remove("y"); h["jwk"] = jwk; })),
        ("a point that is not on the curve", (p, t) => p.Make(Url, t,
            header: h => { var jwk = p.PublicKey; jwk["y"] = jwk["x"]!.DeepClone(); h["jwk"] = jwk; })),
        ("a critical extension", (p, t) => p.Make(Url, t, header: h => { h["crit"] = new JsonArray("x"); h["x"] = 1; })),
        ("another method", (p, t) => p.Make(Url, t, method: "POST")),
        ("a method in lower case", (p, t) => p.Make(Url, t, method: "get")),
        ("another path", (p, t) => p.Make(PublicUrl + "/api/v1/cases", t)),
        ("another host", (p, t) => p.Make("https://elsewhere.example/api/v1/deviations", t)),
        ("another scheme", (p, t) => p.Make("http://avvik.example.no/api/v1/deviations", t)),
        ("another port", (p, t) => p.Make("https://avvik.example.no:8443/api/v1/deviations", t)),
        ("no URL", (p, t) => p.Make("/api/v1/deviations", t)),
        ("another token's ath", (p, t) => p.Make(Url, t + "x")),
        ("iat as text", (p, t) => p.Make(Url, t, claims: c => c["iat"] = "1")),
        ("iat out of range", (p, t) => p.Make(Url, t, claims: c => c["iat"] = 1e300)),
        ("an empty jti", (p, t) => p.Make(Url, t, claims: c => c["jti"] = "")),
        ("a jti of 1,000 characters", (p, t) => p.Make(Url, t, claims: c => c["jti"] = new string('a', 1000))),
        ("a number as jti", (p, t) => p.Make(Url, t, claims: c => c["jti"] = 1)),
        ("a proof of 5,000 characters", (p, t) => p.Make(Url, t, claims: c => c["x"] = new string('a', 5000))),
        ("no proof", (_, _) => ""),
        ("not a JWT", (_, _) => "abc"),
        ("three parts that are not a JWT", (_, _) => "a.b.c"),
        ("JSON that is not an object", (_, _) => $"{Base64UrlEncoder.Encode("1")}.{Base64UrlEncoder.Encode("[]")}.AA"),
        ("a list of two", (p, t) => $"{p.Make(Url, t)}, {p.Make(Url, t)}"),
        ("the token itself", (_, t) => t),
        ("another client's key", (_, t) => { using var other = new ProofMaker(); return other.Make(Url, t); }),
    ];

    [Fact]
    public async Task Valid_proof_is_accepted_and_not_forwarded()
    {
        using var client = new ProofMaker();
        var token = deployment.Token(client);
        using var answer = await deployment.Gateway.SendAsync(token, scheme: "DPoP", proof: client.Make(Url, token));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("DPoP", await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        // htu is compared without query and fragment, scheme and host case-insensitively (RFC 9449, 4.3).
        foreach (var url in new[] { Url + "?a=b", Url + "#c", "HTTPS://AVVIK.example.no:443/api/v1/deviations" })
        {
            using var sent = await deployment.Gateway.SendAsync(token, "api/v1/deviations?limit=1", "DPoP", client.Make(url, token));
            Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        }
    }

    [Theory]
    [MemberData(nameof(InvalidProofs))]
    public async Task Invalid_proof_is_refused(string what)
    {
        using var client = new ProofMaker();
        var token = deployment.Token(client);
        var proof = Invalid.Single(p => p.What == what).Make(client, token);
        var before = deployment.Gateway.Service.Arrivals;
        using var answer = await deployment.Gateway.SendAsync(token, scheme: "DPoP", proof: proof.Length > 0 ? proof : null);
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("DPoP error=", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, deployment.Gateway.Service.Arrivals);
    }

    [Fact]
    public async Task Request_with_two_proofs_is_refused()
    {
        using var client = new ProofMaker();
        var token = deployment.Token(client);
        using var http = deployment.Gateway.Http(token, "DPoP");
        http.DefaultRequestHeaders.Add("DPoP", [client.Make(Url, token), client.Make(Url, token)]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("api/v1/deviations")).StatusCode);
        var answer = await deployment.Gateway.WireAsync(
            $"GET /api/v1/deviations HTTP/1.1\r\nHost: a\r\nAuthorization: DPoP {token}\r\n"
            + $"DPoP: {client.Make(Url, token)}\r\nDPoP: {client.Make(Url, token)}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dpop_deployment_refuses_bearer_use_and_tokens_without_a_key()
    {
        using var client = new ProofMaker();
        var token = deployment.Token(client);
        Assert.Equal(HttpStatusCode.Unauthorized, (await deployment.Gateway.SendAsync(token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await deployment.Gateway.SendAsync(token, proof: client.Make(Url, token))).StatusCode);
        var unbound = deployment.Gateway.Issuer.Token();
        Assert.Equal(HttpStatusCode.Unauthorized, (await deployment.Gateway.SendAsync(unbound, scheme: "DPoP", proof: client.Make(Url, unbound))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await deployment.Gateway.SendAsync(unbound)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Proof_is_accepted_once_across_instances_and_restarts(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var issuer = new TestIssuer();
        await issuer.StartAsync();
        var settings = Settings(database.ConnectionString, provider);
        // Both start at the same time and find no table.
        var instances = await Task.WhenAll(GatewayUnderTest.StartAsync(issuer, settings), GatewayUnderTest.StartAsync(issuer, settings));
        try
        {
            foreach (var instance in instances) await instance.WaitForKeysAsync();
            using var client = new ProofMaker();
            var token = issuer.Token(Bound(client));
            var last = "";
            for (var round = 0; round < 10; round++)
            {
                last = client.Make(Url, token);
                var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => instances[i % 2].SendAsync(token, scheme: "DPoP", proof: last)));
                var byStatus = answers.CountBy(a => a.StatusCode).Select(c => (c.Key, c.Value)).Order();
                Assert.Equal([(HttpStatusCode.OK, 1), (HttpStatusCode.Unauthorized, 19)], byStatus);
            }
            foreach (var instance in instances) await instance.Process.KillAsync();
            foreach (var instance in instances) await instance.Process.StartAsync();
            foreach (var instance in instances) await instance.WaitForKeysAsync();
            // A new proof is accepted; one that was used before the kill is refused.
            Assert.Equal(HttpStatusCode.OK, (await instances[0].SendAsync(token, scheme: "DPoP", proof: client.Make(Url, token))).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await instances[1].SendAsync(token, scheme: "DPoP", proof: last)).StatusCode);
        }
        finally
        {
            foreach (var instance in instances) await instance.DisposeAsync();
        }
    }

    [Fact]
    public async Task Gateway_answers_503_while_the_proof_database_is_unavailable()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var (wire, connection) = database.ByWire();
        await using var cuttable = wire;
        await using var gateway = await GatewayUnderTest.StartAsync(null, Settings(connection + ";Timeout=2;Command Timeout=2", DatabaseProvider.Postgres));
        using var client = new ProofMaker();
        var token = gateway.Issuer.Token(Bound(client));
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(token, scheme: "DPoP", proof: client.Make(Url, token))).StatusCode);
        wire.Mode = WireMode.Cut;
        using (var answer = await gateway.SendAsync(token, scheme: "DPoP", proof: client.Make(Url, token)))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
        }
        wire.Mode = WireMode.Pass;
        await Eventually.IsTrue(
            async () => (await gateway.SendAsync(token, scheme: "DPoP", proof: client.Make(Url, token))).StatusCode == HttpStatusCode.OK,
            TimeSpan.FromSeconds(30));
    }

    private static Dictionary<string, object> Bound(ProofMaker client)
    {
        var claims = TestIssuer.Person();
        claims["cnf"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["jkt"] = client.Thumbprint };
        return claims;
    }

    private static (string Key, string? Value)[] Settings(string connection, DatabaseProvider provider) =>
        [("Tokens:Scheme", "DPoP"), ("Tokens:PublicUrl", PublicUrl), ("Database:Provider", provider.ToString()), ("ConnectionStrings:Database", connection)];

    public sealed class Deployment : IAsyncLifetime
    {
        private TestDatabase _database = null!;

        public GatewayUnderTest Gateway { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
            Gateway = await GatewayUnderTest.StartAsync(null, Settings(_database.ConnectionString, DatabaseProvider.Sqlite));
        }

        internal string Token(ProofMaker client) => Gateway.Issuer.Token(Bound(client));

        public async Task DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using static Avvik.Gateway.Tests.ScriptedServer;

namespace Avvik.Gateway.Tests;

/// <summary>The client's tokens, from the development issuer in a process of its own: it asks for assertions, proofs and nonces as HelseID does.</summary>
public sealed class Client_token_tests : IAsyncLifetime
{
    private const string EmptyPage = """{"items":[],"nextCursor":null}""";
    private readonly string _folder = global::System.IO.Directory.CreateTempSubdirectory("avvik-tokens-").FullName;
    private readonly ConcurrentQueue<(string Authorization, string Proof)> _seen = [];
    private ServiceProcess _issuer = null!;

    public async Task InitializeAsync()
    {
        var url = $"http://127.0.0.1:{ServiceProcess.FreePort()}";
        _issuer = new ServiceProcess("Avvik.DevIdentity", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = url,
            ["Issuer"] = url,
            ["SigningKeyFile"] = Path.Combine(_folder, "issuer.pem"),
        });
        await _issuer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        global::System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("EC", "jwk")]
    [InlineData("EC", "pem")]
    [InlineData("RSA", "jwk")]
    [InlineData("RSA", "pem")]
    public async Task Client_gets_one_token_and_proves_each_request(string keyType, string format)
    {
        await using var server = await StartAsync([Seen(200, EmptyPage), Seen(503), Seen(200, EmptyPage)]);
        await using var services = Services(server, await CredentialsAsync(keyType, format));
        var client = services.GetRequiredService<IAvvikClient>();
        await client.ListCasesAsync(new() { Limit = 5 });
        await client.ListCasesAsync();
        Assert.Equal(3, _seen.Count);
        Assert.StartsWith("DPoP ", Assert.Single(_seen.Select(s => s.Authorization).Distinct()), StringComparison.Ordinal);
        Assert.Equal(3, _seen.Select(s => s.Proof).Distinct().Count());
        var token = _seen.First().Authorization["DPoP ".Length..];
        var thumbprint = JsonElement.Parse(Base64UrlEncoder.Decode(token.Split('.')[1])).GetProperty("cnf").GetProperty("jkt").GetString();
        foreach (var (_, proof) in _seen)
        {
            // Read by the gateway's own code: form, signature, method, address without query, and hash of the token.
            var (read, refusal) = await Tokens.Proofs.Proof.ReadAsync(proof, "GET", new Uri(server.Address, "api/v1/cases"), token, DateTimeOffset.UtcNow);
            Assert.True(read?.KeyThumbprint == thumbprint, refusal);
        }
    }

    [Fact]
    public async Task Token_that_is_refused_is_replaced_once()
    {
        await using var server = await StartAsync([Seen(401), Seen(200, EmptyPage), Seen(401), Seen(401)]);
        await using var services = Services(server, await CredentialsAsync("EC", "jwk") with { UseDpop = false });
        var client = services.GetRequiredService<IAvvikClient>();
        await client.ListCasesAsync();
        Assert.Equal(2, _seen.Select(s => s.Authorization).Distinct().Count());
        Assert.StartsWith("Bearer ", _seen.First().Authorization, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => client.ActAsync(Guid.Empty, 1, "acknowledge"));
        Assert.Equal((HttpStatusCode.Unauthorized, 4), (refused.Status, server.Requests.Count));
    }

    [Fact]
    public async Task Token_is_renewed_before_it_expires()
    {
        await using var server = await StartAsync([Seen(200, EmptyPage), Seen(200, EmptyPage), Seen(200, EmptyPage)]);
        // An issuer whose first token is as good as expired.
        var port = ServiceProcess.FreePort();
        var url = $"http://127.0.0.1:{port}";
        await using var issuer = await StartAsync(port, [Answer(200, $$"""{"issuer":"{{url}}","token_endpoint":"{{url}}/token"}"""),
            Answer(200, """{"access_token":"first","expires_in":20}"""), Answer(200, """{"access_token":"second","expires_in":3600}""")]);
        await using var services = Services(server, await CredentialsAsync("EC", "jwk") with { Issuer = issuer.Address });
        for (var i = 0; i < 3; i++) await services.GetRequiredService<IAvvikClient>().ListCasesAsync();
        Assert.Equal(["DPoP first", "DPoP second", "DPoP second"], _seen.Select(s => s.Authorization));
    }

    [Fact]
    public async Task Issuer_that_refuses_is_told_apart_from_one_that_does_not_answer()
    {
        await using var server = await StartAsync([]);
        var credentials = await CredentialsAsync("EC", "jwk");
        await using (var services = Services(server, credentials with { Scope = "nhn:avvik/none" }))
        {
            var refused = await Assert.ThrowsAsync<AvvikTokenException>(() => services.GetRequiredService<IAvvikClient>().ListCasesAsync());
            Assert.Equal("invalid_scope", refused.Error);
        }
        await using (var services = Services(server, credentials with { Issuer = new Uri($"http://127.0.0.1:{ServiceProcess.FreePort()}/") }))
            await Assert.ThrowsAsync<AvvikUnavailableException>(() => services.GetRequiredService<IAvvikClient>().ListCasesAsync());
        Assert.Empty(server.Requests);
        Assert.DoesNotContain("\"d\"", credentials.ToString(), StringComparison.Ordinal);
    }

    private Func<HttpContext, Task> Seen(int status, string json = "{}") => context =>
    {
        _seen.Enqueue((context.Request.Headers.Authorization.ToString(), context.Request.Headers["DPoP"].ToString()));
        return Answer(status, json)(context);
    };

    private static ServiceProvider Services(ScriptedServer server, AvvikCredentials credentials) => new ServiceCollection()
        .AddAvvikClient(server.Address, credentials, new AvvikResilience { Retries = 1, FirstDelay = TimeSpan.FromMilliseconds(5) })
        .Services.BuildServiceProvider();

    /// <summary>A client that is registered with a new key.</summary>
    private async Task<AvvikCredentials> CredentialsAsync(string keyType, string format)
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var key = keyType == "EC" ? JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ec))
            : JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: true)));
        var jwk = keyType == "EC" ? new JsonObject { ["kty"] = key.Kty, ["crv"] = key.Crv, ["x"] = key.X, ["y"] = key.Y }
            : new JsonObject { ["kty"] = key.Kty, ["n"] = key.N, ["e"] = key.E };
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(_issuer.Address, "connect/register"), new JsonObject
        {
            ["orgnr_parent"] = "970540008",
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(jwk.DeepClone()) },
        });
        var client = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        foreach (var (name, value) in new[] { ("d", key.D), ("p", key.P), ("q", key.Q), ("dp", key.DP), ("dq", key.DQ), ("qi", key.QI) })
            if (value is not null) jwk[name] = value;
        return new AvvikCredentials
        {
            Issuer = _issuer.Address,
            ClientId = client.GetProperty("client_id").GetString()!,
            PrivateKey = (keyType, format) switch
            {
                (_, "jwk") => jwk.ToJsonString(),
                ("EC", _) => ec.ExportPkcs8PrivateKeyPem(),
                _ => rsa.ExportPkcs8PrivateKeyPem(),
            },
        };
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Avvik.Contracts;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.System.Tests;

/// <summary>The gateway with the real services behind it; its own rules are tested in Avvik.Gateway.Tests.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Gateway_tests(RunningSystem system)
{
    private const string Hamar = "970540008";

    [Fact]
    public async Task Service_accepts_only_the_gateways_token_for_itself_and_the_gateway_not_its_own()
    {
        using var ec = ECDsa.Create();
        ec.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(system.Data, "secrets", "internal-token-private.pem")));
        using var strange = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        static string Internal(ECDsa key, string audience = "avvik-reporting") => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "avvik-gateway",
            Audience = audience,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = "x",
                ["client_id"] = "x",
                ["organization"] = Hamar,
                ["role"] = "reporter"
            },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key), SecurityAlgorithms.EcdsaSha256),
        });
        var reporting = new Uri($"http://127.0.0.1:{await system.PortOfAsync("reporting")}/");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Internal(ec), reporting));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Internal(ec, "avvik-routing"), reporting));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Internal(strange), reporting));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(await system.TokenAsync(Hamar, "reporter"), reporting));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Internal(ec)));
    }

    [Fact]
    public async Task Stopped_service_is_answered_with_503_while_others_work()
    {
        using var http = system.Http(await system.TokenAsync(Hamar, "coordinator"));
        var described = await http.GetStringAsync("openapi/v1.json");
        await system.KillAsync("statistics");
        try
        {
            using var away = await http.GetAsync("api/v1/statistics");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (away.StatusCode, away.Content.Headers.ContentType?.MediaType));
            Assert.NotNull(away.Headers.RetryAfter);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("api/v1/deviations")).StatusCode);
            using var ready = await http.GetAsync("health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Equal(described, await http.GetStringAsync("openapi/v1.json"));
        }
        finally
        {
            await system.UpAsync();
        }
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("health/ready")).StatusCode);
    }

    [Fact]
    public async Task OpenAPI_document_describes_every_service()
    {
        using var http = new HttpClient { BaseAddress = system.Address };
        using var document = JsonDocument.Parse(await http.GetStringAsync("openapi/v1.json"));
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        foreach (var path in new[] { "/api/v1/deviations", "/api/v1/deviations/validate", "/api/v1/deviations/{id}/withdraw", "/api/v1/triage/{id}/decision",
            "/api/v1/cases", "/api/v1/cases/{id}/answer", "/api/v1/directory", "/api/v1/statistics" })
            Assert.Contains(path, paths);
    }

    [Fact]
    public async Task Parked_messages_of_every_service_require_an_administrator()
    {
        foreach (var service in RunningSystem.Services)
        {
            using var admin = system.Http(await system.TokenAsync(Hamar, Roles.Admin));
            Assert.Equal("""{"items":[],"nextCursor":null}""", await admin.GetStringAsync($"ops/{service}/parked"));
            using var coordinator = system.Http(await system.TokenAsync(Hamar, Roles.Coordinator));
            Assert.Equal(HttpStatusCode.Forbidden, (await coordinator.GetAsync($"ops/{service}/parked")).StatusCode);
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string token, Uri? address = null)
    {
        using var http = new HttpClient { BaseAddress = address ?? system.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/deviations");
        if (token.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType == "application/problem+json");
        return response.StatusCode;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Avvik.Contracts;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.System.Tests;

/// <summary>The one door, with the real issuer's and the real gateway's keys in the hands of somebody who would misuse them.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Gateway_tests(RunningSystem system)
{
    private const string Hamar = "970540008";

    [Fact]
    public async Task A_token_is_taken_only_from_the_issuer_for_us_in_time_signed_and_with_an_organisation()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(system.Data, "secrets", "identity-signing.pem")));
        using var strange = RSA.Create(2048);
        var key = new RsaSecurityKey(rsa);
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        var issuer = $"http://127.0.0.1:{await system.PortOfAsync("identity")}";
        string Token(string? from = null, string audience = "avvik", int seconds = 300, string? organization = Hamar, SigningCredentials? by = null) =>
            new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
            {
                Issuer = from ?? issuer,
                Audience = audience,
                IssuedAt = DateTime.UtcNow.AddSeconds(seconds - 600),
                Expires = DateTime.UtcNow.AddSeconds(seconds),
                Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "x", ["client_id"] = "x", ["role"] = "reporter" }.Concat(
                    organization is null ? [] : [KeyValuePair.Create<string, object>("organization", organization)]).ToDictionary(),
                SigningCredentials = by ?? new SigningCredentials(key, SecurityAlgorithms.RsaSha256),
            });
        static string Unsigned(string token) => $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}")}.{token.Split('.')[1]}.";

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Token()));
        var publicKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = key.KeyId };
        foreach (var (what, token) in new[]
        {
            ("nothing", ""), ("garbage", "abc"), ("another issuer", Token(from: "https://elsewhere.example")), ("another audience", Token(audience: "other")),
            ("expired", Token(seconds: -60)), ("no organisation", Token(organization: null)), ("no organisation number", Token(organization: "97054000x")),
            ("alg none", Unsigned(Token())), ("the public key as a secret", Token(by: new SigningCredentials(publicKey, SecurityAlgorithms.HmacSha256))),
            ("a strange key", Token(by: new SigningCredentials(new RsaSecurityKey(strange), SecurityAlgorithms.RsaSha256))), ("a changed payload", Token().Replace(".ey", ".eY", StringComparison.Ordinal)),
        })
            Assert.True(await StatusAsync(token) == HttpStatusCode.Unauthorized, what);
    }

    [Fact]
    public async Task The_services_take_the_gateways_word_and_nobody_elses_and_the_gateway_does_not_take_its_own_from_outside()
    {
        using var ec = ECDsa.Create();
        ec.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(system.Data, "secrets", "internal-token-private.pem")));
        using var strange = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        static string Internal(ECDsa key) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "avvik-gateway",
            Audience = "avvik-services",
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "x", ["client_id"] = "x", ["organization"] = Hamar, ["role"] = "reporter" },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key), SecurityAlgorithms.EcdsaSha256),
        });
        var reporting = new Uri($"http://127.0.0.1:{await system.PortOfAsync("reporting")}/");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Internal(ec), reporting));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Internal(strange), reporting));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(await system.TokenAsync(Hamar, "reporter"), reporting));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Internal(ec)));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_told_so_whether_its_length_is_told_or_not()
    {
        using var http = system.Http(await system.TokenAsync(Hamar, "reporter"));
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/deviations") { Content = new ByteArrayContent(new byte[300_000]) { Headers = { ContentType = new("application/json") } } };
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await http.SendAsync(request);
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }
    }

    [Fact]
    public async Task A_service_that_is_down_is_a_503_that_says_when_to_come_back_and_the_others_go_on()
    {
        using var http = system.Http(await system.TokenAsync(Hamar, "coordinator"));
        await system.KillAsync("statistics");
        try
        {
            using var away = await http.GetAsync("api/v1/statistics");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (away.StatusCode, away.Content.Headers.ContentType?.MediaType));
            Assert.NotNull(away.Headers.RetryAfter);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("api/v1/deviations")).StatusCode);
            using var ready = await http.GetAsync("health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }
        finally
        {
            await system.UpAsync();
        }
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("health/ready")).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/deviations/..%2Ftriage")]
    [InlineData("/api/v1/deviations/%2e%2e%2ftriage")]
    [InlineData("/api/v1//triage")]
    [InlineData("//api/v1/deviations")]
    [InlineData("/api/v1/deviations;/../triage")]
    [InlineData("/openapi/v1.json/../../ops/reporting/parked")]
    [InlineData("/api/v1/cases/../../../ops/routing/parked")]
    [InlineData("/ops/reporting/../routing/parked")]
    [InlineData("/health/../ops/reporting/parked")]
    [InlineData("http://127.0.0.1/ops/reporting/parked")]
    public async Task No_way_of_writing_a_path_gets_a_caller_where_its_role_does_not(string target)
    {
        // By hand, since a client library would tidy the path up.
        using var tcp = new TcpClient("127.0.0.1", system.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {await system.TokenAsync(Hamar, "reporter")}\r\nConnection: close\r\n\r\n"));
        var answer = await new StreamReader(stream).ReadLineAsync();
        Assert.Matches("^HTTP/1.1 (400|403|404) ", answer);
    }

    [Fact]
    public async Task Answers_are_not_kept_sniffed_or_framed_and_do_not_say_what_served_them()
    {
        using var http = system.Http(await system.TokenAsync(Hamar, "reporter"));
        using var response = await http.GetAsync("api/v1/deviations");
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task One_description_holds_the_whole_surface()
    {
        using var http = new HttpClient { BaseAddress = system.Address };
        using var document = JsonDocument.Parse(await http.GetStringAsync("openapi/v1.json"));
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        foreach (var path in new[] { "/api/v1/deviations", "/api/v1/deviations/validate", "/api/v1/deviations/{id}/withdraw", "/api/v1/triage/{id}/decision", "/api/v1/cases", "/api/v1/cases/{id}/answer", "/api/v1/directory", "/api/v1/statistics" })
            Assert.Contains(path, paths);
    }

    [Fact]
    public async Task The_operators_page_of_every_service_is_for_administrators()
    {
        foreach (var service in RunningSystem.Services)
        {
            using var admin = system.Http(await system.TokenAsync(Hamar, Roles.Admin));
            Assert.Equal("[]", await admin.GetStringAsync($"ops/{service}/parked"));
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

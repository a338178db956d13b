using System.Net;
using System.Net.Http.Json;
using Avvik.Testing;

namespace Avvik.Gateway.Tests;

/// <summary>A gateway in front of the services and the workbench.</summary>
public sealed class WorkbenchGateway : IAsyncLifetime
{
    public const string PublicUrl = "https://avvik.example";

    public GatewayUnderTest Gateway { get; private set; } = null!;
    public EchoService Workbench { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Workbench = await EchoService.StartAsync();
        Gateway = await GatewayUnderTest.StartAsync(null,
            ("Tokens:PublicUrl", PublicUrl), ("ReverseProxy:Clusters:workbench:Destinations:primary:Address", $"http://127.0.0.1:{Workbench.Port}/"));
    }

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Workbench.DisposeAsync();
    }
}

public sealed class Workbench_tests(WorkbenchGateway shared) : IClassFixture<WorkbenchGateway>
{
    private readonly GatewayUnderTest _gateway = shared.Gateway;

    [Theory]
    [InlineData("")]
    [InlineData("saker/0198-a")]
    [InlineData("signin-oidc?code=a")]
    [InlineData("apiary")]
    [InlineData("css/site.css")]
    public async Task Workbench_receives_its_paths_without_a_token(string path)
    {
        var before = shared.Workbench.Arrivals;
        using var answer = await _gateway.SendAsync(null, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/" + path, (await answer.Content.ReadFromJsonAsync<Arrival>())!.Target);
        Assert.Equal(before + 1, shared.Workbench.Arrivals);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("API/v1/deviations/x/y")]
    [InlineData("api/v2/anything")]
    [InlineData("fhir/Patient")]
    [InlineData("fhir/Task")]
    [InlineData("ops/gateway/parked")]
    [InlineData("openapi/reporting.json")]
    [InlineData("docs/elsewhere/deeper")]
    [InlineData("health/reporting")]
    [InlineData("metrics")]
    public async Task Workbench_never_receives_the_paths_of_the_api(string path)
    {
        var before = shared.Workbench.Arrivals;
        using var answer = await _gateway.SendAsync(null, path);
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.Unauthorized });
        Assert.Equal(before, shared.Workbench.Arrivals);
    }

    [Fact]
    public async Task Workbench_gets_cookies_and_public_url_but_no_token_or_forged_headers()
    {
        using var http = _gateway.Http(_gateway.Issuer.Token());
        http.DefaultRequestHeaders.Host = "forged.example";
        string[] forged =
            ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded", "X-Original-URL", "X-HTTP-Method-Override"];
        foreach (var name in forged) http.DefaultRequestHeaders.TryAddWithoutValidation(name, "forged");
        foreach (var (name, value) in new[] { ("Cookie", "session=abc"), ("HX-Request", "true"), ("RequestVerificationToken", "r") })
            http.DefaultRequestHeaders.Add(name, value);
        var arrival = (await http.GetFromJsonAsync<Arrival>("saker"))!;
        Assert.Equal(("https", "avvik.example", "127.0.0.1"),
            (arrival.Headers["X-Forwarded-Proto"], arrival.Headers["X-Forwarded-Host"], arrival.Headers["X-Forwarded-For"]));
        Assert.Equal(("session=abc", "true", "r"), (arrival.Headers["Cookie"], arrival.Headers["HX-Request"], arrival.Headers["RequestVerificationToken"]));
        Assert.Empty(arrival.Headers.Keys.Intersect(["Authorization", "X-Forwarded-Prefix", "Forwarded", "X-Original-URL", "X-HTTP-Method-Override"],
            StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain("forged", arrival.Headers.Values);
        // A service gets neither cookies nor X-Forwarded headers.
        Assert.Empty((await http.GetFromJsonAsync<Arrival>("api/v1/deviations"))!.Headers.Keys
            .Intersect(["Cookie", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"], StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Workbench_may_override_the_default_security_headers_and_services_may_not()
    {
        using var own = await _gateway.SendAsync(null,
            "saker?header=Content-Security-Policy:default-src 'self'&header=Cache-Control:public, max-age=60"
            + "&header=Referrer-Policy:same-origin&header=Set-Cookie:session%3Dabc");
        Assert.Equal(["default-src 'self'"], own.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["same-origin"], own.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["session=abc"], own.Headers.GetValues("Set-Cookie"));
        Assert.Equal("public, max-age=60", own.Headers.CacheControl!.ToString());
        Assert.Equal(["nosniff"], own.Headers.GetValues("X-Content-Type-Options"));

        using var silent = await _gateway.SendAsync(null, "saker");
        Assert.Equal(["default-src 'none'; frame-ancestors 'none'"], silent.Headers.GetValues("Content-Security-Policy"));
        Assert.True(silent.Headers.CacheControl!.NoStore);

        using var service = await _gateway.SendAsync(
            _gateway.Issuer.Token(), "api/v1/deviations?header=Content-Security-Policy:default-src *&header=Cache-Control:public");
        Assert.Equal(["default-src 'none'; frame-ancestors 'none'"], service.Headers.GetValues("Content-Security-Policy"));
        Assert.True(service.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Workbench_has_the_body_limit_and_the_rate_limit_of_the_edge()
    {
        using var http = _gateway.Http();
        using var large = await http.PostAsync("saker", new ByteArrayContent(new byte[300_000]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);

        await using var gateway = await GatewayUnderTest.StartAsync(null, ("RateLimits:RequestsPerSecond", "1"),
            ("Tokens:PublicUrl", WorkbenchGateway.PublicUrl),
            ("ReverseProxy:Clusters:workbench:Destinations:primary:Address", $"http://127.0.0.1:{shared.Workbench.Port}/"));
        async Task<bool> AnswersAsync(HttpStatusCode status) => (await gateway.SendAsync(null, "saker")).StatusCode == status;
        await Eventually.IsTrue(() => AnswersAsync(HttpStatusCode.OK), TimeSpan.FromSeconds(10));
        await Eventually.IsTrue(() => AnswersAsync(HttpStatusCode.TooManyRequests), TimeSpan.FromSeconds(10));
        // A client with a token has a limit of its own.
        await Eventually.IsTrue(async () => (await gateway.SendAsync(gateway.Issuer.Token())).StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Gateway_is_ready_while_the_workbench_is_down()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null,
            ("Tokens:PublicUrl", WorkbenchGateway.PublicUrl), ("ReverseProxy:Clusters:workbench:Destinations:primary:Address", "http://127.0.0.1:1/"));
        using var answer = await gateway.SendAsync(null, "saker");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Gateway_answers_404_without_a_workbench_and_requires_public_url_with_one()
    {
        await using var without = await GatewayUnderTest.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await without.SendAsync(null, "saker")).StatusCode);

        await using var unnamed = await GatewayUnderTest.CreateAsync(null,
            ("ReverseProxy:Clusters:workbench:Destinations:primary:Address", "http://127.0.0.1:1/"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => unnamed.Process.StartAsync());
        Assert.Contains("Tokens:PublicUrl", unnamed.Process.Log, StringComparison.Ordinal);
    }
}

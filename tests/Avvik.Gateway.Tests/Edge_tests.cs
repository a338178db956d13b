using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Avvik.Testing;

namespace Avvik.Gateway.Tests;

/// <summary>Malformed, forged and excessive requests at the gateway.</summary>
public sealed class Edge_tests(BearerGateway shared) : IClassFixture<BearerGateway>
{
    private readonly GatewayUnderTest _gateway = shared.Gateway;

    private string Authorization => $"Authorization: Bearer {_gateway.Issuer.Token()}\r\n";

    private static string StatusOf(string answer) => answer.Split(' ') is ["HTTP/1.1", var status, ..] ? status : $"no answer: {answer}";

    private Task<string> GetAsync(string target, string headers = "") =>
        _gateway.WireAsync($"GET {target} HTTP/1.1\r\nHost: avvik\r\n{Authorization}{headers}Connection: close\r\n\r\n");

    [Theory]
    [InlineData("/api/v1/deviations/..%2Ftriage")]
    [InlineData("/api/v1/deviations/%2e%2e%2ftriage")]
    [InlineData("/api/v1/deviations/%252e%252e%252ftriage")]
    [InlineData("/api/v1/deviations/..%5ctriage")]
    [InlineData("/api/v1/deviations/..\\triage")]
    [InlineData("/api/v1/deviations/../triage")]
    [InlineData("/api/v1/deviations/./")]
    [InlineData("/api/v1/deviations/%2e%2e/triage")]
    [InlineData("/api/v1/deviations/...")]
    [InlineData("/api/v1//triage")]
    [InlineData("//api/v1/deviations")]
    [InlineData("/api/v1/deviations;/../triage")]
    [InlineData("/api/v1/deviations;a=b")]
    [InlineData("/api/v1/deviations%00")]
    [InlineData("/api/v1/deviations%0d%0aX-A:b")]
    [InlineData("/api/v1/deviation%73")]
    [InlineData("/api/v1/deviations#/../triage")]
    [InlineData("/api/v1/dev\u00efations")]
    [InlineData("/openapi/v1.json/../../ops/reporting/parked")]
    [InlineData("/health/../ops/reporting/parked")]
    [InlineData("*")]
    [InlineData("avvik:443")]
    [InlineData("api/v1/deviations")]
    [InlineData("http://elsewhere/api/v1/deviations")]
    [InlineData("http://avvik/api/v1/../../ops/reporting/parked")]
    public async Task Path_that_servers_may_parse_differently_is_refused(string target)
    {
        var before = _gateway.Service.Arrivals;
        Assert.Matches("^HTTP/1.1 40[05] ", await GetAsync(target));
        Assert.Equal(before, _gateway.Service.Arrivals);
    }

    [Fact]
    public async Task Unambiguous_path_is_forwarded_unchanged_also_in_absolute_form()
    {
        foreach (var target in new[] { "/api/v1/deviations?from=2026-01-01&text=a%2F..%2Fb", "/api/v1/deviations/0198-a_b.c~d/$validate",
            "http://avvik/api/v1/deviations" })
        {
            var answer = await GetAsync(target);
            Assert.Equal("200", StatusOf(answer));
            Assert.Contains(target.Replace("http://avvik", "", StringComparison.Ordinal), answer.Replace("\\u0026", "&", StringComparison.Ordinal),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    [InlineData("get")]
    public async Task Unsupported_method_is_not_forwarded(string method)
    {
        var before = _gateway.Service.Arrivals;
        Assert.Matches("^HTTP/1.1 (400|405) ", await _gateway.WireAsync(
            $"{method} /api/v1/deviations HTTP/1.1\r\nHost: avvik\r\n{Authorization}Connection: close\r\n\r\n"));
        Assert.Equal(before, _gateway.Service.Arrivals);
    }

    [Fact]
    public async Task Forged_identity_and_forwarding_headers_are_not_forwarded()
    {
        using var http = _gateway.Http(_gateway.Issuer.Token());
        string[] forged =
        [
            "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL",
            "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "Cookie", "Proxy-Authorization", "X-Internal-Token", "organization", "role",
            "X-User", "baggage", "TE", "Trailer", "Keep-Alive", "X-Named-Hop-By-Hop",
        ];
        foreach (var name in forged) http.DefaultRequestHeaders.TryAddWithoutValidation(name, "admin");
        http.DefaultRequestHeaders.TryAddWithoutValidation("Connection", "X-Named-Hop-By-Hop");
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", "en");
        http.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", "\"3\"");
        http.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", "\"a\"");
        http.DefaultRequestHeaders.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var arrival = (await http.GetFromJsonAsync<Arrival>("api/v1/deviations"))!;
        Assert.Equal("GET", arrival.Method);
        Assert.Empty(arrival.Headers.Keys.Except(["Host", "Authorization", "Accept-Language", "If-Match", "If-None-Match", "traceparent", "tracestate"],
            StringComparer.OrdinalIgnoreCase));
        Assert.Equal(("en", "\"3\"", "\"a\""), (arrival.Headers["Accept-Language"], arrival.Headers["If-Match"], arrival.Headers["If-None-Match"]));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", arrival.Headers["traceparent"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("41814061033")]
    [InlineData("a41814061033.pdf")]
    public async Task Path_with_a_person_number_is_refused_and_never_logged(string segment)
    {
        var before = _gateway.Service.Arrivals;
        Assert.Equal("400", StatusOf(await GetAsync($"/api/v1/reports/{segment}/2026-Q3")));
        Assert.Equal(before, _gateway.Service.Arrivals);
        Assert.DoesNotContain("41814061033", _gateway.Process.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00-0af76519418140610338b211c80319cc-b7ad6b7169203331-01")]
    [InlineData("41814061033")]
    [InlineData("00-41814061033-b7ad6b7169203331-01")]
    public async Task Trace_context_with_a_person_number_or_invalid_form_is_replaced(string traceparent)
    {
        using var http = _gateway.Http(_gateway.Issuer.Token());
        http.DefaultRequestHeaders.TryAddWithoutValidation("traceparent", traceparent);
        http.DefaultRequestHeaders.TryAddWithoutValidation("tracestate", "a=41814061033");
        var arrival = (await http.GetFromJsonAsync<Arrival>("api/v1/deviations"))!;
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", arrival.Headers["traceparent"]);
        Assert.DoesNotContain("41814061033", string.Join('\n', arrival.Headers.Values), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host: elsewhere\r\n", "400")]
    [InlineData("Content-Length: 0\r\nContent-Length: 5\r\n", "400")]
    [InlineData("Content-Length: 5, 6\r\n", "400")]
    [InlineData("Content-Length: -1\r\n", "400")]
    [InlineData("Content-Length: +2\r\n", "400")]
    [InlineData("Content-Length: 2 \r\nContent-Length: +2\r\n", "400")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n", "400")]
    [InlineData("Transfer-Encoding: gzip\r\n", "400")]
    [InlineData("Content-Type: application/json\r\nContent-Type: text/plain\r\n", "400")]
    [InlineData("Authorization: Bearer x\r\n", "401")]
    [InlineData("X-A : b\r\n", "400")]
    [InlineData("X-A: b\r\n continued\r\n", "400")]
    public async Task Request_with_invalid_or_contradicting_headers_is_refused(string headers, string status)
    {
        var before = _gateway.Service.Arrivals;
        Assert.Equal(status, StatusOf(await _gateway.WireAsync(
            $"POST /api/v1/deviations HTTP/1.1\r\nHost: avvik\r\n{Authorization}{headers}Connection: close\r\n\r\n")));
        Assert.Equal(before, _gateway.Service.Arrivals);
    }

    [Fact]
    public async Task Request_smuggled_behind_a_body_with_two_lengths_is_not_processed()
    {
        var before = _gateway.Service.Arrivals;
        var answer = await _gateway.WireAsync(
            $"POST /api/v1/deviations HTTP/1.1\r\nHost: avvik\r\n{Authorization}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            + $"GET /ops/reporting/parked HTTP/1.1\r\nHost: avvik\r\n{Authorization}Connection: close\r\n\r\n");
        Assert.DoesNotContain("/ops/", answer, StringComparison.Ordinal);
        Assert.InRange(_gateway.Service.Arrivals, before, before + 1);
    }

    [Fact]
    public async Task Route_of_attachments_takes_a_file_and_answers_413_to_a_larger_one()
    {
        using var http = _gateway.Http(_gateway.Issuer.Token());
        foreach (var (size, status) in new[] { (5_000_000, HttpStatusCode.OK), (11_000_000, HttpStatusCode.RequestEntityTooLarge) })
        {
            using var body = new ByteArrayContent(new byte[size]);
            using var response = await http.PostAsync($"api/v1/deviations/{Guid.CreateVersion7()}/attachments", body);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task Too_large_body_answers_413_with_and_without_content_length()
    {
        using var http = _gateway.Http(_gateway.Issuer.Token());
        foreach (var chunked in new[] { false, true })
        {
            var body = new ByteArrayContent(new byte[300_000]) { Headers = { ContentType = new("application/json") } };
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/deviations") { Content = body };
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await http.SendAsync(request);
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"),
                (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }
    }

    [Fact]
    public async Task Too_long_headers_or_request_line_are_refused()
    {
        Assert.Equal("431", StatusOf(await GetAsync("/api/v1/deviations", $"X-Long: {new string('a', 17_000)}\r\n")));
        Assert.Equal("431", StatusOf(await GetAsync("/api/v1/deviations", string.Concat(Enumerable.Range(0, 150).Select(i => $"X-{i}: a\r\n")))));
        Assert.Equal("414", StatusOf(await GetAsync($"/api/v1/deviations?a={new string('a', 9_000)}")));
    }

    [Fact]
    public async Task Client_that_stalls_in_headers_or_body_is_disconnected()
    {
        async Task<string> StallAsync(string text)
        {
            using var tcp = new TcpClient("127.0.0.1", _gateway.Port);
            await using var stream = tcp.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
            return await GatewayUnderTest.ReadToEndAsync(stream);
        }
        var body = $"POST /api/v1/deviations HTTP/1.1\r\nHost: avvik\r\n{Authorization}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{";
        var answers = await Task.WhenAll(StallAsync("GET /api/v1/deviations HTTP/1.1\r\nHost: av"), StallAsync(body));
        Assert.Equal("408", StatusOf(answers[0]));
        Assert.Matches("^(HTTP/1.1 (400|408|502|503) .*|)$", answers[1].Split('\r')[0]);
    }

    [Fact]
    public async Task Rate_limit_answers_429_with_retry_after_per_client()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null, ("RateLimits:RequestsPerSecond", "1"));
        string As(string client, string organization) => gateway.Issuer.Token(new Dictionary<string, object>(TestIssuer.Person(), StringComparer.Ordinal)
        {
            ["client_id"] = client,
            ["helseid://claims/client/claims/orgnr_parent"] = organization,
        });
        var mine = As("one", "970540008");
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(mine)).StatusCode);
        var refused = HttpStatusCode.OK;
        for (var i = 0; i < 20 && refused == HttpStatusCode.OK; i++)
        {
            using var answer = await gateway.SendAsync(mine);
            refused = answer.StatusCode;
            if (refused == HttpStatusCode.OK) continue;
            Assert.Equal(HttpStatusCode.TooManyRequests, refused);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, refused);
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(As("two", "970540008"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(As("one", "983971709"))).StatusCode);
    }

    [Fact]
    public async Task Service_that_does_not_answer_in_time_gives_504()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null, ("ReverseProxy:Clusters:reporting:HttpRequest:ActivityTimeout", "00:00:01"));
        using var answer = await gateway.SendAsync(gateway.Issuer.Token(), "api/v1/deviations?hang=1");
        Assert.Equal((HttpStatusCode.GatewayTimeout, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Kestrel_endpoints_serve_http_2_with_and_without_tls()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var folder = Directory.CreateTempSubdirectory("avvik-tls-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "certificate.pem"), certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
            var (clear, tls) = (ServiceProcess.FreePort(), ServiceProcess.FreePort());
            await using var gateway = await GatewayUnderTest.StartAsync(null,
                ("Kestrel:Endpoints:Plain:Url", "http://127.0.0.1:{port}"),
                ("Kestrel:Endpoints:Clear:Url", $"http://127.0.0.1:{clear}"),
                ("Kestrel:Endpoints:Clear:Protocols", "Http2"),
                ("Kestrel:Endpoints:Tls:Url", $"https://127.0.0.1:{tls}"),
                ("Kestrel:Endpoints:Tls:Certificate:Path", Path.Combine(folder, "certificate.pem")),
                ("Kestrel:Endpoints:Tls:Certificate:KeyPath", Path.Combine(folder, "key.pem")));
            using var handler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString(),
                },
            };
            using var http = new HttpClient(handler);
            (string Url, Version Version)[] endpoints =
            [
                ($"http://127.0.0.1:{gateway.Port}", HttpVersion.Version11),
                ($"http://127.0.0.1:{clear}", HttpVersion.Version20),
                ($"https://127.0.0.1:{tls}", HttpVersion.Version20),
                ($"https://127.0.0.1:{tls}", HttpVersion.Version11),
            ];
            foreach (var (url, version) in endpoints)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}/api/v1/deviations");
                (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
                request.Headers.Authorization = new("Bearer", gateway.Issuer.Token());
                using var answer = await http.SendAsync(request);
                Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Vocabulary_is_open_to_callers_without_a_token()
    {
        foreach (var path in new[] { "api/v1/vocabulary", "api/v1/vocabulary/harm" })
        {
            using var response = await _gateway.SendAsync(token: null, path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Responses_have_security_headers_and_do_not_name_the_server()
    {
        foreach (var path in new[] { "api/v1/deviations", "nowhere", "health/ready", "api/v1/%" })
        {
            using var response = await _gateway.SendAsync(_gateway.Issuer.Token(), path);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.True(response.Headers.CacheControl!.NoStore);
            Assert.False(response.Headers.Contains("Server") || response.Headers.Contains("X-Powered-By") || response.Headers.Contains("Via"));
        }
    }

    [Fact]
    public async Task Health_endpoints_are_the_gateways_and_internal_paths_answer_404()
    {
        using var http = _gateway.Http();
        Assert.Equal("Healthy", await http.GetStringAsync("health/live"));
        Assert.Equal("Healthy", await http.GetStringAsync("health/ready"));
        foreach (var path in new[] { "health", "health/reporting", "api/v1/health/ready", "metrics", "openapi/reporting.json", "ops", "ops/gateway/parked" })
            Assert.Equal(HttpStatusCode.NotFound, (await _gateway.SendAsync(_gateway.Issuer.Token(), path)).StatusCode);
    }
}

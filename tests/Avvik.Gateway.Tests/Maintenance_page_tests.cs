using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Avvik.Gateway.Tests;

public sealed partial class Maintenance_page_tests
{
    [Theory]
    [InlineData("nb", "Avvik er ikke tilgjengelig akkurat nå")]
    [InlineData("en", "Avvik is not available just now")]
    public async Task Browser_gets_a_page_when_the_workbench_does_not_answer(string language, string title)
    {
        await using var gateway = await WithoutWorkbenchAsync();
        using var answer = await SendAsync(gateway, HttpMethod.Get, "text/html,application/xhtml+xml,*/*;q=0.8", language);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(answer.Headers.RetryAfter);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"<h1>{title}</h1>", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv=\"refresh\"", page, StringComparison.Ordinal);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        var style = Style().Match(page).Groups["style"].Value;
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_that_did_not_arrive_is_not_sent_again_by_the_page()
    {
        await using var gateway = await WithoutWorkbenchAsync();
        using var answer = await SendAsync(gateway, HttpMethod.Post, "text/html", "nb");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.DoesNotContain("http-equiv=\"refresh\"", page, StringComparison.Ordinal);
        Assert.Contains("Gå tilbake", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_gets_a_problem_when_the_workbench_does_not_answer()
    {
        await using var gateway = await WithoutWorkbenchAsync();
        using var answer = await SendAsync(gateway, HttpMethod.Get, "application/json", "nb");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static async Task<GatewayUnderTest> WithoutWorkbenchAsync()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        return await GatewayUnderTest.StartAsync(null,
            ("Tokens:PublicUrl", WorkbenchGateway.PublicUrl), ("ReverseProxy:Clusters:workbench:Destinations:primary:Address", $"http://127.0.0.1:{port}/"));
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayUnderTest gateway, HttpMethod method, string accept, string language)
    {
        using var http = gateway.Http(null);
        using var request = new HttpRequestMessage(method, "worklist");
        request.Headers.Accept.ParseAdd(accept);
        request.Headers.AcceptLanguage.ParseAdd(language);
        return await http.SendAsync(request);
    }

    [GeneratedRegex("<style>(?<style>.*?)</style>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Style();
}

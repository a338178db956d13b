using System.Collections.Concurrent;

namespace Avvik.Workbench.Tests;

[Collection(nameof(WorkbenchSystem))]
public sealed class Browser_rules_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Content_security_policy_allows_nothing_unsafe()
    {
        await using var visit = await system.OpenAsync();
        var response = await visit.GoAsync("/signin/signed-out");
        var policy = (await response!.AllHeadersAsync())["content-security-policy"];
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Reference_of_the_api_shows_its_calls_and_fetches_nothing_from_elsewhere()
    {
        await using var visit = await system.OpenAsync();
        var elsewhere = new ConcurrentBag<string>();
        visit.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(system.Address, StringComparison.Ordinal) && request.Url.StartsWith("http", StringComparison.Ordinal))
                elsewhere.Add(request.Url);
        };
        await visit.GoAsync("/docs");
        // What is further down comes when it is scrolled to.
        await visit.Page.GetByText("/api/v1/access-log/routing/verification").First.WaitForAsync(new() { Timeout = 60_000 });
        Assert.Empty(elsewhere);
        // It tells its version there.
        Assert.All(visit.Complaints, c => Assert.Contains("@scalar/api-reference", c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Assets_are_whole_compressed_and_kept_for_a_year()
    {
        await using var visit = await system.OpenAsync();
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        await visit.GoAsync("/signin/signed-out");
        var links = await visit.Page.EvaluateAsync<string[]>("""
            async () => {
                await document.fonts.load('400 1rem Inter'); // the page does not wait for it
                const fonts = performance.getEntriesByType('resource').map(r => r.name).filter(name => name.endsWith('.woff2'));
                return [...document.querySelectorAll('link[href], script[src]')].map(e => e.href || e.src).concat(fonts);
            }
            """);
        foreach (var link in links.Distinct())
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, link);
            request.Headers.AcceptEncoding.ParseAdd("br");
            using var response = await http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            Assert.True(response.Headers.CacheControl!.MaxAge > TimeSpan.FromDays(300));
            sizes[Path.GetExtension(link)] = (await response.Content.ReadAsByteArrayAsync()).Length;
        }
        Assert.InRange(sizes[".css"], 10_000, 40_000);
        Assert.InRange(sizes[".js"], 10_000, 30_000);
        Assert.InRange(sizes[".woff2"], 15_000, 40_000);
    }
}

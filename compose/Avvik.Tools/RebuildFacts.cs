using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Avvik.Tools;

/// <summary>Rebuilds what Statistics counts from the services that own it.</summary>
internal sealed class RebuildFacts : IDisposable
{
    // Seconds without progress after which the facts are said not to arrive.
    private const int Patience = 30;
    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;
    private readonly HttpClient _http;

    /// <param name="gateway">The gateway.</param>
    /// <param name="token">An administrator's access token.</param>
    public RebuildFacts(Uri gateway, string token)
    {
        _http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(2) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Returns when every fact has been published again and counted. It can be interrupted and run again.</summary>
    /// <exception cref="ToolException">A service does not answer, or facts do not arrive.</exception>
    public async Task RunAsync()
    {
        var before = await FactsAsync();
        await WalkAsync("statistics/facts/invalidate");
        // In this order, a deviation that moves from Triage to Routing meanwhile is published by Routing if Triage no longer has it.
        var published = await WalkAsync("routing/replay");
        published += await WalkAsync("triage/replay");

        var (after, unchanged) = (await FactsAsync(), 0);
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (after.Invalidated > 0 || after.Count < published)
        {
            if (unchanged == Patience)
            {
                throw new ToolException($"{published} facts were published; of the {after.Count} counted, {after.Invalidated} are invalidated still: "
                    + "nobody owns them, or their events wait. See compose/status and /ops/{service}/parked.");
            }
            await pause.WaitForNextTickAsync();
            var now = await FactsAsync();
            unchanged = (now.Count, now.Invalidated) == (after.Count, after.Invalidated) ? unchanged + 1 : 0;
            after = now;
        }
        Console.WriteLine((after.Count, after.ContentHashes) == (before.Count, before.ContentHashes)
            ? $"{after.Count} facts rebuilt; none has changed"
            : $"{after.Count} facts rebuilt; there were {before.Count}, or some have changed");
    }

    public void Dispose() => _http.Dispose();

    private Task<Facts> FactsAsync() => ReadAsync<Facts>(HttpMethod.Get, "statistics/facts");

    /// <returns>How many the pages name together.</returns>
    private async Task<long> WalkAsync(string path)
    {
        var total = 0L;
        for (string? after = null; ;)
        {
            var page = await ReadAsync<Page>(HttpMethod.Post, after is null ? path : $"{path}?after={after}");
            total += page.Count;
            if ((after = page.Next) is null) return total;
        }
    }

    private async Task<T> ReadAsync<T>(HttpMethod method, string path)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri($"ops/{path}", UriKind.Relative));
            using var response = await _http.SendAsync(request);
            if (!response.IsSuccessStatusCode) throw new ToolException($"{method} /ops/{path} answered {(int)response.StatusCode}: see compose/status.");
            return (await response.Content.ReadFromJsonAsync<T>(Json))!;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new ToolException($"{method} /ops/{path} failed: see compose/status.");
        }
    }

    private sealed record Facts(long Count, long Invalidated, long ContentHashes);

    private sealed record Page(long Count, string? Next);
}

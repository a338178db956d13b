using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Avvik.Load;

/// <summary>What people see through the gateway: of a sample just sent, how many the worklist showed and statistics counted.</summary>
internal sealed record Seen(int Sample, int Worklist, long Statistics, string? Problem);

/// <summary>Asks the gateway, with tokens, what the database files were taken to mean.</summary>
internal sealed class GatewayCheck(string repository, int port) : IDisposable
{
    private const int Sample = 10;
    private readonly HttpClient _gateway = new() { BaseAddress = new($"http://127.0.0.1:{port}/") };

    public Task<string> TokenAsync(string organization, string role) => Commands.RunAsync(repository, "token", "--organization", organization, "--role", role);

    public async Task<Seen> LookAsync(LoadGenerator load, Line[] corpus, IReadOnlyList<int> lines)
    {
        // The respondent most often written to, so that one worklist and one community hold the whole sample.
        var (respondent, community) = lines.Select(i => (corpus[i].Respondent, corpus[i].Community)).CountBy(key => key).MaxBy(pair => pair.Value).Key;
        var chosen = lines.Where(i => corpus[i].Respondent == respondent).ToArray();
        var coordinator = await TokenAsync(respondent, "coordinator");
        var statistics = $"api/v1/statistics?community={community}&from=2000-01-01&to={TimeProvider.System.GetLocalNow():yyyy-MM-dd}&by=direction";
        try
        {
            var before = await TotalAsync();
            var sent = await load.ProbeAsync(Enumerable.Range(0, Sample).Select(i => chosen[i % chosen.Length]));
            var worklist = await GetAsync($"api/v1/cases?organization={respondent}&sort=-receivedAt&limit=200", coordinator);
            var shown = worklist.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()).ToHashSet();
            return new(Sample, sent.Count(s => shown.Contains(s.Id)), await TotalAsync() - before, null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException
            or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new(Sample, 0, 0, e.Message);
        }

        async Task<long> TotalAsync() => (await GetAsync(statistics, coordinator)).GetProperty("total").GetProperty("count").GetInt64();
    }

    public void Dispose() => _gateway.Dispose();

    private async Task<JsonElement> GetAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var response = await _gateway.SendAsync(request);
        if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"GET /{path} was answered {(int)response.StatusCode}");
        using var body = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
        return body.RootElement.Clone();
    }
}

using System.Net.Http.Headers;
using System.Text.Json;

namespace Avvik.Tools;

/// <summary>Verifies the access logs of the running system.</summary>
internal static class AccessLogs
{
    private static readonly string[] Services = ["reporting", "triage", "routing", "statistics", "notices"];

    /// <returns>True when every chain holds.</returns>
    public static async Task<bool> VerifyAsync(Uri gateway, string token)
    {
        // A log of millions of lines takes minutes; it reports its progress.
        using var http = new HttpClient { BaseAddress = gateway, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.Accept.ParseAdd("application/x-ndjson");
        var all = true;
        var kept = new List<(string By, string Of, string Hash, long? Contradicted)>();
        foreach (var by in Services)
            foreach (var anchor in (await ReadAnchorsAsync(http, by)).EnumerateArray())
                kept.Add((by, anchor.GetProperty("service").GetString()!, anchor.GetProperty("hash").GetString()!,
                    anchor.GetProperty("contradicted") is { ValueKind: JsonValueKind.Number } at ? at.GetInt64() : null));
        foreach (var service in Services)
        {
            foreach (var (by, _, _, contradicted) in kept.Where(k => k.Of == service && k.Contradicted is not null))
            {
                Console.WriteLine($"{service,-10} WAS REWRITTEN: at line {contradicted} it was not what it had told {by}");
                all = false;
            }
            var others = kept.Where(k => k.Of == service).ToList();
            var answer = await VerifyAsync(http, service, others.Count == 0 ? "" : "?" + string.Join('&', others.Select(k => $"hash={k.Hash}")));
            var (entries, head) = (answer.GetProperty("entries").GetInt64(), answer.GetProperty("head").GetString());
            var broken = answer.GetProperty("firstBroken");
            var (anchors, end) = (answer.GetProperty("anchors").GetInt32(), string.IsNullOrEmpty(head) ? "nothing" : head);
            var intact = answer.GetProperty("intact").GetBoolean();
            Console.WriteLine(intact
                ? $"{service,-10} holds: {entries} lines of the auditor's party, {anchors} anchors, kept by {others.Count} other services, ending in {end}"
                : broken.ValueKind == JsonValueKind.Null ? $"{service,-10} WAS REWRITTEN: it lacks what it had told another service"
                : $"{service,-10} IS BROKEN at line {broken.GetInt64()}; those before it hold");
            all &= intact;
        }
        return all;
    }

    private static async Task<JsonElement> ReadAnchorsAsync(HttpClient http, string service)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"api/v1/access-log/{service}/anchors", UriKind.Relative));
        request.Headers.Accept.ParseAdd("application/json");
        try
        {
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        }
        catch (Exception error) when (error is HttpRequestException or JsonException) { throw NoAnswer(service); }
    }

    private static ToolException NoAnswer(string service) => new($"{service} does not answer: see compose/status.");

    private static async Task<JsonElement> VerifyAsync(HttpClient http, string service, string anchor)
    {
        JsonElement? last = null;
        try
        {
            using var reader = new StreamReader(await http.GetStreamAsync(new Uri($"api/v1/access-log/{service}/verification{anchor}", UriKind.Relative)));
            while (await reader.ReadLineAsync() is { } line)
            {
                last = JsonElement.Parse(line);
                if (!Console.IsErrorRedirected && last.Value.TryGetProperty("checked", out var done))
                    Console.Error.Write($"\r{service,-10} {done.GetInt64()} %\e[K\r");
            }
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or IOException) { last = null; }
        return last is { } answer && answer.TryGetProperty("head", out _) ? answer : throw NoAnswer(service);
    }
}

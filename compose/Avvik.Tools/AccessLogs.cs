using System.Net.Http.Headers;
using System.Text.Json;

namespace Avvik.Tools;

/// <summary>Verifies the access logs of the running system.</summary>
internal static class AccessLogs
{
    private static readonly string[] Services = ["reporting", "triage", "routing", "statistics"];

    /// <returns>True when every chain holds.</returns>
    public static async Task<bool> VerifyAsync(Uri gateway, string token)
    {
        // A log of millions of lines takes minutes; it reports its progress.
        using var http = new HttpClient { BaseAddress = gateway, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.Accept.ParseAdd("application/x-ndjson");
        var all = true;
        foreach (var service in Services)
        {
            var answer = await VerifyAsync(http, service);
            var (entries, head) = (answer.GetProperty("entries").GetInt64(), answer.GetProperty("head").GetString());
            var broken = answer.GetProperty("firstBroken");
            var (anchors, end) = (answer.GetProperty("anchors").GetInt32(), string.IsNullOrEmpty(head) ? "nothing" : head);
            Console.WriteLine(broken.ValueKind == JsonValueKind.Null
                ? $"{service,-10} holds: {entries} lines, {anchors} anchors, ending in {end}"
                : $"{service,-10} IS BROKEN at line {broken.GetInt64()}; the {entries} before it hold");
            all &= broken.ValueKind == JsonValueKind.Null;
        }
        return all;
    }

    private static async Task<JsonElement> VerifyAsync(HttpClient http, string service)
    {
        JsonElement? last = null;
        try
        {
            using var reader = new StreamReader(await http.GetStreamAsync(new Uri($"api/v1/access-log/{service}/verification", UriKind.Relative)));
            while (await reader.ReadLineAsync() is { } line)
            {
                last = JsonElement.Parse(line);
                if (!Console.IsErrorRedirected && last.Value.TryGetProperty("checked", out var done))
                    Console.Error.Write($"\r{service,-10} {done.GetInt64()} of {last.Value.GetProperty("total").GetInt64()} lines\e[K\r");
            }
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or IOException) { last = null; }
        return last is { } answer && answer.TryGetProperty("head", out _) ? answer : throw new ToolException($"{service} does not answer: see compose/status.");
    }
}

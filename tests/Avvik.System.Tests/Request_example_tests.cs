using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>Each example of a request in the description that the gateway serves is sent, where it can be sent in a case's life, and accepted.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Request_example_tests(RunningSystem system)
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709", Unit = "si-elverum-hamar";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Method, string Path, JsonObject Examples)> _described = new(StringComparer.Ordinal);

    [Fact]
    public async Task Every_request_example_of_the_description_is_accepted()
    {
        using var anonymous = new HttpClient { BaseAddress = system.Address };
        var description = JsonNode.Parse(await anonymous.GetStringAsync("openapi/v1.json"))!;
        foreach (var (path, operations) in description["paths"]!.AsObject())
            foreach (var (method, operation) in operations!.AsObject())
                if (operation?["requestBody"]?["content"]?["application/json"]?["examples"] is JsonObject examples)
                    _described[(string)operation["operationId"]!] = (method, path, examples);

        using var nurse = system.Http(await system.TokenAsync(Hamar, "reporter"));
        using var handler = system.Http(await system.TokenAsync(SykehusetInnlandet, "handler", Unit));
        using var coordinator = system.Http(await system.TokenAsync(SykehusetInnlandet, "coordinator"));
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, _) in _described["SubmitDeviation"].Examples) ids[name] = (string)(await SendAsync(nurse, "SubmitDeviation", name))!["id"]!;
        // The same again is the same: what the description says of idempotency.
        Assert.Equal(ids["full"], (string?)(await SendAsync(nurse, "SubmitDeviation", "full"))!["id"]);
        foreach (var (name, _) in _described["ValidateDeviation"].Examples) await SendAsync(nurse, "ValidateDeviation", name);

        var id = ids["full"];
        await Eventually.IsTrue(async () => await StateAsync(handler, id) == "routed", Soon);
        await ActAsync(handler, id, "acknowledge");
        await ActAsync(handler, id, "start");
        await SendAsync(handler, "AskCase", "question", id);
        await Eventually.IsTrue(async () =>
            (string?)JsonNode.Parse(await nurse.GetStringAsync($"api/v1/deviations/{id}"))!["state"] == "awaitingReporter", Soon);
        await SendAsync(nurse, "WriteMessage", "answer", id);
        await Eventually.IsTrue(async () => await StateAsync(handler, id) == "inProgress", Soon);
        await SendAsync(handler, "AnswerCase", "withMeasure", id);
        await SendAsync(nurse, "DisputeCase", "reason", id);
        await SendAsync(coordinator, "ResolveCase", "decision", id);
        await SendAsync(handler, "AnswerCase", "withoutMeasures", id);
        await SendAsync(nurse, "WithdrawDeviation", "reason", ids["minimal"]);
        await SendAsync(nurse, "AddPatients", "more", ids["severalPatients"]);

        Assert.Equal(_described.SelectMany(d => d.Value.Examples.Select(e => $"{d.Key} {e.Key}")).Order(StringComparer.Ordinal),
            _sent.Order(StringComparer.Ordinal));
    }

    private async Task<JsonNode?> SendAsync(HttpClient http, string operation, string example, string? id = null)
    {
        var (method, path, examples) = _described[operation];
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path.TrimStart('/').Replace("{id}", id, StringComparison.Ordinal))
        {
            Content = new StringContent(examples[example]!["value"]!.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (path.StartsWith("/api/v1/cases/", StringComparison.Ordinal)) await AddVersionAsync(http, request, id!);
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{operation} {example}: {(int)response.StatusCode} {body}");
        _sent.Add($"{operation} {example}");
        return body.Length == 0 ? null : JsonNode.Parse(body);
    }

    private static async Task ActAsync(HttpClient http, string id, string action)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/cases/{id}/{action}");
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        await AddVersionAsync(http, request, id);
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task AddVersionAsync(HttpClient http, HttpRequestMessage request, string id)
    {
        using var current = await http.GetAsync(new Uri($"api/v1/cases/{id}", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("If-Match", current.Headers.ETag!.Tag);
    }

    private static async Task<string?> StateAsync(HttpClient http, string id)
    {
        using var response = await http.GetAsync(new Uri($"api/v1/cases/{id}", UriKind.Relative));
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("case").GetProperty("state").GetString() : null;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Avvik.Testing;

/// <summary>Calls of the FHIR interface over HTTP.</summary>
public static class FhirHttp
{
    public static Task<FhirReply> GetFhirAsync(this HttpClient http, string path, params (string Name, string Value)[] headers) =>
        http.SendAsync(HttpMethod.Get, path, null, headers);

    public static Task<FhirReply> SearchFhirAsync(this HttpClient http, string type, params (string Name, string Value)[] parameters) =>
        http.SendAsync(HttpMethod.Post, $"/fhir/{type}/_search", string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}")), [],
            "application/x-www-form-urlencoded");

    public static async Task<FhirReply> SendAsync(this HttpClient http, HttpMethod method, string path, string? body,
        (string Name, string Value)[] headers, string contentType = "application/fhir+json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), response.Headers.ETag?.ToString(),
            response.Headers.Location?.ToString(), response.Content.Headers.ContentType?.MediaType);
    }
}

/// <summary>What came back, and of an OperationOutcome each issue as <c>expression code</c>.</summary>
public sealed record FhirReply(HttpStatusCode Status, JsonNode? Body, string? ETag, string? Location, string? ContentType)
{
    public string Id => (string)Body!["id"]!;

    public IReadOnlyList<string> Issues => [.. Body!["issue"]!.AsArray().Select(i => $"{i!["expression"]?[0]} {i["details"]?["coding"]?[0]?["code"]}")];

    public IReadOnlyList<string> Ids => [.. Body!["entry"]?.AsArray().Select(e => (string)e!["resource"]!["id"]!) ?? []];

    public string? Link(string relation) => (string?)Body!["link"]!.AsArray().FirstOrDefault(l => (string?)l!["relation"] == relation)?["url"];

    public override string ToString() => $"{(int)Status} {Body}";
}

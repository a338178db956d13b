extern alias notices;
extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using System.Text;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Hosting.Lists;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>Dates, quarters and cursors at the edge of what can be written are refused or answered in every parameter and member, and never fail.</summary>
public sealed class Edge_value_tests
{
    private const string Hamar = "970540008";

    private static readonly string[] Values =
    [
        "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-Q1", "9999-Q4", "0000-Q0",
        Cursor.Of(DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), Guid.Empty), Cursor.Of(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(), Guid.Empty),
        Cursor.Of(long.MaxValue, Guid.Empty), Cursor.Of(long.MinValue, Guid.AllBitsSet),
    ];

    [Fact]
    public Task Reporting_answers_every_edge_value() => AssertAnsweredAsync<reporting::Program>(atLeast: 200);

    [Fact]
    public Task Triage_answers_every_edge_value() => AssertAnsweredAsync<triage::Program>(atLeast: 100);

    [Fact]
    public Task Routing_answers_every_edge_value() => AssertAnsweredAsync<routing::Program>(atLeast: 500);

    [Fact]
    public Task Statistics_answers_every_edge_value() => AssertAnsweredAsync<statistics::Program>(atLeast: 200);

    [Fact]
    public Task Notices_answers_every_edge_value() => AssertAnsweredAsync<notices::Program>(atLeast: 100);

    private static async Task AssertAnsweredAsync<TProgram>(int atLeast) where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        var document = JsonNode.Parse(await service.CreateClient().GetStringAsync("/openapi/v1.json"))!;
        var callers = new[] { Roles.Coordinator, Roles.Admin, Roles.Secretariat, Roles.Auditor }.Select(role => service.As(Hamar, role)).ToList();
        var tried = 0;
        foreach (var (path, operations) in document["paths"]!.AsObject())
            foreach (var (method, operation) in operations!.AsObject())
            {
                var parameters = operation!["parameters"]?.AsArray() ?? [];
                foreach (var value in Values)
                {
                    foreach (var parameter in parameters.Where(p => (string?)p!["in"] is "query" or "path"))
                        await TryAsync(method, path, (string)parameter!["name"]!, value, null);
                    if (operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema)
                        foreach (var body in BodiesOf(document, schema, value, 0)) await TryAsync(method, path, null, null, body);
                }
            }
        Assert.True(tried >= atLeast, $"only {tried} requests were tried");

        async Task TryAsync(string method, string path, string? name, string? value, JsonNode? body)
        {
            tried++;
            var address = path;
            if (name is not null)
                address = path.Contains($"{{{name}}}", StringComparison.Ordinal)
                    ? path.Replace($"{{{name}}}", Uri.EscapeDataString(value!), StringComparison.Ordinal)
                    : $"{path}?{name}={Uri.EscapeDataString(value!)}";
            address = address.Replace("{community}", "innlandet", StringComparison.Ordinal).Replace("{quarter}", "2026-Q1", StringComparison.Ordinal)
                .Replace("{code}", "si-tynset", StringComparison.Ordinal);
            while (address.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
                address = address[..start] + Guid.Empty + address[(address.IndexOf('}', StringComparison.Ordinal) + 1)..];
            foreach (var caller in callers)
            {
                using var request = new HttpRequestMessage(new(method.ToUpperInvariant()), address);
                if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                using var response = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode} {method} {address} {body?.ToJsonString()}");
            }
        }
    }

    /// <summary>A body for each text of the schema, with the value there and nothing else.</summary>
    private static IEnumerable<JsonNode> BodiesOf(JsonNode document, JsonNode schema, string value, int depth)
    {
        if (depth > 6) yield break;
        if (schema["$ref"] is { } reference) schema = document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!;
        foreach (var one in new[] { "oneOf", "anyOf", "allOf" })
            foreach (var option in schema[one]?.AsArray() ?? [])
                foreach (var found in BodiesOf(document, option!, value, depth + 1)) yield return found;
        if (Is("string")) yield return JsonValue.Create(value);
        if (Is("array") && schema["items"] is { } items)
            foreach (var body in BodiesOf(document, items, value, depth + 1)) yield return new JsonArray(body);
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            foreach (var body in BodiesOf(document, property!, value, depth + 1)) yield return new JsonObject { [name] = body };

        bool Is(string type) => schema["type"] is JsonArray types ? types.Any(t => (string?)t == type) : (string?)schema["type"] == type;
    }
}

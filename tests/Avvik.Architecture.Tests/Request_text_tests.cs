extern alias notices;
extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using System.Text;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>No text of any request body escapes the check: an identity number in it is refused, in whatever member it stands.</summary>
public sealed class Request_text_tests
{
    // A synthetic number: month + 80.
    private const string SyntheticNumber = "41814061033";
    private const string Hamar = "970540008";
    // Meant to hold an identity: sealed, checked by a register's own rule, or what is to be struck and is kept nowhere.
    private static readonly string[] Identities = ["/patient/identifier", "/patients/0/identifier", "/reporter/hprNumber", "/identifier", "/passage",
        "/email", "/leaderEmail", "/phone", "/communities/0/trust/units/0/mailbox", "/communities/0/providers/0/mailbox",
        "/communities/0/sharedUnits/0/mailbox"];

    [Fact]
    public Task Reporting_refuses_an_identity_in_any_text() => AssertRefusedAsync<reporting::Program>(atLeast: 20);

    [Fact]
    public Task Triage_refuses_an_identity_in_any_text() => AssertRefusedAsync<triage::Program>(atLeast: 8);

    [Fact]
    public Task Routing_refuses_an_identity_in_any_text() => AssertRefusedAsync<routing::Program>(atLeast: 100);

    [Fact]
    public Task Statistics_refuses_an_identity_in_any_text() => AssertRefusedAsync<statistics::Program>(atLeast: 2);

    [Fact]
    public Task Notices_refuses_an_identity_in_any_text() => AssertRefusedAsync<notices::Program>(atLeast: 2);

    [Fact]
    public async Task Every_answer_to_a_text_can_carry_its_warnings()
    {
        await AssertWarnsAsync<reporting::Program>(atLeast: 4);
        await AssertWarnsAsync<triage::Program>(atLeast: 1);
        await AssertWarnsAsync<routing::Program>(atLeast: 25);
        await AssertWarnsAsync<statistics::Program>(atLeast: 2);
    }

    // The operator's endpoints answer with nothing, or with their progress; an envelope is opened and figures are tried out with codes alone.
    private static readonly string[] WithoutWarnings = ["/patient/open", "/patients/open", "/reporter/open", "/simulate", "/access-log/reporting/patient",
        "/statistics/history", "/notices/settings", "/notices/units/{code}",
        "/webhooks", "/webhooks/{id}", "/webhooks/{id}/replay", "/deviations/launch", "/launch/open", "/national-report"];

    private static async Task AssertWarnsAsync<TProgram>(int atLeast) where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        var document = JsonNode.Parse(await service.CreateClient().GetStringAsync("/openapi/v1.json"))!;
        var found = 0;
        foreach (var (path, operations) in document["paths"]!.AsObject())
            foreach (var (method, operation) in operations!.AsObject())
            {
                if (operation!["requestBody"]?["content"]?["application/json"]?["schema"] is not { } schema || !TextsOf(document, schema, 0).Any()
                    || path.StartsWith("/ops/", StringComparison.Ordinal) || WithoutWarnings.Any(end => path.EndsWith(end, StringComparison.Ordinal))) continue;
                var answers = operation["responses"]!.AsObject().Where(r => r.Key is "200" or "201" or "204").ToList();
                Assert.NotEmpty(answers);
                foreach (var (status, answer) in answers.Where(a => a.Key != "204"))
                {
                    var reference = ((string)answer!["content"]!["application/json"]!["schema"]!["$ref"]!).Split('/')[^1];
                    Assert.True(document["components"]!["schemas"]![reference]!["properties"]!["warnings"] is not null, $"{method} {path} {status}");
                }
                found++;
            }
        Assert.True(found >= atLeast, $"{found} operations");
    }

    private static async Task AssertRefusedAsync<TProgram>(int atLeast) where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        var document = JsonNode.Parse(await service.CreateClient().GetStringAsync("/openapi/v1.json"))!;
        var callers = new[] { Roles.Coordinator, Roles.Admin, Roles.Secretariat }.Select(role => service.As(Hamar, role)).ToList();
        var tried = 0;
        foreach (var (path, operations) in document["paths"]!.AsObject())
            foreach (var (method, operation) in operations!.AsObject())
            {
                if (operation!["requestBody"]?["content"]?["application/json"]?["schema"] is not { } schema) continue;
                foreach (var (pointer, body) in TextsOf(document, schema, 0))
                {
                    if (Identities.Contains(pointer)) continue;
                    tried++;
                    var answers = new List<string>();
                    foreach (var caller in callers)
                    {
                        using var request = new HttpRequestMessage(new(method.ToUpperInvariant()), path
                            .Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal)
                            .Replace("{measureId}", Guid.Empty.ToString(), StringComparison.Ordinal).Replace("{code}", "si-tynset", StringComparison.Ordinal)
                            .Replace("{community}", "innlandet", StringComparison.Ordinal).Replace("{quarter}", "2026-Q1", StringComparison.Ordinal));
                        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                        using var response = await caller.SendAsync(request);
                        answers.Add($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                    }
                    Assert.True(answers.Exists(a => Names(a, path, pointer)), $"{method} {path} {pointer}: {string.Join('\n', answers)}");
                }
            }
        Assert.True(tried >= atLeast, $"only {tried} texts were tried");
    }

    // The operator's endpoints refuse without saying where.
    private static bool Names(string answer, string path, string pointer) => path.StartsWith("/ops/", StringComparison.Ordinal)
        ? answer.StartsWith("400 ", StringComparison.Ordinal)
        : answer.Contains($"\"pointer\":\"{pointer}\"", StringComparison.Ordinal);

    /// <summary>The least that fits a schema.</summary>
    private static JsonNode Filler(JsonNode document, JsonNode schema)
    {
        if (schema["$ref"] is { } reference) schema = document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!;
        if ((schema["type"] is JsonArray types ? types[^1] : schema["type"])?.ToString() is "string" or null && schema["properties"] is null)
            return (string?)schema["format"] == "date" ? "2026-01-01" : "x";
        if (schema["items"] is not null) return new JsonArray();
        var filled = new JsonObject();
        foreach (var required in schema["required"]?.AsArray() ?? [])
            filled[(string)required!] = Filler(document, schema["properties"]![(string)required!]!);
        return filled;
    }

    /// <summary>Each text of the schema, and a body with the number there and nothing else.</summary>
    private static IEnumerable<(string Pointer, JsonNode Body)> TextsOf(JsonNode document, JsonNode schema, int depth)
    {
        if (depth > 6) yield break;
        if (schema["$ref"] is { } reference) schema = document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!;
        foreach (var one in new[] { "oneOf", "anyOf", "allOf" })
            foreach (var option in schema[one]?.AsArray() ?? [])
                foreach (var found in TextsOf(document, option!, depth + 1)) yield return found;
        if (Is("string") && (string?)schema["format"] is not ("uuid" or "date-time")) yield return ("", JsonValue.Create(SyntheticNumber));
        if (Is("array") && schema["items"] is { } items)
            foreach (var (pointer, body) in TextsOf(document, items, depth + 1)) yield return ($"/0{pointer}", new JsonArray(body));
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            foreach (var (pointer, body) in TextsOf(document, property!, depth + 1)) yield return ($"/{name}{pointer}", With(name, body));

        // Below the top a record that lacks what it requires is not read at all, so the rest of it is filled in.
        JsonObject With(string name, JsonNode body)
        {
            var filled = new JsonObject { [name] = body };
            foreach (var required in depth == 0 ? [] : schema["required"]?.AsArray().Select(r => (string)r!) ?? [])
                if (required != name) filled[required] = Filler(document, schema["properties"]![required]!);
            return filled;
        }

        bool Is(string type) => schema["type"] is JsonArray types ? types.Any(t => (string?)t == type) : (string?)schema["type"] == type;
    }
}

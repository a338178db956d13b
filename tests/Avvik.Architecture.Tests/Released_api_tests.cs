using System.Globalization;
using System.Text.Json.Nodes;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>
/// What clients of the last release would notice. Within <c>/api/v1</c> nothing is removed, renamed or narrowed unseen: each such change is a line of
/// contracts/openapi/breaking.txt, and has one in CHANGELOG.md.
/// </summary>
public sealed class Released_api_tests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "contracts/openapi");

    [Fact]
    public async Task Breaking_changes_since_the_last_release_are_exactly_those_that_are_listed()
    {
        var released = Directory.GetFiles(Path.Combine(Folder, "released"), "*.json")
            .MaxBy(f => Version.Parse(Path.GetFileNameWithoutExtension(f)))!;
        var changes = BreakingChanges(await ReadAsync(released), await ReadAsync(Path.Combine(Folder, "v1.json")));
        var list = Path.Combine(Folder, "breaking.txt");
        if (Environment.GetEnvironmentVariable("AVVIK_ACCEPT_BREAKING") == "1") await File.WriteAllLinesAsync(list, changes);
        var listed = await File.ReadAllLinesAsync(list);
        Assert.True(changes.SequenceEqual(listed), $"Since {Path.GetFileNameWithoutExtension(released)}, not listed in contracts/openapi/breaking.txt:\n"
            + $"{string.Join('\n', changes.Except(listed))}\nlisted, but not so:\n{string.Join('\n', listed.Except(changes))}");
    }

    [Theory]
    [InlineData("/paths/~1a", "get /a: gone")]
    [InlineData("/paths/~1a/post/parameters/0", "post /a: parameter q is gone")]
    [InlineData("/paths/~1a/post/responses/200", "post /a: answer 200 is gone")]
    [InlineData("/components/schemas/Answer/properties/id", "Answer: member id is gone")]
    [InlineData("/components/schemas/Answer/required/0", "Answer: id is no longer always there")]
    [InlineData("/components/schemas/Body/properties/kind/enum/1", "Body.kind: code b is gone")]
    [InlineData("/components/schemas/Body/properties/text", "Body: member text is gone")]
    public void Removal_from_the_description_is_found(string pointer, string expected)
    {
        var after = Small();
        Remove(after, pointer.Split('/')[1..]);
        Assert.Contains(expected, BreakingChanges(Small(), after));
        Assert.Empty(BreakingChanges(Small(), Small()));
        // What is added breaks nothing.
        Assert.Empty(BreakingChanges(Small(), Small()).Concat(BreakingChanges(WithoutAnswerMember(), Small())));
    }

    [Fact]
    public void New_demand_of_a_request_and_another_type_are_found()
    {
        var after = Small();
        after["components"]!["schemas"]!["Body"]!["required"]!.AsArray().Add("text");
        after["components"]!["schemas"]!["Answer"]!["properties"]!["id"]!["type"] = "integer";
        after["paths"]!["/a"]!["post"]!["parameters"]!.AsArray().Add(JsonNode.Parse("""{"name":"r","in":"query","required":true}"""));
        Assert.Equal(["Answer.id: another type", "Body: text is demanded", "post /a: parameter r is demanded"], BreakingChanges(Small(), after));
    }

    private static List<string> BreakingChanges(JsonNode before, JsonNode after)
    {
        var changes = new SortedSet<string>(StringComparer.Ordinal);
        // Whose demands grow breaks who sends; what is no longer promised breaks who reads.
        var (sent, read) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (path, operations) in before["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var what = $"{method} {path}";
                if (after["paths"]![path]?[method] is not { } now)
                {
                    changes.Add($"{what}: gone");
                    continue;
                }
                foreach (var parameter in Parameters(operation).Keys.Except(Parameters(now).Keys, StringComparer.OrdinalIgnoreCase))
                    changes.Add($"{what}: parameter {parameter} is gone");
                foreach (var (name, parameter) in Parameters(now))
                    if (parameter["in"]!.ToString() == "query" && (bool?)parameter["required"] == true && !Parameters(operation).ContainsKey(name))
                        changes.Add($"{what}: parameter {name} is demanded");
                foreach (var (status, _) in operation!["responses"]!.AsObject())
                    if (status[0] == '2' && now["responses"]![status] is null) changes.Add($"{what}: answer {status} is gone");
                Collect(operation["requestBody"], before, sent);
                Collect(operation["responses"], before, read);
            }
        }
        var (schemasBefore, schemasNow) = (before["components"]!["schemas"]!, after["components"]!["schemas"]!);
        foreach (var name in sent.Union(read).Order(StringComparer.Ordinal))
        {
            // A schema's name is not part of the contract: whoever has none any more is compared where it was used.
            if (schemasNow[name]?["properties"] is not JsonObject now || schemasBefore[name]!["properties"] is not JsonObject was) continue;
            foreach (var (member, schema) in was)
            {
                if (now[member] is not { } current)
                {
                    changes.Add($"{name}: member {member} is gone");
                    continue;
                }
                if (Shape(schema!) is { } shape && Shape(current) is { } currentShape && shape != currentShape) changes.Add($"{name}.{member}: another type");
                if (!sent.Contains(name)) continue;
                foreach (var code in Codes(schema!).Except(Codes(current), StringComparer.Ordinal)) changes.Add($"{name}.{member}: code {code} is gone");
            }
            var (required, requiredNow) = (Required(schemasBefore[name]!), Required(schemasNow[name]!));
            if (sent.Contains(name)) foreach (var member in requiredNow.Except(required)) changes.Add($"{name}: {member} is demanded");
            if (read.Contains(name) && !sent.Contains(name))
                foreach (var member in required.Except(requiredNow).Where(now.ContainsKey)) changes.Add($"{name}: {member} is no longer always there");
        }
        return [.. changes];
    }

    private static Dictionary<string, JsonNode> Parameters(JsonNode? operation) => (operation?["parameters"]?.AsArray() ?? [])
        .DistinctBy(p => ((string)p!["name"]!).ToUpperInvariant()).ToDictionary(p => (string)p!["name"]!, p => p!, StringComparer.OrdinalIgnoreCase);

    private static HashSet<string> Required(JsonNode schema) =>
        [.. (schema["required"]?.AsArray() ?? []).Select(r => (string)r!)];

    private static IEnumerable<string> Codes(JsonNode schema) =>
        ((schema["enum"] ?? schema["items"]?["enum"])?.AsArray() ?? []).Where(c => c is not null).Select(c => (string)c!);

    // The type without null and without the text that a number may be sent as; null where a reference says it.
    private static string? Shape(JsonNode schema) => schema["type"] switch
    {
        null => null,
        JsonArray types => string.Join(' ', types.Select(t => (string)t!).Where(t => t != "null").Order(StringComparer.Ordinal)),
        var type => type.ToString(),
    };

    private static void Collect(JsonNode? node, JsonNode document, HashSet<string> names)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var item in array) Collect(item, document, names);
                break;
            case JsonObject members:
                if (members["$ref"] is JsonValue reference && names.Add(reference.ToString().Split('/')[^1]))
                    Collect(document["components"]!["schemas"]![reference.ToString().Split('/')[^1]], document, names);
                foreach (var (name, member) in members)
                    if (name != "$ref") Collect(member, document, names);
                break;
        }
    }

    private static async Task<JsonNode> ReadAsync(string file) => JsonNode.Parse(await File.ReadAllTextAsync(file))!;

    private static void Remove(JsonNode document, string[] path)
    {
        var parent = path[..^1].Aggregate(document, (node, part) => node is JsonArray array
            ? array[int.Parse(part, CultureInfo.InvariantCulture)]! : node[part.Replace("~1", "/", StringComparison.Ordinal)]!);
        if (parent is JsonArray items) items.RemoveAt(int.Parse(path[^1], CultureInfo.InvariantCulture));
        else parent.AsObject().Remove(path[^1].Replace("~1", "/", StringComparison.Ordinal));
    }

    private static JsonNode WithoutAnswerMember()
    {
        var small = Small();
        small["components"]!["schemas"]!["Answer"]!["properties"]!.AsObject().Remove("id");
        small["components"]!["schemas"]!["Answer"]!["required"]!.AsArray().Clear();
        return small;
    }

    private static JsonNode Small() => JsonNode.Parse("""
        {
          "paths": { "/a": {
            "get": { "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Answer" } } } } } },
            "post": {
              "parameters": [ { "name": "q", "in": "query" } ],
              "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Body" } } } },
              "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Answer" } } } } }
            }
          } },
          "components": { "schemas": {
            "Body": { "type": "object", "required": ["kind"],
              "properties": { "kind": { "type": "string", "enum": ["a", "b"] }, "text": { "type": "string" } } },
            "Answer": { "type": "object", "required": ["id"], "properties": { "id": { "type": ["null", "string"] } } }
          } }
        }
        """)!;
}

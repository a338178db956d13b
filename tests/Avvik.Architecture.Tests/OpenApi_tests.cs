extern alias gateway;
extern alias notices;
extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Storage;
using Avvik.Testing;
using ApiDescription = gateway::Avvik.Gateway.Descriptions.ApiDescription;

namespace Avvik.Architecture.Tests;

/// <summary>The API's description is checked in, so that a change of the API is seen in review. <c>contracts/openapi/update</c> writes it.</summary>
public sealed class OpenApi_tests
{
    private static readonly string File = Path.Combine(RepositoryRoot.Path, "contracts/openapi/v1.json");
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Checked_in_document_equals_the_services_description()
    {
        JsonObject[] documents =
        [
            await DescribeAsync<reporting::Program>(), await DescribeAsync<routing::Program>(),
            await DescribeAsync<statistics::Program>(), await DescribeAsync<triage::Program>(), await DescribeAsync<notices::Program>(),
        ];
        var described = ApiDescription.Merge(documents, await StatementAsync(), "Bearer").ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("AVVIK_UPDATE_OPENAPI") == "1")
        {
            await global::System.IO.File.WriteAllTextAsync(File, described);
            return;
        }
        var (now, before) = (described.Split('\n'), (await global::System.IO.File.ReadAllTextAsync(File)).Split('\n'));
        var first = now.Zip(before).TakeWhile(lines => lines.First == lines.Second).Count();
        Assert.True(now.Length == before.Length && first == now.Length,
            $"contracts/openapi/v1.json differs from line {first + 1} on: the services describe «{now.ElementAtOrDefault(first)?.Trim()}». "
            + "Run contracts/openapi/update and review the change.");
    }

    [Fact]
    public async Task Document_names_required_members_codes_and_one_paging_dialect()
    {
        var schemas = JsonNode.Parse(await global::System.IO.File.ReadAllTextAsync(File))!["components"]!["schemas"]!.AsObject();
        var submission = schemas["Submission"]!;
        var required = submission["required"]!.AsArray().Select(r => (string)r!);
        Assert.Equal(["clientReference", "kind", "narrative", "occurredAt", "respondent"], required.Order(StringComparer.Ordinal));
        Assert.Contains("agreementBreach", submission["properties"]!["kind"]!["enum"]!.AsArray().Select(e => (string?)e));
        // Every list is a page: items and nextCursor.
        var lists = schemas.Where(s => s.Value!["properties"]?["items"] is not null).ToList();
        Assert.True(lists.Count >= 8);
        Assert.All(lists, s => Assert.True(s.Value!["properties"]!["nextCursor"] is not null, s.Key));
    }

    private static async Task<JsonNode> StatementAsync()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<reporting::Program>(database);
        using var anonymous = service.CreateClient();
        return JsonNode.Parse(await anonymous.GetStringAsync("/fhir/metadata"))!;
    }

    private static async Task<JsonObject> DescribeAsync<TProgram>() where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        using var anonymous = service.CreateClient();
        return JsonNode.Parse(await anonymous.GetStringAsync("/openapi/v1.json"))!.AsObject();
    }
}

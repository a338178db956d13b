extern alias reporting;
extern alias routing;

using System.Text.Json.Nodes;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>The CapabilityStatement lists exactly what works: each interaction and search parameter is an endpoint's, and each endpoint's is listed.</summary>
public sealed class Capability_tests
{
    // Of every search (R4, search.html#Parameters), and so of no resource's list.
    private static readonly string[] OfEverySearch = ["_count", "_sort", "_format", "cursor"];

    [Fact]
    public async Task Capability_statement_lists_exactly_what_works()
    {
        await using var reportings = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var reporting = new ServiceUnderTest<reporting::Program>(reportings);
        await using var routings = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var routing = new ServiceUnderTest<routing::Program>(routings);
        var endpoints = FhirEndpoint.Of(reporting.Services).Concat(FhirEndpoint.Of(routing.Services)).ToList();
        var statement = JsonNode.Parse(await reporting.CreateClient().GetStringAsync("/fhir/metadata"))!;
        var resources = statement["rest"]![0]!["resource"]!.AsArray().Select(r => r!).ToList();
        Assert.Equal(9, resources.Count);

        var listed = resources.SelectMany(r => Operations(r)).Append("GET /fhir/metadata").Append("GET /fhir/package.tgz").ToHashSet(StringComparer.Ordinal);
        Assert.Equal(listed.Order(StringComparer.Ordinal), endpoints.Select(e => $"{e.Method} {e.Path}").Distinct().Order(StringComparer.Ordinal));

        foreach (var resource in resources)
        {
            var type = (string)resource["type"]!;
            var parameters = (resource["searchParam"]?.AsArray() ?? []).Select(p => (string)p!["name"]!).Order(StringComparer.Ordinal);
            foreach (var search in endpoints.Where(e => e.Method == "GET" && e.Path == $"/fhir/{type}"))
                Assert.Equal(parameters, search.Parameters.Except(OfEverySearch).Select(p => p.Split(':')[0]).Distinct().Order(StringComparer.Ordinal));
        }
    }

    private static IEnumerable<string> Operations(JsonNode resource)
    {
        var path = $"/fhir/{resource["type"]}";
        foreach (var interaction in resource["interaction"]!.AsArray())
            yield return (string?)interaction!["code"] switch
            {
                "create" => $"POST {path}",
                "read" => $"GET {path}/{{id}}",
                "update" => $"PUT {path}/{{id}}",
                "delete" => $"DELETE {path}/{{id}}",
                "search-type" => $"GET {path}",
                var other => $"no endpoint for {other}",
            };
        // A search of what belongs to somebody is a POST, too (R4, http.html#search).
        if ((string?)resource["type"] is "AdverseEvent" or "Task") yield return $"POST {path}/_search";
        foreach (var operation in resource["operation"]?.AsArray() ?? []) yield return $"POST {path}/${operation!["name"]}";
    }
}

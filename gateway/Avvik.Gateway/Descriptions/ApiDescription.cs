using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Gateway.Health;
using Avvik.Gateway.Tokens;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Avvik.Gateway.Descriptions;

/// <summary>One OpenAPI document for the whole API, merged from the services' documents and their CapabilityStatement.</summary>
internal sealed class ApiDescription(Services services, IOptions<TokenOptions> tokens, TimeProvider clock)
{
    // Merging takes a second or two, and a service's description changes when it is upgraded: this long afterwards the new one is served.
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private Merged? _merged;

    public async Task<Results<FileContentHttpResult, Problem>> GetAsync(CancellationToken ct)
    {
        // While a service is away for a moment, what it was described as stays.
        if ((_merged is null || _merged.Until < clock.GetUtcNow()) && await MergeAsync(ct) is { } document)
            _merged = new(clock.GetUtcNow() + Life, JsonSerializer.SerializeToUtf8Bytes(document, Plain));
        return _merged is { } merged ? TypedResults.Bytes(merged.Document, "application/json") : Problem.Unavailable();
    }

    private async Task<JsonObject?> MergeAsync(CancellationToken ct)
    {
        var documents = new List<JsonObject>();
        foreach (var (_, address) in services.All)
        {
            // A document that lacks one service would look complete to a client.
            if (await services.GetAsync(address, "openapi/v1.json", ct) is not { } body || JsonNode.Parse(body) is not JsonObject document)
                return null;
            documents.Add(document);
        }
        return await services.GetAsync(services.All.First(s => s.Name == "reporting").Address, "fhir/metadata", ct) is { } statement
            ? Merge(documents, JsonNode.Parse(statement)!, tokens.Value.Scheme.ToString()!) : null;
    }

    internal static JsonObject Merge(IEnumerable<JsonObject> documents, JsonNode statement, string scheme)
    {
        var (paths, schemas, version) = (new JsonObject(), new JsonObject(), "3.1.1");
        foreach (var document in documents)
        {
            version = (string?)document["openapi"] ?? version;
            foreach (var (path, operations) in document["paths"]!.AsObject()) paths[path] = operations?.DeepClone();
            foreach (var (name, schema) in document["components"]?["schemas"]?.AsObject() ?? []) schemas[name] = schema?.DeepClone();
        }
        FhirDescription.AddTo(paths, schemas, statement);
        var merged = new JsonObject
        {
            ["openapi"] = version,
            ["info"] = new JsonObject
            {
                ["title"] = "Avvik",
                ["version"] = "v1",
                ["description"] = "Deviations (samhandlingsavvik) between hospital trusts and municipalities. Errors are problem documents (RFC 9457). "
                    + "x-idempotent says whether a call may be sent again after a failure without an answer. What is below /fhir is FHIR R4, of which "
                    + "/fhir/metadata and the profiles say more.",
                ["contact"] = new JsonObject { ["name"] = "Avvik" },
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = scheme, ["bearerFormat"] = "JWT" } },
            },
        };
        ApiDetails.AddTo(merged);
        return merged;
    }

    private sealed record Merged(DateTimeOffset Until, byte[] Document);
}

using System.Text.Json.Nodes;
using Avvik.Gateway.Health;
using Avvik.Gateway.Tokens;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Avvik.Gateway.Descriptions;

/// <summary>One OpenAPI document for the whole API, merged from the services' documents.</summary>
internal sealed class ApiDescription(Services services, IOptions<TokenOptions> tokens)
{
    public async Task<Results<Ok<JsonObject>, Problem>> GetAsync(CancellationToken ct)
    {
        var documents = new List<JsonObject>();
        foreach (var (_, address) in services.All)
        {
            // A document that lacks one service would look complete to a client.
            if (await services.GetAsync(address, "openapi/v1.json", ct) is not { } body || JsonNode.Parse(body) is not JsonObject document)
                return Problem.Unavailable();
            documents.Add(document);
        }
        return TypedResults.Ok(Merge(documents, tokens.Value.Scheme.ToString()!));
    }

    internal static JsonObject Merge(IEnumerable<JsonObject> documents, string scheme)
    {
        var (paths, schemas, version) = (new JsonObject(), new JsonObject(), "3.1.1");
        foreach (var document in documents)
        {
            version = (string?)document["openapi"] ?? version;
            foreach (var (path, operations) in document["paths"]!.AsObject()) paths[path] = operations?.DeepClone();
            foreach (var (name, schema) in document["components"]?["schemas"]?.AsObject() ?? []) schemas[name] = schema?.DeepClone();
        }
        var merged = new JsonObject
        {
            ["openapi"] = version,
            ["info"] = new JsonObject
            {
                ["title"] = "Avvik",
                ["version"] = "v1",
                ["description"] = "Deviations (samhandlingsavvik) between hospital trusts and municipalities. Errors are problem documents (RFC 9457). "
                    + "x-idempotent says whether a call may be sent again after a failure without an answer. FHIR R4 is described at /fhir/metadata.",
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
}

using System.Text.Json.Nodes;

namespace Avvik.Gateway.Descriptions;

/// <summary>
/// The FHIR interface in the API's description, from the CapabilityStatement, which lists exactly what works. Resources are open objects here: HL7's schema
/// (https://hl7.org/fhir/R4/fhir.schema.json) and our profiles say what is in them.
/// </summary>
internal static class FhirDescription
{
    public const string MediaType = "application/fhir+json";

    private const string Resource = "FhirResource", Outcome = "FhirOperationOutcome";
    private static readonly string[] ByEverybody = ["406", "429", "503"], ByCaller = ["401", "403"];

    public static void AddTo(JsonObject paths, JsonObject schemas, JsonNode statement)
    {
        schemas[Resource] = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "A resource of FHIR R4 (4.0.1) as JSON: https://hl7.org/fhir/R4/fhir.schema.json describes all of them, and our profiles are "
                + "at /fhir/StructureDefinition. A search answers a Bundle.",
            ["required"] = new JsonArray("resourceType"),
            ["properties"] = new JsonObject { ["resourceType"] = new JsonObject { ["type"] = "string" } },
        };
        schemas[Outcome] = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "What is wrong (FHIR R4, OperationOutcome): expression points at the element, http.NAME at a header, http.query.NAME at a "
                + "parameter.",
            ["required"] = new JsonArray("resourceType", "issue"),
            ["properties"] = new JsonObject
            {
                ["resourceType"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("OperationOutcome") },
                ["issue"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object" } },
            },
        };
        Add("get", "/fhir/metadata", "FhirCapabilities", "What works: the CapabilityStatement", isOpen: true, ["200"], []);
        var package = Add("get", "/fhir/package.tgz", "FhirPackage", "Profiles, code systems and value sets as an NPM-style FHIR package", isOpen: true,
            ["200"], []);
        package["responses"]!["200"]!["content"] =
            new JsonObject { ["application/gzip"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary" } } };
        foreach (var resource in statement["rest"]![0]!["resource"]!.AsArray()) AddResource(resource!);

        void AddResource(JsonNode resource)
        {
            var type = (string)resource["type"]!;
            // What never changes is a definition, for anyone.
            var (path, isOpen) = ($"/fhir/{type}", (string?)resource["versioning"] == "no-version");
            // What belongs to somebody is searched for by a form, too, in pages and in an order.
            var isSearchedByForm = type is "AdverseEvent" or "Task";
            var parameters = (resource["searchParam"]?.AsArray() ?? []).Select(p => (string)p!["name"]!).Concat(isSearchedByForm ? ["_count", "_sort"] : [])
                .ToList();
            foreach (var interaction in resource["interaction"]!.AsArray())
            {
                switch ((string?)interaction!["code"])
                {
                    case "read":
                        Add("get", $"{path}/{{id}}", $"FhirRead{type}", $"Read {An(type)}", isOpen, ["200"], ["404"]);
                        break;
                    case "search-type":
                        var search = Add("get", path, $"FhirSearch{type}", $"Search for {type}", isOpen, ["200"], ["400", "422"]);
                        // A patient is named in a form alone, never in an address.
                        search["parameters"] = new JsonArray([.. parameters.Where(p => p != "subject").Select(p => Parameter(p, "query"))]);
                        break;
                    case "create":
                        Add("post", path, $"FhirCreate{type}", $"Create {An(type)}", isOpen, type == "AdverseEvent" ? ["200", "201"] : ["201"],
                            ["400", "409", "415", "422"], Body(MediaType, Reference(Resource)));
                        break;
                    case "update":
                        Add("put", $"{path}/{{id}}", $"FhirUpdate{type}", $"Update {An(type)}", isOpen, ["200"],
                            ["400", "404", "409", "412", "415", "422", "428"], Body(MediaType, Reference(Resource)));
                        break;
                    case "delete":
                        Add("delete", $"{path}/{{id}}", $"FhirDelete{type}", $"Delete {An(type)}", isOpen, ["204"], ["404"]);
                        break;
                }
            }
            if (isSearchedByForm)
                Add("post", $"{path}/_search", $"FhirSearch{type}ByForm", $"Search for {type} by a form", isOpen, ["200"], ["400", "415", "422"],
                    Body("application/x-www-form-urlencoded", new JsonObject
                    {
                        ["type"] = "object",
                        ["properties"] = new JsonObject(parameters.Select(p =>
                            KeyValuePair.Create(p == "subject" ? "subject:identifier" : p, (JsonNode?)new JsonObject { ["type"] = "string" }))),
                    }));
            foreach (var operation in resource["operation"]?.AsArray() ?? [])
                Add("post", $"{path}/${operation!["name"]}", $"Fhir{Capital((string)operation["name"]!)}{type}", $"${operation["name"]} of {An(type)}", isOpen,
                    ["200"], ["400", "415"], Body(MediaType, Reference(Resource)));
        }

        JsonObject Add(string method, string path, string id, string summary, bool isOpen, string[] done, string[] refused, JsonObject? body = null)
        {
            var operation = new JsonObject { ["tags"] = new JsonArray("FHIR R4"), ["operationId"] = id, ["summary"] = summary };
            if (path.EndsWith("/{id}", StringComparison.Ordinal))
                operation["parameters"] = new JsonArray(Parameter("id", "path"));
            if (body is not null) operation["requestBody"] = body;
            var responses = new JsonObject();
            foreach (var status in done)
                responses[status] = status == "204" ? new JsonObject { ["description"] = "Done." } : Answer("Done.", Resource);
            foreach (var status in refused.Concat(isOpen ? ByEverybody : ByCaller.Concat(ByEverybody)).Order(StringComparer.Ordinal))
                responses[status] = Answer("Refused.", Outcome);
            operation["responses"] = responses;
            if (isOpen) operation["security"] = new JsonArray();
            if (paths[path] is not JsonObject operations) paths[path] = operations = [];
            operations[method] = operation;
            return operation;
        }
    }

    private static JsonNode Parameter(string name, string place) => new JsonObject
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Body(string mediaType, JsonObject schema) => new()
    {
        ["required"] = true,
        ["content"] = new JsonObject { [mediaType] = new JsonObject { ["schema"] = schema } },
    };

    private static JsonObject Answer(string description, string schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [MediaType] = new JsonObject { ["schema"] = Reference(schema) } },
    };

    private static JsonObject Reference(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };

    private static string An(string type) => type[0] is 'A' ? $"an {type}" : $"a {type}";

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Contracts;

namespace Avvik.Gateway.Descriptions;

/// <summary>What no service says of itself: problem types, which calls may be repeated, headers, and examples, each of which a test sends.</summary>
internal static class ApiDetails
{
    private const string IdempotencyKey = "Idempotency-Key";

    // POSTs that have no effect, and those that know a repeat again.
    private static readonly Dictionary<string, string> Repeatable = new(StringComparer.Ordinal)
    {
        ["SubmitDeviation"] = "Idempotent by clientReference: the same client, reference and content again answers 200 with the first receipt, "
            + "other content 409.",
        ["ValidateDeviation"] = "Stores nothing, so it may be repeated.",
        ["SimulateRoutingRules"] = "Changes nothing, so it may be repeated.",
        ["ImportHistory"] = "Idempotent: a report that was imported with the same content is left as it is.",
        ["AddAttachment"] = "Idempotent by content: the same file by the same person again answers 200 with the first.",
        ["RemoveAttachment"] = "Idempotent: a repeat answers 404.",
        ["ReplayWebhook"] = "Says where it continues, so it may be repeated.",
        ["FhirCreateAdverseEvent"] = "Idempotent by identifier: the same again answers 200 with the first receipt, other content 409.",
        ["FhirValidateAdverseEvent"] = "Stores nothing, so it may be repeated.",
        ["FhirSearchAdverseEventByForm"] = "Reads only, so it may be repeated.",
        ["FhirSearchTaskByForm"] = "Reads only, so it may be repeated.",
        ["FhirDeleteSubscription"] = "Idempotent: a repeat answers 404.",
        ["OpenLaunch"] = "Reads only, so it may be repeated until the link has expired.",
        ["DeleteWebhook"] = "Idempotent: a repeat answers 404.",
        ["WriteMessage"] = $"Idempotent with the header {IdempotencyKey}: the same key again is written once.",
    };

    private static readonly JsonObject Examples = Read();

    public static void AddTo(JsonObject document)
    {
        var tags = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                if (operation is not JsonObject described) continue;
                described["operationId"] ??= IdOf(method, path);
                foreach (var tag in described["tags"]?.AsArray() ?? []) tags.Add((string)tag!);
                AddRepetition(method, described);
                foreach (var parameter in described["parameters"]?.AsArray() ?? [])
                    if ((string)parameter!["in"]! == "query") parameter["name"] = JsonNamingPolicy.CamelCase.ConvertName((string)parameter["name"]!);
                var content = described["requestBody"]?["content"];
                if ((Examples[(string)described["operationId"]!] ?? Examples[OfAnyService(path)]) is { } examples
                    && (content?["application/json"] ?? content?[FhirDescription.MediaType]) is { } body)
                    body["examples"] = examples.DeepClone();
            }
        }
        document["tags"] = new JsonArray([.. tags.Select(t => new JsonObject { ["name"] = t })]);
        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (var (_, schema) in schemas) AddItems(schema);
        if (schemas.ContainsKey("ProblemDetails")) schemas["ProblemDetails"] = ProblemSchema();
    }

    private static void AddRepetition(string method, JsonObject operation)
    {
        var byVersion = operation["responses"]!.AsObject().ContainsKey("428");
        var (isIdempotent, sentence) = method switch
        {
            "get" => (true, "Reads only, so it may be repeated."),
            _ when byVersion => (true, "Idempotent by If-Match: done at most once; a repeat answers 412."),
            _ when Repeatable.TryGetValue((string)operation["operationId"]!, out var how) => (true, how),
            _ => (false, "Not idempotent: after a failure without an answer, read before it is sent again."),
        };
        operation["x-idempotent"] = isIdempotent;
        operation["description"] = $"{((string?)operation["description"] ?? (string?)operation["summary"])?.TrimEnd('.', '\n')}.\n\n{sentence}";
        if (byVersion) AddHeader(operation, "If-Match", required: true, "The version that was read: the ETag, as \"3\".");
        if ((string?)operation["operationId"] == "WriteMessage")
            AddHeader(operation, IdempotencyKey, required: false, "The caller's own, at most 100 characters.");
    }

    private static void AddHeader(JsonObject operation, string name, bool required, string description)
    {
        if (operation["parameters"] is not JsonArray parameters) operation["parameters"] = parameters = [];
        parameters.Add(new JsonObject
        {
            ["name"] = name,
            ["in"] = "header",
            ["required"] = required,
            ["description"] = description,
            ["schema"] = new JsonObject { ["type"] = "string" },
        });
    }

    // Members of any kind are described as arrays of nothing said.
    private static void AddItems(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) AddItems(item);
        }
        else if (node is JsonObject members)
        {
            foreach (var (_, member) in members) AddItems(member);
            if (members["type"] is JsonValue type && type.TryGetValue<string>(out var name) && name == "array") members["items"] ??= new JsonObject();
        }
    }

    private static JsonObject ProblemSchema()
    {
        static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
        static JsonArray Extensible(IEnumerable<string> values) => [.. values.Order(StringComparer.Ordinal).Select(v => JsonValue.Create(v))];
        var types = ConstantsOf(typeof(ProblemCodes));
        var type = Text("What is wrong. More types may be added.\n\n"
            + string.Join('\n', types.Order(StringComparer.Ordinal).Select(c => $"- `urn:avvik:problem:{c}`: {Texts.Problem(c, english: true)}")));
        type["x-extensible-enum"] = Extensible(types.Select(c => $"urn:avvik:problem:{c}"));
        var code = Text("What is wrong with the field. More codes may be added.");
        code["x-extensible-enum"] = Extensible(ConstantsOf(typeof(FieldCodes)));
        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = "A problem (RFC 9457).",
            ["required"] = new JsonArray("type", "title", "status"),
            ["properties"] = new JsonObject
            {
                ["type"] = type,
                ["title"] = Text("In words: bokmål, or English for Accept-Language: en."),
                ["status"] = new JsonObject { ["type"] = "integer", ["format"] = "int32" },
                ["detail"] = new JsonObject { ["type"] = new JsonArray("null", "string") },
                ["traceId"] = Text("For whoever is to find out more."),
                ["allowedActions"] = new JsonObject { ["type"] = "array", ["items"] = Text("What the caller may do instead.") },
                ["errors"] = new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("pointer", "code", "message"),
                        ["properties"] = new JsonObject
                        {
                            ["pointer"] = Text("JSON pointer (RFC 6901) into the request, or a query parameter after a slash."),
                            ["code"] = code,
                            ["message"] = Text("In words."),
                        },
                    },
                },
            },
        };
    }

    private static List<string> ConstantsOf(Type codes) =>
        [.. codes.GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!)];

    // What every service has has the same examples: /ops/*/parked/requeue.
    private static string OfAnyService(string path) =>
        path.Split('/') is ["", "ops", _, .. var rest] ? $"/ops/*/{string.Join('/', rest)}" : path;

    // Operations for administrators have none of their own.
    private static string IdOf(string method, string path) => string.Concat(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Prepend(method)
        .Select(part => part.Trim('{', '}')).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    private static JsonObject Read()
    {
        using var stream = typeof(ApiDetails).Assembly.GetManifestResourceStream("examples.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}

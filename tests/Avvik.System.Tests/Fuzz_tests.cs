using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;

namespace Avvik.System.Tests;

/// <summary>
/// Ten thousand requests made from the description that the gateway itself serves: every operation, by everybody, with what fits its schema, what nearly does
/// and what does not; and reports of the corpus with some members drawn anew. Whatever comes, the answer is never that we failed. In a system of its own: what
/// got through may have changed units and rules.
/// </summary>
public sealed class Fuzz_tests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private const int Requests = 10_000, Seed = 20260814, Lanes = 8;
    private const string Submit = "post /api/v1/deviations", FhirJson = "application/fhir+json";
    private static readonly string[] Organizations = ["970540008", "983971709", "972418013"];

    [Fact]
    public async Task Fuzzed_request_never_gets_a_server_error()
    {
        using var anonymous = new HttpClient { BaseAddress = system.Address };
        using var description = JsonDocument.Parse(await anonymous.GetStringAsync("openapi/v1.json"));
        var generator = new Generator(description.RootElement);
        Assert.True(generator.Operations.Count >= 15, "The description is too short to be the whole surface.");
        var callers = new List<HttpClient> { system.Http("none") };
        var reporters = new Dictionary<string, HttpClient>(StringComparer.Ordinal);
        foreach (var organization in Organizations)
        {
            foreach (var role in Vocabulary.Roles.Keys.Append("client"))
                callers.Add(system.Http(await system.TokenAsync(organization, role, role is Roles.Handler or Roles.UnitLeader ? "si-elverum-hamar" : null)));
            callers.Add(reporters[organization] = system.Http(await system.TokenAsync(organization, Roles.Reporter)));
        }
        CorpusLine[] reports = [.. Corpus.Lines.Where(line => reporters.ContainsKey(line.Reporter))];

        var (failures, statuses, called) = (new ConcurrentBag<string>(), new ConcurrentBag<int>(),
            new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            // A lane is repeatable but for the ids that answers gave it.
            var random = new Random(Seed + lane);
            for (var i = 0; i < Requests / Lanes; i++)
            {
                // In turn, so that none is left out; the caller is drawn.
                var operation = generator.Operations[((i * Lanes) + lane) % generator.Operations.Count];
                // Half of the reports are made from one that is taken as it is: what is drawn anew in it alone decides what comes of it.
                var report = operation.Name == Submit && random.Next(2) == 0 ? reports[random.Next(reports.Length)] : null;
                using var request = report is null ? generator.Make(operation, random) : generator.Change(report.Submission, operation, random);
                var caller = report is null ? callers[random.Next(callers.Count)] : reporters[report.Reporter];
                var sent = request.Content is null ? "" : await request.Content.ReadAsStringAsync();
                var what = $"seed {Seed} lane {lane} request {i}: {request.Method} {request.RequestUri} {sent}";
                using var response = await caller.SendAsync(request);
                var body = await response.Content.ReadAsStringAsync();
                statuses.Add((int)response.StatusCode);
                called.AddOrUpdate(operation.Name, 1, (_, n) => n + 1);
                if ((int)response.StatusCode >= 500) failures.Add($"{(int)response.StatusCode} {what[..Math.Min(what.Length, 600)]}");
                // What Kestrel refuses before it has a request has no body.
                else if (response.StatusCode is >= HttpStatusCode.BadRequest and not HttpStatusCode.RequestUriTooLong
                    && response.Content.Headers.ContentType?.MediaType
                        != (operation.Path.StartsWith("/fhir/", StringComparison.Ordinal) ? FhirJson : "application/problem+json")) failures.Add(
                        $"{(int)response.StatusCode} without a problem document: {what[..Math.Min(what.Length, 600)]}");
                else if (response.IsSuccessStatusCode) generator.Learn(body);
            }
        }));
        foreach (var caller in callers) caller.Dispose();

        Assert.True(failures.IsEmpty, $"{failures.Count} failures, of them:\n{string.Join('\n', failures.Take(10))}");
        Assert.Equal(Requests, statuses.Count);
        Assert.All(generator.Operations, operation => Assert.True(called.ContainsKey(operation.Name), operation.Name));
        // It got past the door, and past the first check: otherwise it has shown nothing.
        Assert.All([200, 201, 400, 401, 403, 404, 422], status => Assert.Contains(status, statuses));
    }

    private sealed record Operation(string Name, HttpMethod Method, string Path, JsonElement Details);

    private sealed class Generator
    {
        private static readonly string[] Strings =
        [
            "", " ", "a", "æøå", "null", "true", "0", "-1", "1e999", "' or 1=1 --", "<script>", "../../etc/passwd", "{{7*7}}", "\u0000", "\u0007", "\ud800",
            "\u202e", "😀", "%00", "İ", "ß", "２０２６-01-01",
            "2026-08-14", "2026-08-14T10:00:00Z", "2026-02-30", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+14:00", "00000000-0000-0000-0000-000000000000",
            "983971709", "970540008", "970169717",
            "si-elverum-hamar", "3403-tildeling", "3403", "agreementBreach", "incident", "dischargeSummary", "medication", "mild", "death", "possible", "late",
            "capacity", "En vanlig setning uten noe galt.",
        ];

        // The description says that a submission may be without anything, since what is missing is to be named.
        private static readonly string[] Needed = ["clientReference", "kind", "occurredAt", "respondent", "organizationNumber", "narrative", "reason"];

        private readonly JsonElement _schemas;
        private readonly string[] _codes = [.. Codes()];
        private readonly ConcurrentQueue<string> _ids = new();

        public Generator(JsonElement description)
        {
            _schemas = description.GetProperty("components").GetProperty("schemas");
            Operations = [.. description.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
                .Where(o => o.Value.ValueKind == JsonValueKind.Object && o.Value.TryGetProperty("responses", out _))
                .Select(o => new Operation($"{o.Name} {path.Name}", new HttpMethod(o.Name.ToUpperInvariant()), path.Name, o.Value)))];
        }

        public IReadOnlyList<Operation> Operations { get; }

        /// <summary>Keeps what an answer calls things, so that later requests are about something that is there.</summary>
        public void Learn(string body)
        {
            if (body.Length == 0 || body[0] != '{') return;
            try
            {
                using var answer = JsonDocument.Parse(body);
                Keep(answer.RootElement);
                if (answer.RootElement.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
                    foreach (var item in items.EnumerateArray().Take(5)) Keep(item);
            }
            catch (JsonException) { /* not JSON: a text or an export */ }

            void Keep(JsonElement element)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String) return;
                _ids.Enqueue(id.GetString()!);
                while (_ids.Count > 200) _ids.TryDequeue(out _);
            }
        }

        public HttpRequestMessage Make(Operation operation, Random random)
        {
            var (path, query) = (operation.Path, new List<string>());
            foreach (var parameter in operation.Details.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : default)
            {
                var name = parameter.GetProperty("name").GetString()!;
                switch (parameter.GetProperty("in").GetString())
                {
                    // What a path cannot hold is refused at the door, and shown elsewhere: here it is to get in.
                    case "path": path = path.Replace($"{{{name}}}", random.Next(10) == 0 ? "0198-x_y.z" : Id(random), StringComparison.Ordinal); break;
                    case "query" when random.Next(3) == 0:
                        var value = parameter.TryGetProperty("schema", out var schema) ? Value(schema, random, 0) : null;
                        query.Add($"{name}={Uri.EscapeDataString(Clean(Text(value)))}");
                        break;
                }
            }
            path = global::System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", "reporting",
                global::System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
            if (random.Next(20) == 0) query.Add($"unknown={Uri.EscapeDataString(Clean(Pick(Strings, random)))}");
            var request = new HttpRequestMessage(operation.Method, path.TrimStart('/') + (query.Count > 0 ? "?" + string.Join('&', query) : ""));
            if (random.Next(3) > 0)
                request.Headers.TryAddWithoutValidation("If-Match", random.Next(10) == 0
                    ? Pick(["*", "\"x\"", "W/\"3\"", "3", "\"99999999999999999999\"", "\"-1\"", "\"1\", \"2\""], random) : $"\"{random.Next(8)}\"");
            if (random.Next(10) == 0)
                request.Headers.TryAddWithoutValidation("Accept", Pick(["*/*", "text/csv", "application/json;q=x", "application/fhir+json"], random));
            if (operation.Method == HttpMethod.Get || operation.Method == HttpMethod.Delete || random.Next(50) == 0) return request;
            var media = operation.Details.TryGetProperty("requestBody", out var described) && described.TryGetProperty("content", out var content)
                ? content.EnumerateObject().FirstOrDefault() : default;
            var body = media.Value.ValueKind == JsonValueKind.Object && media.Value.TryGetProperty("schema", out var shape)
                ? Value(shape, random, 0, members: random.Next(2) == 0 ? 0.6 : 0.1) : new JsonObject();
            var text = body?.ToJsonString() ?? "null";
            if (random.Next(30) == 0) text = text[..random.Next(text.Length)];
            request.Content = new StringContent(text, Encoding.UTF8, random.Next(50) == 0 ? "text/plain"
                : media.Value.ValueKind == JsonValueKind.Object && media.Name == FhirJson ? FhirJson : "application/json");
            return request;
        }

        /// <summary>A report with none, one or two of its members as the description's schema lets them be drawn.</summary>
        public HttpRequestMessage Change(Submission report, Operation operation, Random random)
        {
            var body = JsonSerializer.SerializeToNode(report.Fresh(), SubmissionJson.Default.Submission)!.AsObject();
            var members = _schemas.GetProperty(nameof(Submission)).GetProperty("properties").EnumerateObject().ToList();
            for (var changes = random.Next(3); changes > 0; changes--)
                if (members[random.Next(members.Count)] is var member) body[member.Name] = Value(member.Value, random, 1, member.Name);
            return new HttpRequestMessage(operation.Method, operation.Path.TrimStart('/'))
            {
                Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            };
        }

        /// <param name="members">Share of the members that need not be there: with few of them, a body is taken now and then.</param>
        private JsonNode? Value(JsonElement schema, Random random, int depth, string? member = null, double members = 0.6)
        {
            if (schema.TryGetProperty("$ref", out var reference))
                return Value(_schemas.GetProperty(reference.GetString()!.Split('/')[^1]), random, depth, member, members);
            foreach (var choice in new[] { "oneOf", "anyOf", "allOf" })
                if (schema.TryGetProperty(choice, out var choices))
                    return Value(choices[random.Next(choices.GetArrayLength())], random, depth, member, members);
            // One in a hundred is of any kind at all.
            if (depth > 8 || random.Next(100) == 0) return Anything(random);
            if (schema.TryGetProperty("enum", out var values)) return JsonNode.Parse(values[random.Next(values.GetArrayLength())].GetRawText());
            switch (TypeOf(schema, random))
            {
                case "object":
                    var result = new JsonObject();
                    foreach (var property in schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : default)
                        if (IsRequired(schema, property.Name) ? random.Next(40) > 0 : random.NextDouble() < members || Needed.Contains(property.Name))
                            result[property.Name] = Value(property.Value, random, depth + 1, property.Name, members);
                    if (random.Next(60) == 0) result["unknown" + random.Next(10)] = Anything(random);
                    return result;
                case "array":
                    // Long only near the top: lists within lists of hundreds would fill the memory.
                    return new JsonArray([.. Enumerable.Range(0, depth < 3 && random.Next(20) == 0 ? 300 : random.Next(depth < 3 ? 4 : 2))
                    .Select(_ => schema.TryGetProperty("items", out var items) ? Value(items, random, depth + 1, member, members) : Anything(random))]);
                case "integer": return random.Next(10) == 0 ? JsonValue.Create(long.MaxValue) : JsonValue.Create(random.Next(-1, 250));
                case "number": return random.Next(10) == 0 ? JsonValue.Create(1e300) : JsonValue.Create(random.NextDouble() * 100);
                case "boolean": return JsonValue.Create(random.Next(2) == 0);
                case "null": return null;
                default: return JsonValue.Create(StringOf(schema, member, random));
            }
        }

        private string StringOf(JsonElement schema, string? member, Random random)
        {
            if (random.Next(12) == 0) return random.Next(8) == 0 ? new string('å', 9_000) : Pick(Strings, random);
            var format = schema.TryGetProperty("format", out var f) ? f.GetString() : null;
            return (format, member) switch
            {
                ("uuid", _) => Id(random),
                ("date", _) or (_, "occurredAt" or "from" or "to") => $"2026-{random.Next(1, 13):00}-{random.Next(1, 29):00}",
                ("date-time", _) => string.Create(CultureInfo.InvariantCulture, $"2026-08-{random.Next(1, 29):00}T10:00:00Z"),
                (_, "clientReference") => $"fuzz-{random.Next(2_000)}",
                (_, "organizationNumber") => Pick(["983971709", "970540008", "983974910", "972418013"], random),
                (_, "kind") => Pick([.. Vocabulary.Kinds.Keys], random),
                (_, "category") => Pick([.. Vocabulary.Categories.Keys], random),
                (_, "actualHarm" or "potentialHarm") => Pick([.. Vocabulary.Harm.Keys], random),
                (_, "narrative" or "text" or "reason" or "description" or "name") =>
                    Pick(["Epikrisen kom ni dager etter utskrivning.", "Rutinen er endret.", "Pasienten ble sendt hjem uten varsel."], random),
                _ => random.Next(4) == 0 ? Pick(Strings, random) : Pick(_codes, random),
            };
        }

        private string Id(Random random) => random.Next(4) > 0
            && _ids.ToArray() is { Length: > 0 } known ? Pick(known, random) : Guid.CreateVersion7().ToString();

        private JsonNode? Anything(Random random) => random.Next(6) switch
        {
            0 => null,
            1 => JsonValue.Create(random.Next()),
            2 => new JsonArray(1, "a", null),
            3 => new JsonObject { ["a"] = new JsonObject { ["b"] = 1 } },
            4 => JsonValue.Create(false),
            _ => JsonValue.Create(Pick(Strings, random)),
        };

        private static string? TypeOf(JsonElement schema, Random random) =>
            !schema.TryGetProperty("type", out var type) ? (schema.TryGetProperty("properties", out _) ? "object" : null)
            : type.ValueKind == JsonValueKind.String ? type.GetString()
            // A member that may be null is so now and then.
            : type.EnumerateArray().Select(t => t.GetString()).Where(t => t != "null" || random.Next(5) == 0).LastOrDefault();

        private static bool IsRequired(JsonElement schema, string name) => schema.TryGetProperty("required", out var required)
            && required.EnumerateArray().Any(r => r.ValueEquals(name));

        private static string Text(JsonNode? node) =>
            node switch { null => "", JsonValue value when value.TryGetValue<string>(out var text) => text, _ => node.ToJsonString() };

        // A lone surrogate cannot be written in a URL.
        private static string Clean(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));

        private static T Pick<T>(IReadOnlyList<T> from, Random random) => from[random.Next(from.Count)];

        private static IEnumerable<string> Codes()
        {
            using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream("vocabulary.json")!;
            return [.. Walk(JsonNode.Parse(stream)).Distinct(StringComparer.Ordinal)];

            static IEnumerable<string> Walk(JsonNode? node) => node switch
            {
                JsonObject o => o.SelectMany(p => p.Key == "code" && p.Value is JsonValue v && v.TryGetValue<string>(out var code) ? [code] : Walk(p.Value)),
                JsonArray a => a.SelectMany(Walk),
                _ => [],
            };
        }
    }
}

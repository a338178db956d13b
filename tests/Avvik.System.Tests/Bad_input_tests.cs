using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;

namespace Avvik.System.Tests;

/// <summary>Every invalid request gets a problem document that says what to fix, and nothing of it is stored.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Bad_input_tests(RunningSystem system)
{
    private const int Seed = 20261123;

    [Fact]
    public async Task Invalid_body_is_answered_with_a_problem_and_not_stored()
    {
        using var http = system.Http(await system.TokenAsync("970169717", "client"));
        const string Stored = "select count(*) from deviations where reporter_organization = '970169717'";
        var before = await system.CountAsync("reporting", Stored);
        var bodies = Bodies(new Random(Seed)).ToList();
        Assert.True(bodies.Count >= 200, $"{bodies.Count} bodies");

        var failures = new List<string>();
        foreach (var (name, body) in bodies)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var response = await http.PostAsync("api/v1/deviations", content);
            var text = await response.Content.ReadAsStringAsync();
            if ((int)response.StatusCode is < 400 or >= 500 || response.Content.Headers.ContentType?.MediaType != "application/problem+json")
                failures.Add($"{name}: {(int)response.StatusCode} {text}");
            else if (!Names(JsonDocument.Parse(text).RootElement, response.StatusCode)) failures.Add($"{name}: {text}");
        }
        Assert.Empty(failures);
        Assert.Equal(before, await system.CountAsync("reporting", Stored));
    }

    [Fact]
    public async Task Problem_names_all_invalid_fields_in_the_requested_language()
    {
        using var http = system.Http(await system.TokenAsync("970169717", "client"));
        const string Body = """
            {"clientReference":"x","kind":"nonsense","occurredAt":"2099-01-01","respondent":{"organizationNumber":"983971709","site":7},
             "narrative":"Pasienten med fødselsnummer 41814061033 kom hjem.","patientGroups":["frailElderly","frailElderly"],"typo":1}
            """;
        async Task<JsonElement> SendAsync(string? language)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post,
                "api/v1/deviations")
            { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
            if (language is not null) request.Headers.AcceptLanguage.ParseAdd(language);
            using var response = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        }
        var errors = (await SendAsync(null)).GetProperty("errors").EnumerateArray().ToDictionary(e => e.GetProperty("pointer").GetString()!,
            StringComparer.Ordinal);
        Assert.Equal(["/kind", "/narrative", "/occurredAt", "/patientGroups/1", "/respondent/site", "/typo"], errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Koden finnes ikke i kodeverket.", errors["/kind"].GetProperty("message").GetString());
        var offsets = errors["/narrative"].GetProperty("offsets")[0];
        Assert.Equal((28, 11), (offsets.GetProperty("offset").GetInt32(), offsets.GetProperty("length").GetInt32()));
        Assert.DoesNotContain("41814061033", (await SendAsync(null)).GetRawText(), StringComparison.Ordinal);
        Assert.Equal("The request has the wrong shape", (await SendAsync("en-GB,en;q=0.9")).GetProperty("title").GetString());
    }

    /// <summary>True when it is a problem document that points at a field, or is of a kind that has none.</summary>
    private static bool Names(JsonElement problem, HttpStatusCode status) =>
        problem.GetProperty("type").GetString()!.StartsWith("urn:avvik:problem:", StringComparison.Ordinal)
            && problem.GetProperty("status").GetInt32() == (int)status
        && problem.GetProperty("title").GetString()!.Length > 0 && problem.GetProperty("traceId").GetString()!.Length > 0
        && (status == HttpStatusCode.RequestEntityTooLarge || problem.GetProperty("errors").GetArrayLength() > 0);

    private static IEnumerable<(string Name, byte[] Body)> Bodies(Random random)
    {
        var good = JsonSerializer.SerializeToNode(Corpus.Lines[0].Submission.Fresh(), SubmissionJson.Default.Submission)!.AsObject();
        good["patient"] = new JsonObject { ["identifierType"] = "fnr", ["identifier"] = "41814061033" };
        good["reporter"] = new JsonObject { ["hprNumber"] = "1234567", ["confidential"] = true };
        string[] strings = ["clientReference", "kind", "occurredAt", "discoveredAt", "reportingUnit", "patientMunicipality", "narrative", "category", "clause",
            "affectedMessage", "messageId", "difference", "actualHarm", "potentialHarm", "likelihood", "immediateAction", "suggestedMeasure"];
        string[] codes = ["kind", "category", "clause", "affectedMessage", "difference", "actualHarm", "potentialHarm", "likelihood", "reportingUnit"];
        (string, byte[]) With(string name, Action<JsonObject> change)
        {
            var body = good.DeepClone().AsObject();
            change(body);
            return (name, Encoding.UTF8.GetBytes(body.ToJsonString()));
        }

        foreach (var member in strings)
        {
            yield return With($"{member} a number", b => b[member] = random.Next());
            yield return With($"{member} an object", b => b[member] = new JsonObject { ["a"] = 1 });
            yield return With($"{member} an array", b => b[member] = new JsonArray(1, 2));
            yield return With($"{member} a boolean", b => b[member] = true);
            yield return With($"{member} too long", b => b[member] = new string('å', 8001));
            yield return With($"{member} misspelled", b => { b.Remove(member); b[member + "x"] = "a"; });
        }
        foreach (var member in new[] { "clientReference", "kind", "occurredAt", "respondent", "narrative" })
        {
            yield return With($"{member} missing", b => b.Remove(member));
            yield return With($"{member} null", b => b[member] = null);
        }
        foreach (var member in codes)
            foreach (var code in new[] { "", "Unknown", "medication ", "ＭＥＤＩＣＡＴＩＯＮ", "1; drop table deviations" })
                yield return With($"{member} '{code}'", b => b[member] = code);
        foreach (var date in new[] { "2099-01-01", "2010-01-01", "2026-13-01", "2026-02-30", "01.02.2026", "2026-08-14T10:00:00", "i går", "2026-8-1",
            "20260814", "" })
        {
            yield return With($"occurredAt {date}", b => b["occurredAt"] = date);
            yield return With($"discoveredAt {date}", b => b["discoveredAt"] = date == "2010-01-01" ? "2010-01-01T00:00:00Z" : date);
        }
        foreach (var number in new[] { "", "123", "983971708", "999999999", "98397170９", "970169717", "983 971 709", "abcdefghi" })
            yield return With($"respondent {number}", b => b["respondent"] = new JsonObject { ["organizationNumber"] = number });
        foreach (var respondent in new JsonNode[] { new JsonObject(), new JsonArray(), 1, "983971709", new JsonObject { ["organizationNumber"] = 983971709 },
            new JsonObject { ["organizationNumber"] = "983971709", ["unit"] = "nowhere" } })
            yield return With($"respondent {respondent.ToJsonString()}", b => b["respondent"] = respondent.DeepClone());
        foreach (var text in new[] { "Pasient 41814061033", "f. 418140 61033 kom", "Ring 912 34 567", "kari.nordmann@example.no skrev", "HPR-nummer 1234567",
            "\u0000", "a\u0007b" })
            foreach (var member in new[] { "narrative", "immediateAction", "clientReference", "messageId" })
                yield return With($"{member} with {text.Length} characters of identity or control", b => b[member] = text);
        foreach (var patient in new[] { "41814061034", "1", "418140610333", "abcdefghijk", "" })
            yield return With($"patient {patient}", b => b["patient"]!["identifier"] = patient);
        yield return With("patient type", b => b["patient"]!["identifierType"] = "passport");
        yield return With("patient groups unknown", b => b["patientGroups"] = new JsonArray("frail"));
        yield return With("patient groups repeated", b => b["patientGroups"] = new JsonArray("none", "none"));
        yield return With("patient groups many", b => b["patientGroups"] = new JsonArray([.. Enumerable.Range(0, 1000).Select(_ => (JsonNode)"none")]));
        yield return With("patient groups null item", b => b["patientGroups"] = new JsonArray((JsonNode?)null));
        yield return With("hpr", b => b["reporter"] = new JsonObject { ["hprNumber"] = "12a" });
        yield return With("confidential a string", b => b["reporter"] = new JsonObject { ["confidential"] = "yes" });
        yield return ("empty", []);
        foreach (var text in new[] { "{", "}", "null", "[]", "1", "\"text\"", "{}", "{\"clientReference\":}", "{\"a\":1,}", "{'a':1}", "{\"a\":1}{\"b\":2}",
            "// comment\n{}", "NaN", "{\"clientReference\":\"\\ud800\"}" })
            yield return (text, Encoding.UTF8.GetBytes(text));
        yield return ("deep", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"respondent\":", 5000)) + "1" + new string('}', 5000)));
        yield return ("deep array", Encoding.UTF8.GetBytes(new string('[', 20_000) + new string(']', 20_000)));
        yield return ("duplicate", Encoding.UTF8.GetBytes(good.ToJsonString().Replace("{\"clientReference\"", "{\"kind\":\"incident\",\"clientReference\"",
            StringComparison.Ordinal)));
        yield return ("duplicate nested", Encoding.UTF8.GetBytes(good.ToJsonString().Replace("\"respondent\":{",
            "\"respondent\":{\"organizationNumber\":\"983971709\",", StringComparison.Ordinal)));
        yield return ("invalid UTF-8", [.. "{\"clientReference\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8]);
        yield return ("UTF-16", Encoding.Unicode.GetBytes(good.ToJsonString()));
        yield return ("Latin-1", Encoding.Latin1.GetBytes(good.ToJsonString().Replace("\\u00E5", "å", StringComparison.Ordinal) is var s
            && s.Contains('å', StringComparison.Ordinal) ? s : "{\"kind\":\"å\"}"));
        yield return ("10 MB", Encoding.UTF8.GetBytes("{\"narrative\":\"" + new string('a', 10_000_000) + "\"}"));
        yield return ("300 KB", Encoding.UTF8.GetBytes("{\"narrative\":\"" + new string('a', 300_000) + "\"}"));
        for (var i = 0; i < 20; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(good.ToJsonString());
            // Cut short: never valid JSON.
            yield return ($"cut {i}", bytes[..random.Next(1, bytes.Length - 1)]);
        }
    }
}

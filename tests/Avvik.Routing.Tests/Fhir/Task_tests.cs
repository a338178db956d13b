using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Fhir;

public sealed class Task_tests
{
    private const string Unit = "si-tynset";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Handler_accepts_starts_and_answers_from_its_own_record(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        using var http = service.As(Given.SykehusetInnlandet, Roles.Handler, Unit);
        var read = await http.GetFhirAsync($"/fhir/Task/{id}");
        var task = read.Body!.AsObject();
        var details = await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit).GetCaseAsync(id);
        Assert.Equal(("requested", "routed", $"W/\"{details.Case.Version}\""), (Status(task), BusinessStatus(task), read.ETag));
        Assert.Equal((Given.SykehusetInnlandet, $"AdverseEvent/{id}", Given.Hamar), ((string?)task["owner"]!["identifier"]!["value"],
            (string?)task["focus"]!["reference"], (string?)task["requester"]!["identifier"]!["value"]));
        Assert.Equal(details.Case.DueAt, DateTimeOffset.Parse((string)task["restriction"]!["period"]!["end"]!, CultureInfo.InvariantCulture));

        foreach (var (status, expected) in new[] { ("accepted", "acknowledged"), ("in-progress", "inProgress") })
        {
            task["status"] = status;
            var changed = await UpdateAsync(http, task);
            Assert.True(changed.Status == HttpStatusCode.OK, changed.ToString());
            task = changed.Body!.AsObject();
            Assert.Equal((status, expected), (Status(task), BusinessStatus(task)));
        }
        task["status"] = "completed";
        var missing = await UpdateAsync(http, task);
        Assert.Equal(HttpStatusCode.BadRequest, missing.Status);
        Assert.Equal(["Task.output required", "Task.output required", "Task.output reasonForNoMeasures"], missing.Issues);
        task["output"] = Answer();
        var answered = await UpdateAsync(http, task, ("Prefer", "return=representation"));
        Assert.True(answered.Status == HttpStatusCode.OK, answered.ToString());
        Assert.Equal(("completed", "answered"), (Status(answered.Body!), BusinessStatus(answered.Body!)));

        // The same case in the other form, with the answer's parts.
        details = await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit).GetCaseAsync(id);
        Assert.Equal(("Rutinen er endret.", "capacity"), (details.Answer!.Text, Assert.Single(details.Answer.ContributingFactors)));
        var measure = Assert.Single(details.Answer.Measures);
        Assert.Equal(("Ny rutine", Unit, "2026-12-31"), (measure.Description, measure.Owner, measure.DueDate));
        Assert.Equal(measure.Id.ToString(), (string?)answered.Body!["output"]![2]!["extension"]![0]!["extension"]![0]!["valueId"]);
        Assert.Equal(answered.Body.ToJsonString(), (await http.GetFhirAsync($"/fhir/Task/{id}")).Body!.ToJsonString());

        var history = await http.GetFhirAsync($"/fhir/Provenance?target=Task/{id}");
        Assert.Equal(["routed", "acknowledged", "started", "answered"], history.Body!["entry"]!.AsArray()
            .Select(e => (string?)e!["resource"]!["activity"]!["coding"]![0]!["code"]));
        var last = (await http.GetFhirAsync($"/fhir/Provenance/Task-{id}-4")).Body!;
        Assert.Equal(("test-person", Given.SykehusetInnlandet), ((string?)last["agent"]![0]!["who"]!["identifier"]!["value"],
            (string?)last["agent"]![0]!["onBehalfOf"]!["identifier"]!["value"]));
        // The other party learns which party did it, and not who.
        using var reporter = service.As(Given.Hamar, Roles.Coordinator);
        Assert.Equal(Given.SykehusetInnlandet, (string?)(await reporter.GetFhirAsync($"/fhir/Provenance/Task-{id}-4")).Body!["agent"]![0]!["who"]!
            ["identifier"]!["value"]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Task_update_is_refused_as_the_action_is(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        using var http = service.As(Given.SykehusetInnlandet, Roles.Handler, Unit);
        var task = (await http.GetFhirAsync($"/fhir/Task/{id}")).Body!.AsObject();

        task["status"] = "in-progress";
        await AssertRefusedAsync(http, task, HttpStatusCode.Conflict, " actionNotAllowed");
        task["status"] = "accepted";
        await AssertRefusedAsync(http, task, HttpStatusCode.PreconditionRequired, "http.If-Match versionRequired", version: null);
        await AssertRefusedAsync(http, task, HttpStatusCode.PreconditionFailed, "http.If-Match staleVersion", version: "W/\"7\"");
        // Of the other unit it is not there; the reporter may read it.
        await AssertRefusedAsync(service.As(Given.SykehusetInnlandet, Roles.Handler, "si-elverum-hamar"), task, HttpStatusCode.NotFound, " notFound");
        await AssertRefusedAsync(service.As(Given.Hamar, Roles.Coordinator), task, HttpStatusCode.Forbidden, " forbidden");
        await AssertRefusedAsync(service.As(Given.Nordlandssykehuset, Roles.Coordinator), task, HttpStatusCode.NotFound, " notFound");

        foreach (var (element, value, status, issue) in new (string, JsonNode?, HttpStatusCode, string)[]
        {
            ("status", "cancelled", HttpStatusCode.UnprocessableEntity, "Task.status notSupported"),
            ("status", "ferdig", HttpStatusCode.UnprocessableEntity, "Task.status unknownCode"),
            ("intent", "plan", HttpStatusCode.UnprocessableEntity, "Task.intent readOnly"),
            ("owner", new JsonObject { ["display"] = "Andre" }, HttpStatusCode.UnprocessableEntity, "Task.owner readOnly"),
            ("description", "Noe annet.", HttpStatusCode.UnprocessableEntity, "Task.description readOnly"),
            ("priority", null, HttpStatusCode.UnprocessableEntity, "Task.priority readOnly"),
            ("note", new JsonArray(new JsonObject { ["text"] = "Hei" }), HttpStatusCode.UnprocessableEntity, "Task.note readOnly"),
            ("restriction", null, HttpStatusCode.UnprocessableEntity, "Task.restriction readOnly"),
            ("output", Answer(), HttpStatusCode.UnprocessableEntity, "Task.output readOnly"),
            ("statsu", "x", HttpStatusCode.BadRequest, "Task.statsu unknownMember"),
            ("intent", null, HttpStatusCode.BadRequest, "Task.intent required"),
        })
        {
            var changed = task.DeepClone().AsObject();
            changed[element] = value;
            if (value is null) changed.Remove(element);
            await AssertRefusedAsync(http, changed, status, issue);
        }

        await UpdateAsync(http, task);
        task = (await http.GetFhirAsync($"/fhir/Task/{id}")).Body!.AsObject();
        task["status"] = "in-progress";
        task = (await UpdateAsync(http, task)).Body!.AsObject();
        task["status"] = "completed";
        foreach (var (change, issue) in new (Action<JsonArray>, string)[]
        {
            (o => o[0]!["valueString"] = "Kontakt 41814061033 om dette.", "Task.output[0].value identityInText"),
            (o => o[0]!["type"]!["coding"]![0]!["code"] = "eple", "Task.output[0] invalidValue"),
            (o => o[0]!["type"]!["coding"]![0]!["system"] = "urn:x", "Task.output[0].type.coding[0].system unknownSystem"),
            (o => o[1]!["valueCodeableConcept"]!["coding"]![0]!["code"] = "eple", "Task.output[1].value.coding[0].code unknownCode"),
            (o => o[2]!["extension"]![0]!["extension"]![1]!["valueDate"] = "2020-01-01", "Task.output[2].extension[0].extension[1].value onlyPlannedFuture"),
            (o => o[2]!["extension"]![0]!["extension"]!.AsArray().RemoveAt(0), "Task.output[2].extension required"),
            (o => o.Add(o[0]!.DeepClone()), "Task.output[3] invalidValue"),
        })
        {
            var output = Answer();
            change(output);
            task["output"] = output;
            var refused = await UpdateAsync(http, task);
            Assert.True((int)refused.Status is 400 or 422 && refused.Issues.Contains(issue), $"{issue}: {refused}");
            Assert.DoesNotContain("41814061033", refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Search_finds_by_owner_status_and_last_change_in_pages(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add((await service.ReceivedAsync(service.Triaged(f => f with { ReceivedAt = f.ReceivedAt.AddMinutes(ids.Count) }))).DeviationId.ToString());
        using var http = service.As(Given.SykehusetInnlandet, Roles.Coordinator);
        var first = (await http.GetFhirAsync($"/fhir/Task/{ids[0]}")).Body!.AsObject();
        var opened = Uri.EscapeDataString((string)(await http.GetFhirAsync($"/fhir/Task/{ids[2]}")).Body!["lastModified"]!);
        first["status"] = "accepted";
        Assert.Equal(HttpStatusCode.OK, (await UpdateAsync(http, first)).Status);
        foreach (var (query, expected) in new (string, int[])[]
        {
            ("", [2, 1, 0]), ("_sort=authored-on", [0, 1, 2]), ("_sort=-authored-on", [2, 1, 0]),
            ("status=accepted", [0]), ("status=requested,accepted", [2, 1, 0]), ("status=http://hl7.org/fhir/task-status%7Crequested", [2, 1]),
            ("status=completed", []),
            ($"owner={Given.SykehusetInnlandet}", [2, 1, 0]), ($"owner=Organization/{Given.Hamar}", []),
            ($"owner:identifier={FhirSystems.Organization}%7C{Given.SykehusetInnlandet}&status=accepted", [0]),
            ($"modified=ge{opened}", [2, 0]), ($"modified=sa{opened}", [0]), ("modified=lt2000-01-01", []), ("modified=gt2000-01-01", [2, 1, 0]),
            ("modified=ne2000", [2, 1, 0]), ("modified=2000", []), ("modified=le2199", [2, 1, 0]),
        })
        {
            var reply = await http.GetFhirAsync($"/fhir/Task?{query}");
            Assert.True(reply.Status == HttpStatusCode.OK && expected.Select(i => ids[i]).SequenceEqual(reply.Ids), $"{query}: {reply}");
            Assert.Null(reply.ETag);
        }
        Assert.Equal([ids[0]], (await http.SearchFhirAsync("Task", ("status", "accepted"))).Ids);
        var (seen, next) = (new List<string>(), (string?)"Task?_count=2");
        for (; next is not null;)
        {
            var page = await http.GetFhirAsync($"/fhir/{next}");
            seen.AddRange(page.Ids);
            next = page.Link("next");
        }
        Assert.Equal(ids.AsEnumerable().Reverse(), seen);
        Assert.Empty((await service.As(Given.Nordlandssykehuset, Roles.Coordinator).GetFhirAsync("/fhir/Task")).Ids);
        Assert.Empty((await service.As(Given.SykehusetInnlandet, Roles.Handler, "si-elverum-hamar").GetFhirAsync("/fhir/Task")).Ids);
        foreach (var (query, issue) in new[]
        {
            ("status=open", "http.query.status unknownCode"), ("modified=x", "http.query.modified invalidDate"), ("_sort=x", "http.query._sort unknownCode"),
            ("patient=1", "http.query.patient unknownMember"), ("_count=x", "http.query._count invalidLimit"),
        })
            Assert.Equal(issue, Assert.Single((await http.GetFhirAsync($"/fhir/Task?{query}")).Issues));
    }

    private static JsonArray Answer() => JsonNode.Parse($$"""
        [
          { "type": { "coding": [{ "system": "{{FhirSystems.CodeSystem("taskParts")}}", "code": "answer" }] }, "valueString": "Rutinen er endret." },
          {
            "type": { "coding": [{ "system": "{{FhirSystems.CodeSystem("taskParts")}}", "code": "contributingFactor" }] },
            "valueCodeableConcept": { "coding": [{ "system": "{{FhirSystems.CodeSystem("contributingFactors")}}", "code": "capacity" }] }
          },
          {
            "extension": [{
              "url": "{{FhirSystems.Structure("measure")}}",
              "extension": [{ "url": "owner", "valueString": "{{Unit}}" }, { "url": "dueDate", "valueDate": "2026-12-31" }]
            }],
            "type": { "coding": [{ "system": "{{FhirSystems.CodeSystem("taskParts")}}", "code": "measure" }] },
            "valueString": "Ny rutine"
          }
        ]
        """)!.AsArray();

    private static async Task AssertRefusedAsync(HttpClient http, JsonObject task, HttpStatusCode status, string issue, string? version = "")
    {
        var refused = await http.SendAsync(HttpMethod.Put, $"/fhir/Task/{task["id"]}", task.ToJsonString(),
            version is null ? [] : [("If-Match", version.Length > 0 ? version : VersionOf(task))]);
        Assert.True(refused.Status == status && refused.Issues.SequenceEqual([issue]), $"{issue}: {refused}");
    }

    private static Task<FhirReply> UpdateAsync(HttpClient http, JsonObject task, params (string, string)[] headers) =>
        http.SendAsync(HttpMethod.Put, $"/fhir/Task/{task["id"]}", task.ToJsonString(), [("If-Match", VersionOf(task)), .. headers]);

    private static string VersionOf(JsonObject task) => $"W/\"{task["meta"]!["versionId"]}\"";

    private static string? Status(JsonNode task) => (string?)task["status"];

    private static string? BusinessStatus(JsonNode task) => (string?)task["businessStatus"]!["coding"]![0]!["code"];
}

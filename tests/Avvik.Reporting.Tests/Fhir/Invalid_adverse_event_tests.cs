using System.Net;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Fhir;

/// <summary>What is not a deviation is refused with an OperationOutcome that points to the element, in bokmål, and repeats nothing of the input.</summary>
public sealed class Invalid_adverse_event_tests
{
    private const string Respondent = "AdverseEvent.extension[0].extension[0].value.identifier";

    /// <summary>What is changed in a valid resource, and the issues, each as expression and code.</summary>
    private static readonly (string Name, Action<JsonObject> Change, string[] Issues)[] Changed =
    [
        ("another type", e => e["resourceType"] = "Patient", ["AdverseEvent wrongType"]),
        ("no type", e => e.Remove("resourceType"), ["AdverseEvent wrongType"]),
        ("an unknown type", e => e["resourceType"] = "Avvik", ["AdverseEvent wrongType"]),
        ("an unknown element", e => e["dato"] = "2026-08-14", ["AdverseEvent.dato unknownMember"]),
        ("an unknown element deep inside", e => e["event"]!["tekst"] = "x", ["AdverseEvent.event.tekst unknownMember"]),
        ("an unknown element of a contained resource", e => e["contained"]![0]!["navn"] = "x", ["AdverseEvent.contained[0].navn unknownMember"]),
        ("a person number as an element's name", e => e[Given.SyntheticNumber] = "x", ["AdverseEvent unknownMember"]),
        ("no actuality", e => e.Remove("actuality"), ["AdverseEvent.actuality required"]),
        ("actuality of no code", e => e["actuality"] = "faktisk", ["AdverseEvent.actuality unknownCode"]),
        ("actuality against the kind", e => e["actuality"] = "potential", ["AdverseEvent.actuality inconsistent"]),
        ("no subject", e => e.Remove("subject"), ["AdverseEvent.subject required"]),
        ("a subject by reference", e => e["subject"] = Reference("Patient/1"),
            ["AdverseEvent.subject.identifier required", "AdverseEvent.subject notSupported"]),
        ("a subject by name", e => e["subject"] = new JsonObject { ["display"] = "Kari" },
            ["AdverseEvent.subject.identifier required", "AdverseEvent.subject notSupported"]),
        ("an absent subject of an unknown reason", e => e["subject"]!["extension"]![0]!["valueCode"] = "asked-unknown",
            ["AdverseEvent.subject.identifier required", "AdverseEvent.subject notSupported"]),
        ("a patient of an unknown system", e => e["subject"] = FhirCalls.Patient("urn:oid:2.16.578.1.12.4.1.4.9"),
            ["AdverseEvent.subject.identifier.system unknownSystem"]),
        ("a patient without a system", e => e["subject"] = JsonNode.Parse("""{ "identifier": { "value": "41814061033" } }"""),
            ["AdverseEvent.subject.identifier.system required"]),
        ("a patient with another kind of number", e => e["subject"] = FhirCalls.Patient("urn:oid:2.16.578.1.12.4.1.4.1"),
            ["AdverseEvent.subject.identifier.value invalidIdentifier"]),
        ("a patient with a wrong digit", e => e["subject"] = FhirCalls.Patient(number: "41814061034"),
            ["AdverseEvent.subject.identifier.value invalidIdentifier"]),
        ("a patient without a number", e => e["subject"] = JsonNode.Parse("""{ "identifier": { "system": "urn:oid:2.16.578.1.12.4.1.4.2" } }"""),
            ["AdverseEvent.subject.identifier.value required"]),
        ("a patient that is a group", e => { e["subject"] = FhirCalls.Patient(); e["subject"]!["type"] = "Group"; },
            ["AdverseEvent.subject.type invalidValue"]),
        ("a patient with a name", e => { e["subject"] = FhirCalls.Patient(); e["subject"]!["display"] = "Kari"; },
            ["AdverseEvent.subject.display notSupported"]),
        ("no identifier", e => e.Remove("identifier"), ["AdverseEvent.identifier.value required"]),
        ("an identifier without a value", e => e["identifier"]!.AsObject().Remove("value"), ["AdverseEvent.identifier.value required"]),
        ("an identifier without a system", e => e["identifier"]!.AsObject().Remove("system"), ["AdverseEvent.identifier.system required"]),
        ("an identifier of another system", e => e["identifier"]!["system"] = "urn:x", ["AdverseEvent.identifier.system unknownSystem"]),
        ("an identifier that is too long", e => e["identifier"]!["value"] = new string('x', 101), ["AdverseEvent.identifier.value tooLong"]),
        ("an identifier that is a person's", e => e["identifier"]!["value"] = Given.SyntheticNumber, ["AdverseEvent.identifier.value identityInText"]),
        ("an identifier with a period", e => e["identifier"]!["period"] = new JsonObject { ["start"] = "2026" },
            ["AdverseEvent.identifier.period notSupported"]),
        ("no event", e => e.Remove("event"), ["AdverseEvent.event.coding required", "AdverseEvent.event.text required"]),
        ("no narrative", e => e["event"]!.AsObject().Remove("text"), ["AdverseEvent.event.text required"]),
        ("an empty narrative", e => e["event"]!["text"] = "", ["AdverseEvent.event.text invalidValue"]),
        ("a blank narrative", e => e["event"]!["text"] = "   ", ["AdverseEvent.event.text blank"]),
        ("a narrative that is too long", e => e["event"]!["text"] = new string('x', 8001), ["AdverseEvent.event.text tooLong"]),
        ("a number for the narrative", e => e["event"]!["text"] = 5, ["AdverseEvent.event.text wrongType"]),
        ("a person number in the narrative", e => e["event"]!["text"] = $"Gjelder {Given.SyntheticNumber}.", ["AdverseEvent.event.text identityInText"]),
        ("a phone number in the narrative", e => e["event"]!["text"] = "Ring 912 34 567.", ["AdverseEvent.event.text identityInText"]),
        ("no kind", e => e["event"]!.AsObject().Remove("coding"), ["AdverseEvent.event.coding required"]),
        ("an unknown kind", e => Coding(e["event"]!)["code"] = "eple", ["AdverseEvent.event.coding[0].code unknownCode"]),
        ("a kind of another system", e => Coding(e["event"]!)["system"] = "http://snomed.info/sct", ["AdverseEvent.event.coding[0].system unknownSystem"]),
        ("a kind without a system", e => Coding(e["event"]!).AsObject().Remove("system"), ["AdverseEvent.event.coding[0].system required"]),
        ("two kinds", e => e["event"]!["coding"]!.AsArray().Add(Coding(e["event"]!).DeepClone()), ["AdverseEvent.event.coding[1] notSupported"]),
        ("an array for the event", e => e["event"] = new JsonArray(e["event"]!.DeepClone()), ["AdverseEvent.event[1] wrongType"]),
        ("an event of null", e => e["event"] = null, ["AdverseEvent.event required"]),
        ("an empty event", e => e["event"] = new JsonObject(), ["AdverseEvent.event required"]),
        ("no date", e => e.Remove("date"), ["AdverseEvent.date required"]),
        ("a Norwegian date", e => e["date"] = "14.08.2026", ["AdverseEvent.date invalidDate"]),
        ("a time without a zone", e => e["date"] = "2026-08-14T09:30:00", ["AdverseEvent.date invalidDate"]),
        ("a day that is not", e => e["date"] = "2026-02-30", ["AdverseEvent.date invalidDate"]),
        ("a month", e => e["date"] = "2026-08", ["AdverseEvent.date invalidDate"]),
        ("a future date", e => e["date"] = "2199-01-01", ["AdverseEvent.date inFuture"]),
        ("a date of long ago", e => e["date"] = "2001-01-01", ["AdverseEvent.date tooOld"]),
        ("an extension of the date", e => e["_date"] = JsonNode.Parse("""{ "extension": [{ "url": "urn:x", "valueString": "x" }] }"""),
            ["AdverseEvent.date.extension[0] notSupported"]),
        ("discovered before it happened", e => e["detected"] = "2026-08-13T08:00:00Z", ["AdverseEvent.detected beforeOccurred"]),
        ("discovered on a day without a time", e => e["detected"] = "2026-08-15", ["AdverseEvent.detected invalidTime"]),
        ("a recorded date", e => e["recordedDate"] = "2026-08-14", ["AdverseEvent.recordedDate readOnly"]),
        ("an unknown category", e => Coding(e["category"]![0]!)["code"] = "eple", ["AdverseEvent.category[0].coding[0].code unknownCode"]),
        ("a category of HL7's", e => Coding(e["category"]![0]!)["system"] = "http://terminology.hl7.org/CodeSystem/adverse-event-category",
            ["AdverseEvent.category[0].coding[0].system unknownSystem"]),
        ("two categories", e => e["category"]!.AsArray().Add(e["category"]![0]!.DeepClone()), ["AdverseEvent.category[1] notSupported"]),
        ("a category in words", e => e["category"]![0]!["text"] = "Epikrise", ["AdverseEvent.category[0].text notSupported"]),
        ("no categories in a list", e => e["category"] = new JsonArray(), ["AdverseEvent.category[0] required"]),
        ("an unknown harm", e => Coding(e["seriousness"]!)["code"] = "Non-serious", ["AdverseEvent.seriousness.coding[0].code unknownCode"]),
        ("severity against the harm", e => e["severity"] = Severity("severe"), ["AdverseEvent.severity inconsistent"]),
        ("an unknown severity", e => e["severity"] = Severity("fatal"), ["AdverseEvent.severity.coding[0].code unknownCode"]),
        ("an outcome", e => e["outcome"] = Severity("fatal"), ["AdverseEvent.outcome notSupported"]),
        ("an encounter", e => e["encounter"] = Reference("Encounter/1"), ["AdverseEvent.encounter notSupported"]),
        ("a suspect entity", e => e["suspectEntity"] = new JsonArray(new JsonObject { ["instance"] = Reference("Medication/1") }),
            ["AdverseEvent.suspectEntity[0] notSupported"]),
        ("a contributor", e => e["contributor"] = new JsonArray(Reference("Practitioner/1")), ["AdverseEvent.contributor[0] notSupported"]),
        ("a narrative that says more", e => e["text"] = JsonNode.Parse("""
            { "status": "additional", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Mer</div>" }
            """), ["AdverseEvent.text notSupported"]),
        ("no respondent", e => e["extension"]!.AsArray().RemoveAt(0), ["AdverseEvent.extension required"]),
        ("a respondent of no number", e => Number(e)["value"] = "123", [$"{Respondent}.value invalidOrganizationNumber"]),
        ("an unknown respondent", e => Number(e)["value"] = "974760673", [$"{Respondent}.value unknownOrganization"]),
        ("the own party", e => Number(e)["value"] = Given.Hamar, [$"{Respondent}.value ownOrganization"]),
        ("a respondent of another system", e => Number(e)["system"] = "urn:x", [$"{Respondent}.system unknownSystem"]),
        ("two respondents", e => e["extension"]!.AsArray().Add(e["extension"]![0]!.DeepClone()), ["AdverseEvent.extension[2] notSupported"]),
        ("an unknown unit", e => e["extension"]![0]!["extension"]!.AsArray().Add(JsonNode.Parse("""{ "url": "unit", "valueCode": "eple" }""")),
            ["AdverseEvent.extension[0].extension[1].value unknownUnit"]),
        ("an unknown extension", e => e["extension"]!.AsArray().Add(JsonNode.Parse("""{ "url": "urn:x", "valueString": "x" }""")),
            ["AdverseEvent.extension[2] notSupported"]),
        ("a modifier extension", e => e["modifierExtension"] = JsonNode.Parse("""[{ "url": "urn:x", "valueString": "x" }]"""),
            ["AdverseEvent.modifierExtension[0] notSupported"]),
        ("an extension without an address", e => e["extension"]![1]!.AsObject().Remove("url"), ["AdverseEvent.extension[1].url required"]),
        ("an extension of another type", e => { e["extension"]![1]!.AsObject().Remove("valueCoding"); e["extension"]![1]!["valueString"] = "x"; },
            ["AdverseEvent.extension[1].value wrongType"]),
        ("an unknown patient group", e => e["extension"]![1]!["valueCoding"]!["code"] = "eple", ["AdverseEvent.extension[1].value.code unknownCode"]),
        ("the same patient group twice", e => e["extension"]!.AsArray().Add(e["extension"]![1]!.DeepClone()),
            ["AdverseEvent.extension[2].value.code repeated"]),
        ("a reference number", e => e["extension"]!.AsArray().Add(new JsonObject
        {
            ["url"] = FhirSystems.Structure("reference"),
            ["valueIdentifier"] = new JsonObject { ["value"] = "AVV-2026-1000000" },
        }), ["AdverseEvent.extension[2] readOnly"]),
        ("a place that is not contained", e => e["location"]!["reference"] = "Location/1",
            ["AdverseEvent.location.reference invalidValue", "AdverseEvent.contained[0] notSupported"]),
        ("a contained resource that nothing refers to", e => e.Remove("location"), ["AdverseEvent.contained[0] notSupported"]),
        ("a reporter of another organisation", e => e["contained"]![1]!["organization"]!["identifier"]!["value"] = Given.Ringsaker,
            ["AdverseEvent.contained[1].organization.identifier.value otherOrganization"]),
        ("a reporter of no number", e => e["contained"]![1]!["practitioner"] = JsonNode.Parse("""
            { "identifier": { "system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": "abc" } }
            """), ["AdverseEvent.contained[1].practitioner.identifier.value invalidHprNumber"]),
        ("a specialty", e => e["contained"]![1]!["specialty"] = new JsonArray(Severity("x")), ["AdverseEvent.contained[1].specialty[0] notSupported"]),
    ];

    [Fact]
    public async Task Invalid_resource_is_refused_with_the_element_and_the_reason()
    {
        Assert.True(Changed.Length >= 60, $"{Changed.Length} inputs");
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var wrong = new List<string>();
        foreach (var (name, change, issues) in Changed)
        {
            var sent = FhirCalls.Event();
            change(sent);
            var reply = await http.CreateAsync(sent);
            if ((int)reply.Status is not (400 or 422) || !reply.Issues.Order(StringComparer.Ordinal).SequenceEqual(issues.Order(StringComparer.Ordinal)))
                wrong.Add($"{name}: {(int)reply.Status} {(reply.Body?["issue"] is null ? reply.ToString() : string.Join(", ", reply.Issues))}");
            Assert.DoesNotContain("4181406103", reply.ToString(), StringComparison.Ordinal);
            if (reply.Body?["issue"] is JsonArray told)
                Assert.All(told, i => Assert.True(i!["details"]!["text"] is not null && i["code"] is not null && (string?)i["severity"] == "error"));
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(0, await database.CountAsync("select count(*) from deviations"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hei")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("{\"resourceType\":\"AdverseEvent\",")]
    [InlineData("{\"resourceType\":\"AdverseEvent\",\"actuality\":\"actual\",\"subject\":{\"type\":\"Patient\"}}{}")]
    public async Task Body_that_is_no_resource_is_refused(string body)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var reply = await http.SendAsync(HttpMethod.Post, "/fhir/AdverseEvent", body, []);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(Assert.Single(reply.Issues), new[] { "AdverseEvent invalidJson", "AdverseEvent wrongType" });
    }

    [Fact]
    public async Task Example_of_hl7_is_refused_where_it_cannot_be_kept_and_taken_without()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now));
        using var http = service.As(Given.Hamar, Roles.Client);
        // http://hl7.org/fhir/R4/adverseevent-example.json, the one example that R4 has of the resource.
        var example = JsonNode.Parse("""
            {
              "resourceType": "AdverseEvent",
              "id": "example",
              "text": { "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Generated Narrative with Details</p></div>" },
              "identifier": { "system": "http://acme.com/ids/patients/risks", "value": "49476534" },
              "actuality": "actual",
              "category": [{
                "coding": [{
                  "system": "http://terminology.hl7.org/CodeSystem/adverse-event-category", "code": "product-use-error", "display": "Product Use Error"
                }]
              }],
              "event": {
                "coding": [{ "system": "http://snomed.info/sct", "code": "304386008", "display": "O/E - itchy rash" }],
                "text": "This was a mild rash on the left forearm"
              },
              "subject": { "reference": "Patient/example" },
              "date": "2017-01-29T12:34:56+00:00",
              "seriousness": {
                "coding": [{
                  "system": "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness", "code": "Non-serious", "display": "Non-serious"
                }]
              },
              "severity": {
                "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/adverse-event-severity", "code": "mild", "display": "Mild" }]
              },
              "recorder": { "reference": "Practitioner/example" },
              "suspectEntity": [{ "instance": { "reference": "Medication/example" } }],
              "meta": { "tag": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data" }] }
            }
            """)!.AsObject();
        var refused = await http.CreateAsync(example);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        foreach (var issue in new[]
        {
            "AdverseEvent.identifier.system unknownSystem", "AdverseEvent.category[0].coding[0].system unknownSystem",
            "AdverseEvent.event.coding[0].system unknownSystem", "AdverseEvent.subject.identifier required",
            "AdverseEvent.seriousness.coding[0].system unknownSystem", "AdverseEvent.recorder.reference invalidValue",
            "AdverseEvent.suspectEntity[0] notSupported", "AdverseEvent.extension required",
        })
            Assert.Contains(issue, refused.Issues);

        // With our codes, and without what we have no place for, it is a deviation: its id, narrative and tags are not ours to keep.
        var ours = FhirCalls.Event();
        foreach (var element in new[] { "identifier", "subject", "seriousness", "category", "extension", "recorder", "contained", "location" })
            example[element] = ours[element]!.DeepClone();
        example["event"]!["coding"] = ours["event"]!["coding"]!.DeepClone();
        example.Remove("suspectEntity");
        var created = await http.CreateAsync(example);
        Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
        Assert.Equal("This was a mild rash on the left forearm", (string?)created.Body!["event"]!["text"]);
        Assert.NotEqual("example", created.Id);
    }

    [Fact]
    public async Task Errors_are_in_bokmål_or_in_english_for_those_who_ask()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var sent = FhirCalls.Event();
        sent.Remove("date");
        Assert.Equal("Feltet må fylles ut.", (string?)(await http.CreateAsync(sent)).Body!["issue"]![0]!["details"]!["text"]);
        Assert.Equal("The field is required.", (string?)(await http.CreateAsync(sent, ("Accept-Language", "en"))).Body!["issue"]![0]!["details"]!["text"]);
        using var nobody = service.CreateClient();
        var refused = await nobody.GetFhirAsync("/fhir/AdverseEvent");
        Assert.Equal((HttpStatusCode.Unauthorized, "http.Authorization unauthorized"), (refused.Status, Assert.Single(refused.Issues)));
        Assert.Equal(HttpStatusCode.Forbidden, (await service.As(Given.Hamar, Roles.Ssu).GetFhirAsync("/fhir/AdverseEvent")).Status);
        var deleted = await http.SendAsync(HttpMethod.Delete, "/fhir/AdverseEvent/1", null, []);
        Assert.Equal("OperationOutcome", (string?)deleted.Body!["resourceType"]);
    }

    private static JsonNode Coding(JsonNode concept) => concept["coding"]![0]!;

    private static JsonNode Number(JsonObject e) => e["extension"]![0]!["extension"]![0]!["valueReference"]!["identifier"]!;

    private static JsonObject Reference(string to) => new() { ["reference"] = to };

    private static JsonObject Severity(string code) =>
        new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/adverse-event-severity", ["code"] = code }) };
}

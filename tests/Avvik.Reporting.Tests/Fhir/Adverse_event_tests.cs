using System.Net;
using System.Text.Json.Nodes;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Fhir;

public sealed class Adverse_event_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Create_answers_201_with_the_resource_that_read_gives(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var created = await http.CreateAsync(FhirCalls.Event("epj-1"));
        Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
        Assert.Equal(("application/fhir+json", "W/\"1\"", $"/fhir/AdverseEvent/{created.Id}"), (created.ContentType, created.ETag, created.Location));

        var read = await http.GetFhirAsync($"/fhir/AdverseEvent/{created.Id}");
        Assert.Equal((HttpStatusCode.OK, "W/\"1\""), (read.Status, read.ETag));
        Assert.True(JsonNode.DeepEquals(created.Body, read.Body), $"{created.Body}\n{read.Body}");
        Assert.Equal("1", (string?)read.Body!["meta"]!["versionId"]);
        Assert.Equal("epj-1", (string?)read.Body["identifier"]!["value"]);

        // The same deviation in the other form.
        var deviation = await service.Reporter().GetDeviationAsync(Guid.Parse(created.Id));
        Assert.Equal(("epj-1", "2026-08-14", "SI Elverum", "nurse"), (deviation.Submission.ClientReference, deviation.Submission.OccurredAt,
            deviation.Submission.Respondent!.Site, deviation.Submission.Reporter!.Profession));
        Assert.Equal((HttpStatusCode.NotFound, " notFound"), await StatusAsync(service.As(Given.Ringsaker, Roles.Client), created.Id));
        Assert.Equal((HttpStatusCode.NotFound, " notFound"), await StatusAsync(http, Guid.Empty.ToString()));
        Assert.Equal((HttpStatusCode.NotFound, " notFound"), await StatusAsync(http, "no-id"));

        static async Task<(HttpStatusCode, string)> StatusAsync(HttpClient caller, string id)
        {
            var reply = await caller.GetFhirAsync($"/fhir/AdverseEvent/{id}");
            return (reply.Status, Assert.Single(reply.Issues));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Conditional_create_is_the_idempotency_of_the_json_api(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var condition = ("If-None-Exist", $"identifier={FhirSystems.ClientReference}|epj-2");
        var first = await http.CreateAsync(FhirCalls.Event("epj-2"), condition);
        Assert.Equal(HttpStatusCode.Created, first.Status);
        foreach (var headers in new[] { [condition], Array.Empty<(string, string)>(), [("If-None-Exist", Uri.EscapeDataString(condition.Item2))] })
        {
            var again = await http.CreateAsync(FhirCalls.Event("epj-2"), headers);
            Assert.Equal((HttpStatusCode.OK, first.Id), (again.Status, again.Id));
        }
        // Nothing that was to be reported is dropped: other content under the same identifier is refused.
        var other = FhirCalls.Event("epj-2");
        other["date"] = "2026-08-13";
        var refused = await http.CreateAsync(other, condition);
        Assert.Equal((HttpStatusCode.Conflict, " clientReferenceReused"), (refused.Status, Assert.Single(refused.Issues)));
        // The condition is that of the resource.
        foreach (var wrong in new[] { "identifier=epj-2", $"identifier={FhirSystems.ClientReference}|epj-3", "date=2026-08-14" })
        {
            var odd = await http.CreateAsync(FhirCalls.Event("epj-2"), ("If-None-Exist", wrong));
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "http.If-None-Exist inconsistent"), (odd.Status, Assert.Single(odd.Issues)));
        }
        Assert.Equal(1, await database.CountAsync("select count(*) from deviations"));
    }

    [Fact]
    public async Task Prefer_decides_what_a_create_gives_back()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var minimal = await http.CreateAsync(FhirCalls.Event(), ("Prefer", "return=minimal"));
        Assert.Equal((HttpStatusCode.Created, null), (minimal.Status, minimal.Body));
        Assert.NotNull(minimal.Location);
        Assert.Equal("AdverseEvent", (string?)(await http.CreateAsync(FhirCalls.Event(), ("Prefer", "return=representation"))).Body!["resourceType"]);
        var named = FhirCalls.Event();
        named["event"]!["text"] = "Kari Nordmann ringte om epikrisen.";
        var outcome = await http.CreateAsync(named, ("Prefer", "return=OperationOutcome"));
        Assert.Equal((HttpStatusCode.Created, "OperationOutcome", "AdverseEvent.event.text possibleName"),
            (outcome.Status, (string?)outcome.Body!["resourceType"], Assert.Single(outcome.Issues)));
        Assert.Equal(("warning", "0+13"), ((string?)outcome.Body["issue"]![0]!["severity"], (string?)outcome.Body["issue"]![0]!["diagnostics"]));
    }

    [Theory]
    [InlineData("application/fhir+xml", null, HttpStatusCode.UnsupportedMediaType, "http.Content-Type unsupportedMediaType")]
    [InlineData("application/xml", null, HttpStatusCode.UnsupportedMediaType, "http.Content-Type unsupportedMediaType")]
    [InlineData("application/fhir+json", "application/fhir+xml", HttpStatusCode.NotAcceptable, "http.Accept notAcceptable")]
    [InlineData("application/fhir+json", "text/html", HttpStatusCode.NotAcceptable, "http.Accept notAcceptable")]
    [InlineData("application/json", "application/fhir+json", HttpStatusCode.Created, null)]
    [InlineData("application/fhir+json", "application/fhir+xml;q=0.5, application/json", HttpStatusCode.Created, null)]
    [InlineData("application/fhir+json", "*/*", HttpStatusCode.Created, null)]
    public async Task Only_json_is_read_and_written(string contentType, string? accept, HttpStatusCode status, string? issue)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var reply = await http.SendAsync(HttpMethod.Post, "/fhir/AdverseEvent", FhirCalls.Event().ToJsonString(), accept is null ? [] : [("Accept", accept)],
            contentType);
        Assert.Equal(status, reply.Status);
        if (issue is not null) Assert.Equal(issue, Assert.Single(reply.Issues));
        Assert.Equal(HttpStatusCode.NotAcceptable, (await http.GetFhirAsync("/fhir/AdverseEvent?_format=xml")).Status);
        Assert.Equal(HttpStatusCode.OK, (await http.GetFhirAsync("/fhir/AdverseEvent?_format=application/fhir+json")).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Patient_goes_to_the_sealed_envelope_and_never_comes_back(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Reporter);
        foreach (var system in new[] { "urn:oid:2.16.578.1.12.4.1.4.2", "http://hl7.no/fhir/NamingSystem/DNR" })
        {
            var sent = FhirCalls.Event();
            sent["subject"] = FhirCalls.Patient(system);
            var created = await http.CreateAsync(sent);
            Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
            Assert.Equal("masked", (string?)created.Body!["subject"]!["extension"]![0]!["valueCode"]);
            Assert.DoesNotContain(Given.SyntheticNumber, (await http.GetFhirAsync($"/fhir/AdverseEvent/{created.Id}")).ToString(), StringComparison.Ordinal);
            var patient = await service.Reporter().OpenEnvelopeAsync(Guid.Parse(created.Id), "contactPatient");
            Assert.Equal(("dnr", Given.SyntheticNumber), (patient.IdentifierType, patient.Identifier));
        }
        Assert.DoesNotContain(Given.SyntheticNumber, await database.DumpAsync(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Patient_is_searched_for_in_a_post_alone_and_the_search_is_logged(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var theirs = FhirCalls.Event();
        theirs["subject"] = FhirCalls.Patient();
        var id = (await http.CreateAsync(theirs)).Id;
        await http.CreateAsync(FhirCalls.Event());
        var elsewhere = FhirCalls.Event();
        (elsewhere["subject"], elsewhere["contained"]![1]!["organization"]!["identifier"]!["value"]) = (FhirCalls.Patient(), Given.Ringsaker);
        Assert.Equal(HttpStatusCode.Created, (await service.As(Given.Ringsaker, Roles.Client).CreateAsync(elsewhere)).Status);

        var token = $"urn:oid:2.16.578.1.12.4.1.4.2|{Given.SyntheticNumber}";
        var found = await http.SearchFhirAsync("AdverseEvent", ("subject:identifier", token));
        Assert.Equal([id], found.Ids);
        Assert.DoesNotContain(Given.SyntheticNumber, found.ToString(), StringComparison.Ordinal);
        Assert.Contains("patientSearched", await database.DumpAsync("access_log"), StringComparison.Ordinal);
        foreach (var query in new[] { $"?subject:identifier={Uri.EscapeDataString(token)}", $"/_search?subject:identifier={Uri.EscapeDataString(token)}" })
        {
            var refused = query[0] == '?' ? await http.GetFhirAsync($"/fhir/AdverseEvent{query}")
                : await http.SendAsync(HttpMethod.Post, $"/fhir/AdverseEvent{query}", "", [], "application/x-www-form-urlencoded");
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "http.query.subject:identifier notInUrl"), (refused.Status, Assert.Single(refused.Issues)));
            Assert.DoesNotContain(Given.SyntheticNumber, refused.ToString(), StringComparison.Ordinal);
        }
        foreach (var wrong in new[] { Given.SyntheticNumber, $"urn:oid:2.16.578.1.12.4.1.4.9|{Given.SyntheticNumber}", "urn:oid:2.16.578.1.12.4.1.4.2|1" })
            Assert.Equal("http.query.subject:identifier invalidIdentifier",
                Assert.Single((await http.SearchFhirAsync("AdverseEvent", ("subject:identifier", wrong))).Issues));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Search_finds_by_identifier_date_and_category_in_pages(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var ids = new List<string>();
        foreach (var (date, category) in new[]
        {
            ("2026-08-14", "dischargeSummary"), ("2026-08-15T12:00:00+02:00", "medication"), ("2026-08-16", "medication"),
        })
        {
            var sent = FhirCalls.Event($"epj-{date[..10]}");
            (sent["date"], sent["category"]![0]!["coding"]![0]!["code"]) = (date, category);
            ids.Add((await http.CreateAsync(sent)).Id);
        }
        var reference = (await service.Reporter().GetDeviationAsync(Guid.Parse(ids[1]))).Reference;
        foreach (var (query, expected) in new (string, int[])[]
        {
            ("", [2, 1, 0]), ("_sort=date", [0, 1, 2]), ("_sort=-date", [2, 1, 0]),
            ("identifier=epj-2026-08-14", [0]), ($"identifier={Uri.EscapeDataString($"{FhirSystems.ClientReference}|epj-2026-08-16")}", [2]),
            ($"identifier={Uri.EscapeDataString($"{FhirSystems.Reference}|{reference}")}", [1]), ("identifier=epj-9", []),
            ("identifier=urn:other%7Cepj-2026-08-14", []),
            ("category=medication", [2, 1]),
            ($"category={Uri.EscapeDataString(FhirSystems.CodeSystem("categories") + "|dischargeSummary")},medication", [2, 1, 0]),
            ("date=2026-08-14", [0]), ("date=2026-08", [2, 1, 0]), ("date=2025", []), ("date=ge2026-08-15", [2, 1]), ("date=gt2026-08-15", [2]),
            ("date=lt2026-08-15", [0]), ("date=le2026-08-15", [1, 0]), ("date=ne2026-08-15", [2, 0]), ("date=sa2026-08-14&date=eb2026-08-16", [1]),
            ("date=2026-08-15T10:00:00Z", [1]), ("date=lt2026-08-15T12:00:00%2B02:00", [0]), ("date=ge2026-08-15T10:00Z", [2, 1]),
        })
        {
            var reply = await http.GetFhirAsync($"/fhir/AdverseEvent?{query}");
            Assert.True(reply.Status == HttpStatusCode.OK && expected.Select(i => ids[i]).SequenceEqual(reply.Ids), $"{query}: {reply}");
            Assert.Equal(reply.Ids, (await http.SearchFhirAsync("AdverseEvent", [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(p => p.Split('=')).Select(p => (p[0], Uri.UnescapeDataString(p[1])))])).Ids);
        }
        foreach (var sort in new[] { "", "&_sort=date", "&_sort=-date" })
        {
            var (seen, next) = (new List<string>(), (string?)$"AdverseEvent?_count=2{sort}");
            while (next is not null)
            {
                var page = await http.GetFhirAsync($"/fhir/{next}");
                Assert.Contains("_count=2", page.Link("self"), StringComparison.Ordinal);
                seen.AddRange(page.Ids);
                next = page.Link("next");
            }
            Assert.Equal(sort == "&_sort=date" ? ids : [.. ids.AsEnumerable().Reverse()], seen);
        }
        foreach (var (query, issue) in new[]
        {
            ("date=14.08.2026", "http.query.date invalidDate"), ("date=ap2026-08-14", "http.query.date invalidDate"),
            ("_count=0", "http.query._count invalidLimit"),
            ("_sort=name", "http.query._sort unknownCode"), ("category=eple", "http.query.category unknownCode"),
            ("cursor=x", "http.query.cursor invalidCursor"),
            ("subject=Patient/1", "http.query.subject unknownMember"), ("_include=x", "http.query._include unknownMember"),
            ("identifier=", "http.query.identifier invalidValue"), ("date=2026-08-14T10:00", "http.query.date invalidDate"),
        })
            Assert.Equal(issue, Assert.Single((await http.GetFhirAsync($"/fhir/AdverseEvent?{query}")).Issues));
    }

    [Fact]
    public async Task Deviations_from_before_the_column_are_found_by_date_after_the_backfill()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        string id;
        await using (var service = new ServiceUnderTest<Program>(database))
            id = (await service.As(Given.Hamar, Roles.Client).CreateAsync(FhirCalls.Event())).Id;
        await database.ExecuteAsync("update deviations set occurred_from = null, occurred_until = null");
        await using (var service = new ServiceUnderTest<Program>(database))
        {
            using var http = service.As(Given.Hamar, Roles.Client);
            await Eventually.IsTrue(async () => (await http.GetFhirAsync("/fhir/AdverseEvent?date=2026-08-14")).Ids.SequenceEqual([id]),
                TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task Validate_says_what_a_create_would_and_stores_nothing()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var good = await ValidateAsync(FhirCalls.Event());
        Assert.Equal((HttpStatusCode.OK, "information"), (good.Status, (string?)good.Body!["issue"]![0]!["severity"]));
        var wrapped = new JsonObject
        {
            ["resourceType"] = "Parameters",
            ["parameter"] = new JsonArray(new JsonObject { ["name"] = "resource", ["resource"] = FhirCalls.Event() }),
        };
        Assert.Equal("information", (string?)(await ValidateAsync(wrapped)).Body!["issue"]![0]!["severity"]);
        var bad = FhirCalls.Event();
        bad["event"]!["coding"]![0]!["code"] = "eple";
        var refused = await ValidateAsync(bad);
        Assert.Equal((HttpStatusCode.OK, "AdverseEvent.event.coding[0].code unknownCode"), (refused.Status, Assert.Single(refused.Issues)));
        Assert.Equal(0, await database.CountAsync("select count(*) from deviations"));

        Task<FhirReply> ValidateAsync(JsonNode body) => http.SendAsync(HttpMethod.Post, "/fhir/AdverseEvent/$validate", body.ToJsonString(), []);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Provenance_has_who_reported_and_what_the_reporter_may_know_since(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.Hamar, Roles.Client);
        var id = (await http.CreateAsync(FhirCalls.Event())).Id;
        var deviation = await service.Reporter().GetDeviationAsync(Guid.Parse(id));
        await service.ReceiveAsync(deviation.Changed(2, "routed", CaseStates.Routed, organization: null));
        var found = await http.GetFhirAsync($"/fhir/Provenance?target=AdverseEvent/{id}");
        Assert.Equal([$"AdverseEvent-{id}-1", $"AdverseEvent-{id}-2"], found.Ids);
        var first = (await http.GetFhirAsync($"/fhir/Provenance/AdverseEvent-{id}-1")).Body!;
        Assert.Equal((Given.Hamar, "CREATE"), ((string?)first["agent"]![0]!["onBehalfOf"]!["identifier"]!["value"],
            (string?)first["activity"]!["coding"]![0]!["code"]));
        Assert.Equal("W/\"2\"", (await http.GetFhirAsync($"/fhir/AdverseEvent/{id}")).ETag);
        using var stranger = service.As(Given.Ringsaker, Roles.Client);
        Assert.Empty((await stranger.GetFhirAsync($"/fhir/Provenance?target=AdverseEvent/{id}")).Ids);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetFhirAsync($"/fhir/Provenance/AdverseEvent-{id}-1")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetFhirAsync($"/fhir/Provenance/AdverseEvent-{id}-3")).Status);
        Assert.Equal("http.query.target required", Assert.Single((await http.GetFhirAsync("/fhir/Provenance")).Issues));
        Assert.Equal("http.query.target invalidValue", Assert.Single((await http.GetFhirAsync("/fhir/Provenance?target=Patient/1")).Issues));
    }
}

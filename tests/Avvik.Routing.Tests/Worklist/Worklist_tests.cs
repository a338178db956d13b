using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Worklist;

public sealed class Worklist_tests
{
    private static readonly string[] Degrees = ["unknown", "notReached", "none", "mild", "moderate", "severe", "death"];

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static IAvvikClient Coordinator(ServiceUnderTest<Program> service) => service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);

    private static async Task<List<CaseRow>> AllPagesAsync(IAvvikClient client, string query, int limit)
    {
        var (seen, cursor) = (new List<CaseRow>(), (string?)null);
        do
        {
            var page = await client.ListCasesAsync(QueryRecords.Of<CaseQuery>(query) with { Limit = limit, Cursor = cursor });
            Assert.InRange(page.Items.Count, 1, limit);
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        } while (cursor is not null);
        return seen;
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reading_cases_is_logged_one_line_a_page(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = service.Triaged();
        await service.ReceiveAsync(triaged);
        await service.ReceiveAsync(service.Triaged());
        await Coordinator(service).ListCasesAsync();
        await Coordinator(service).ListCasesAsync(new() { Q = "finnesikke" });
        Assert.Equal(1, await database.CountAsync("select count(*) from access_log where action = 'casesListed'"));
        await Coordinator(service).GetCaseAsync(triaged.DeviationId);
        Assert.Equal(HttpStatusCode.NotFound,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator)
            .GetCaseAsync(triaged.DeviationId))).Status);
        var lines = (await service.ClientAs(Given.SykehusetInnlandet, Roles.Auditor)
            .ListAccessLogAsync("routing", new() { Deviation = triaged.DeviationId })).Items;
        Assert.Equal([("caseRead", 1), ("casesListed", 2)], lines.Select(l => (l.Action, l.Deviations.Count)));
        Assert.True((await service.ClientAs(Given.SykehusetInnlandet, Roles.Auditor).VerifyAccessLogAsync("routing")).Intact);
        await database.ExecuteAsync("drop table access_log");
        Assert.Equal(HttpStatusCode.ServiceUnavailable,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => Coordinator(service).GetCaseAsync(triaged.DeviationId))).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Worklist_pages_are_complete_in_each_sort_order(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        // Three instants and seven degrees of harm among 28, received in another order than they came to be.
        var cases = Enumerable.Range(0, 28).Select(i =>
            service.Triaged(f => f with { ReceivedAt = Given.ReceivedAt.AddMilliseconds(i % 3), ActualHarm = Degrees[i % 7] })).ToList();
        await service.ReceiveAsync(cases.AsEnumerable().Reverse());

        foreach (var (sort, key) in new (string,
            Func<CaseRow, long>)[] { ("", c => c.DueAt.UtcTicks), ("&sort=dueAt", c => c.DueAt.UtcTicks), ("&sort=-receivedAt", c => -c.ReceivedAt.UtcTicks),
                ("&sort=-actualHarm", c => -Array.IndexOf(Degrees, c.ActualHarm)) })
        {
            var seen = await AllPagesAsync(Coordinator(service), sort, limit: 5);
            Assert.Equal(cases.Select(c => c.DeviationId).Order(), seen.Select(c => c.Id).Order());
            Assert.Equal(seen.Select(key).Order(), seen.Select(key));
            Assert.Equal((await Coordinator(service).ListCasesAsync(QueryRecords.Of<CaseQuery>(sort) with { Limit = 200 })).Items.Select(c => c.Id),
                seen.Select(c => c.Id));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Worklist_filters_by_each_parameter(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        const string Ringsaker = "864950582";
        var summary = service.Triaged(f => f with { Reference = "AVV-2026-000101" });
        var privacy = service.Triaged(f => f with { Reference = "AVV-2026-000102", Category = "privacy", Clause = "9" },
            narrative: "Økning i 100 % av tilfellene; se_også Årsrapport.");
        var theirs = service.Triaged(f => f with { Reference = "AVV-2026-000103", ReporterOrganization = Ringsaker });
        var ours = service.Triaged(f =>
            f with
            {
                Reference = "AVV-2026-000104",
                ReporterOrganization = Given.SykehusetInnlandet,
                RespondentOrganization = Given.Hamar,
                Direction = Directions.TrustToMunicipality
            });
        await service.ReceiveAsync(summary, privacy, theirs, ours);
        await Coordinator(service).ActAsync(theirs.DeviationId, 3, "acknowledge");
        var client = Coordinator(service);
        async Task ExpectAsync(string query, params DeviationTriaged[] expected) =>
            Assert.Equal((query, string.Join(' ', expected.Select(e => e.Facts.Reference))),
                (query, string.Join(' ', (await client.ListCasesAsync(QueryRecords.Of<CaseQuery>(query))).Items.Select(c => c.Reference)
                .Order(StringComparer.Ordinal))));

        await ExpectAsync("", summary, privacy, theirs, ours);
        await ExpectAsync("unit=si-personvern", privacy);
        await ExpectAsync("category=dischargeSummary", summary, theirs, ours);
        await ExpectAsync("state=acknowledged", theirs);
        await ExpectAsync($"organization={Ringsaker}", theirs);
        await ExpectAsync($"organization={Given.Hamar}", summary, privacy, ours);
        await ExpectAsync("q=000103", theirs);
        await ExpectAsync("q=avv-2026", summary, privacy, theirs, ours);
        await ExpectAsync("q=EPIKRISEN", summary, theirs, ours);
        await ExpectAsync("q=%C3%B8kning", privacy);
        await ExpectAsync("q=%C3%85RSRAPPORT", privacy);
        await ExpectAsync("q=100%20%25", privacy);
        await ExpectAsync("q=AVV-2026-0001", summary, privacy, theirs, ours);
        await ExpectAsync("q=avv-2026-000102", privacy);
        await ExpectAsync("q=tilfelle%20%C3%B8k", privacy);
        await ExpectAsync("q=se_ogs%C3%A5", privacy);
        await ExpectAsync("q=krise");
        await ExpectAsync("q=%C3%B8kning%20epikrise");
        await ExpectAsync($"category=dischargeSummary&state=routed&organization={Given.Hamar}&q=epikrise", summary, ours);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Search_text_is_never_query_syntax(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var described = service.Triaged(narrative: "Ikke og/eller: pris <b>høy</b>, se side.no/sti NEAR noe.");
        await service.ReceiveAsync(described);
        async Task<int> CountAsync(string q) => (await Coordinator(service).ListCasesAsync(new() { Q = q })).Items.Count;

        foreach (var q in new[] { "ikke", "og", "eller", "side", "sti", "HØY", "near", "\"pris\"", "pris*", "(pris", "pris'", "pris:", "^pris", "-pris",
            "NEAR(pris)", "parties pris", "a\"b OR pris", "pris & !noe", "pris \\", "😀 pris" })
            Assert.Equal((q, q is "parties pris" or "a\"b OR pris" ? 0 : 1), (q, await CountAsync(q)));
        foreach (var q in new[] { "%", "\"", "*", "😀", "' or 1=1 --", "parties", Given.Hamar, "\0" }) Assert.Equal((q, 0), (q, await CountAsync(q)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Search_for_a_common_word_pages_through_all_matches(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        // More than are fetched to be sorted; some of other parties, and a few that are closed.
        var cases = Enumerable.Range(0, 1200).Select(i => service.Triaged(f => f with
        {
            Reference = $"AVV-2026-{i:D6}",
            ReceivedAt = Given.ReceivedAt.AddMinutes(i * 7 % 1009),
            ReporterOrganization = i % 2 == 0 ? Given.Hamar : "864950582",
        }, narrative: i % 3 == 0 ? "Epikrisen manglet, Øyeblikkelig hjelp." : "Uten epikrise.")).ToList();
        foreach (var page in cases.Chunk(200)) await service.ReceiveAsync(page);
        var withdrawn = cases.Take(60).ToList();
        await service.ReceiveAsync(withdrawn.Select(c => service.Withdrawn(c.DeviationId)));

        var expected = cases.Where((_, i) => i % 3 == 0).OrderBy(c => c.Facts.ReceivedAt).ThenBy(c => c.DeviationId).Select(c => c.DeviationId).ToList();
        var found = (await AllPagesAsync(Coordinator(service), "&q=ep%20%C3%B8yeb", limit: 200)).Select(c => c.Id).ToList();
        Assert.Equal(expected, found);
        var ofHamar = expected.Intersect(cases.Where((_, i) => i % 2 == 0).Select(c => c.DeviationId));
        Assert.Equal(ofHamar, (await AllPagesAsync(service.ClientAs(Given.Hamar, Roles.Reporter), "&q=epikris%20%C3%98YEBLIKK", limit: 200)).Select(c => c.Id));
        var all = await AllPagesAsync(Coordinator(service), "&q=epikris", limit: 200);
        Assert.Equal(cases.Select(c => c.DeviationId).Order(), all.Select(c => c.Id).Order());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Case_is_overdue_when_past_due_and_not_answered(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt.AddHours(1));
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var (early, late) = (service.Triaged(), service.Triaged(f => f with { ReceivedAt = Given.ReceivedAt.AddDays(2) }));
        await service.ReceiveAsync(early, late);
        var client = Coordinator(service);
        async Task ExpectAsync(Guid[] overdue, Guid[] inTime)
        {
            Assert.Equal(overdue, (await client.ListCasesAsync(new() { Overdue = true })).Items.Select(c => c.Id));
            Assert.Equal(inTime, (await client.ListCasesAsync(new() { Overdue = false })).Items.Select(c => c.Id));
            Assert.All((await client.ListCasesAsync()).Items, c => Assert.Equal(overdue.Contains(c.Id), c.Overdue));
        }

        await ExpectAsync([], [early.DeviationId, late.DeviationId]);
        clock.Advance(new DateTimeOffset(2026, 9, 10, 22, 0, 0, TimeSpan.Zero) - clock.GetUtcNow());
        await ExpectAsync([], [early.DeviationId, late.DeviationId]);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await ExpectAsync([early.DeviationId], [late.DeviationId]);
        await client.ActNowAsync(early.DeviationId, "acknowledge");
        await client.ActNowAsync(early.DeviationId, "start");
        await client.ActNowAsync(early.DeviationId, "answer",
            new() { Text = "Rutinen er endret.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle." });
        await ExpectAsync([], [early.DeviationId, late.DeviationId]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Closed_cases_are_listed_only_by_state_or_search(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (open, withdrawn) = (service.Triaged(), service.Triaged());
        await service.ReceiveAsync([open, withdrawn, service.Withdrawn(withdrawn.DeviationId)]);
        Assert.Equal([open.DeviationId], (await Coordinator(service).ListCasesAsync()).Items.Select(c => c.Id));
        Assert.Equal([withdrawn.DeviationId], (await Coordinator(service).ListCasesAsync(new() { State = "withdrawn" })).Items.Select(c => c.Id));
        Assert.Equal(2, (await Coordinator(service).ListCasesAsync(new() { Q = "epikrisen" })).Items.Count);
    }

    [Theory]
    [InlineData("state=asleep", "/state", "unknownCode")]
    [InlineData("category=weather", "/category", "unknownCode")]
    [InlineData("organization=123456789", "/organization", "unknownOrganization")]
    [InlineData("sort=dueat", "/sort", "unknownCode")]
    [InlineData("cursor=%20", "/cursor", "invalidCursor")]
    [InlineData("limit=1000", "/limit", "invalidLimit")]
    public async Task Invalid_queue_query_is_refused_with_the_reason(string query, string pointer, string code)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => Coordinator(service).ListCasesAsync(QueryRecords.Of<CaseQuery>(query)));
        var error = Assert.Single(refused.Problem.GetProperty("errors").EnumerateArray());
        var status = code == "invalidCursor" ? HttpStatusCode.BadRequest : HttpStatusCode.UnprocessableEntity;
        Assert.Equal((status, pointer, code), (refused.Status, error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("/api/v1/cases?overdu=true", "/overdu")]
    [InlineData("/api/v1/cases?%3Cscript%3E=1", "")]
    [InlineData("/api/v1/measures?organization=983971709", "/organization")]
    [InlineData("/api/v1/lessons?query=x", "/query")]
    [InlineData("/api/v1/assignments?state=active", "/state")]
    [InlineData("/api/v1/routing-rules?versjon=1", "/versjon")]
    public async Task Filter_that_a_list_does_not_know_is_400(string path, string pointer)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var response = await service.As(Given.SykehusetInnlandet, Roles.Coordinator).GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = Assert.Single(System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("errors")
            .EnumerateArray());
        Assert.Equal((pointer, "unknownMember"), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }
}

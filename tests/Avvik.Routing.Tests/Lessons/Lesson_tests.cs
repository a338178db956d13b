using System.Net;
using System.Net.Http.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Lessons;

public sealed class Lesson_tests
{
    private const string Ringsaker = "864950582";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static readonly LessonDraft Draft = new()
    {
        Title = "Epikrisen følger pasienten",
        WhatHappened = "Epikrisen kom ni dager etter utskrivningen.",
        Why = "Legen sluttet før den var skrevet.",
        WhatWeChanged = "Avdelingen skriver epikrisene samme dag.",
        WhoShouldKnow = "Utskrivende leger og tildelingskontor.",
        PatientGroups = ["frailElderly"],
    };

    private static IAvvikClient Trust(ServiceUnderTest<Program> service) => service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);

    private static IAvvikClient Municipality(ServiceUnderTest<Program> service) => service.ClientAs(Given.Hamar, Roles.LearningEditor);

    private static async Task<Guid> ClosedAsync(ServiceUnderTest<Program> service, Func<DeviationFacts, DeviationFacts>? facts = null)
    {
        var id = (await service.ReceivedAsync(service.Triaged(facts))).DeviationId;
        foreach (var action in new[] { "acknowledge", "start" }) await Trust(service).ActNowAsync(id, action);
        await Trust(service).ActNowAsync(id, "answer",
            new() { Text = "Rutinen er endret.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle." });
        await Trust(service).ActNowAsync(id, "close");
        return id;
    }

    private static async Task<Lesson> ApprovedAsync(ServiceUnderTest<Program> service, LessonDraft draft, Func<DeviationFacts, DeviationFacts>? facts = null)
    {
        var proposed = await Trust(service).ProposeLessonAsync(await ClosedAsync(service, facts), draft);
        return await Municipality(service).ApproveLessonAsync(proposed.Id, proposed.Version);
    }

    private static async Task<(HttpStatusCode, string)> RefusalAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => call);
        return (refused.Status, refused.Problem.GetProperty("type").GetString()!["urn:avvik:problem:".Length..]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawn_lesson_is_erased_from_every_store_and_the_case_keeps_why(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var other = await ApprovedAsync(service, Draft);
        // A small place has one of them, and no detector knows.
        var lesson = await ApprovedAsync(service, Draft with { Title = "Hanskemakeren fikk ingen epikrise", WhatHappened = "Hanskemakeren ble sendt hjem." });
        var id = lesson.Origin!.CaseId;
        Assert.Equal([lesson.Id], (await Municipality(service).ListLessonsAsync(new() { Q = "hanskemakeren" })).Items.Select(l => l.Id));
        var stranger = service.ClientAs(Ringsaker, Roles.LearningEditor);
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"),
            await RefusalAsync(stranger.WithdrawLessonAsync(lesson.Id, lesson.Version, new() { Reason = "Navn." })));
        Assert.Equal(HttpStatusCode.PreconditionFailed,
            (await RefusalAsync(Trust(service).WithdrawLessonAsync(lesson.Id, lesson.Version - 1, new() { Reason = "Navn." }))).Item1);

        // Either party alone.
        await Municipality(service).WithdrawLessonAsync(lesson.Id, lesson.Version, new() { Reason = "Teksten pekte ut en person." });

        Assert.Equal((HttpStatusCode.NotFound, "notFound"), await RefusalAsync(Trust(service).GetLessonAsync(lesson.Id)));
        Assert.Empty((await Municipality(service).ListLessonsAsync(new() { Q = "hanskemakeren" })).Items);
        Assert.Equal([other.Id], (await Municipality(service).ListLessonsAsync(new() { Q = "epikrisen" })).Items.Select(l => l.Id));
        var seen = await service.ClientAs(Given.Hamar, Roles.Coordinator).GetCaseAsync(id);
        Assert.DoesNotContain("Hanskemaker", System.Text.Json.JsonSerializer.Serialize(seen.Timeline), StringComparison.Ordinal);
        Assert.Equal(("lessonWithdrawn", "Teksten pekte ut en person.", "test-person"),
            (seen.Timeline[^1].Action, seen.Timeline[^1].Text, seen.Timeline[^1].Actor));
        // The reporter's timeline had the title: the same line, with other words; and the figures count it no more.
        var approved = seen.Timeline.Single(e => e.Action == "lessonApproved").Version;
        var sent = await database.SentAsync();
        Assert.Equal("Læringsnotat trukket tilbake",
            service.Reveal(sent.OfType<ReporterInformed>().Last(e => e.DeviationId == id && e.Version == approved).Text));
        Assert.Equal(0, sent.OfType<CaseChanged>().Last(c => c.DeviationId == id).Lessons);
        // A better one can be written.
        await Trust(service).ProposeLessonAsync(id, Draft);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Lesson_is_published_when_both_parties_have_approved_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = await ClosedAsync(service);
        var version = (await Trust(service).GetCaseAsync(id)).Case.Version;
        var proposed = await Trust(service).ProposeLessonAsync(id, Draft);

        Assert.Equal(("proposed", 1, "dischargeSummary", "5", "innlandet", "2026-Q3"),
            (proposed.State, proposed.Version, proposed.Category, proposed.Clause, proposed.Community, proposed.Quarter));
        Assert.Equal([Given.SykehusetInnlandet], proposed.Origin!.ApprovedBy);
        var neighbour = service.ClientAs(Ringsaker, Roles.Handler);
        Assert.Empty((await neighbour.ListLessonsAsync()).Items);
        Assert.Equal((HttpStatusCode.NotFound, ProblemCodes.NotFound), await RefusalAsync(neighbour.GetLessonAsync(proposed.Id)));
        Assert.Equal(proposed.Id, Assert.Single((await Municipality(service).ListLessonsAsync()).Items).Id);
        // A proposal is for those who work with the case: the SSU's member from the same party reads what is approved.
        var member = service.ClientAs(Given.SykehusetInnlandet, Roles.Ssu);
        Assert.Empty((await member.ListLessonsAsync()).Items);
        Assert.Equal((HttpStatusCode.NotFound, ProblemCodes.NotFound), await RefusalAsync(member.GetLessonAsync(proposed.Id)));
        Assert.Empty((await Municipality(service).ListLessonsAsync(new() { Q = "epikrisen" })).Items);

        // Twice by one party is not by both.
        Assert.Equal(1, (await Trust(service).ApproveLessonAsync(proposed.Id, 1)).Version);
        var approved = await Municipality(service).ApproveLessonAsync(proposed.Id, 1);

        Assert.Equal(("approved", 2), (approved.State, approved.Version));
        var details = await Trust(service).GetCaseAsync(id);
        var line = details.Timeline[^1];
        Assert.Equal(("lessonApproved", version + 1, Given.Hamar, Draft.Title), (line.Action, line.Version, line.Organization, line.Text));
        var changed = (await database.SentAsync()).OfType<CaseChanged>().Last();
        Assert.Equal(("lessonApproved", version + 1, 1), (changed.Action, changed.Version, changed.Lessons));
        var read = Assert.Single((await neighbour.ListLessonsAsync(new() { Q = "epikrisene LEGE" })).Items);
        Assert.Equal((approved.Id, Draft.WhatHappened, Draft.WhoShouldKnow), (read.Id, read.WhatHappened, read.WhoShouldKnow));
        Assert.Null(read.Origin);
        Assert.Null((await service.ClientAs(Ringsaker, Roles.Ssu).GetLessonAsync(approved.Id)).Origin);
        var raw = await service.As(Ringsaker, Roles.LearningEditor).GetStringAsync($"/api/v1/lessons/{approved.Id}");
        foreach (var secret in new[] { id.ToString(), "AVV-2026", Given.Hamar, Given.SykehusetInnlandet }) Assert.DoesNotContain(secret, raw,
            StringComparison.OrdinalIgnoreCase);
        // Another community's it is not.
        Assert.Empty((await service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator).ListLessonsAsync()).Items);
        Assert.Equal((HttpStatusCode.NotFound, ProblemCodes.NotFound),
            await RefusalAsync(service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator).GetLessonAsync(approved.Id)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Changed_lesson_needs_new_approval(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var proposed = await Trust(service).ProposeLessonAsync(await ClosedAsync(service), Draft);
        var changed = await Municipality(service).ChangeLessonAsync(proposed.Id, 1, Draft with { Title = "Epikrisen samme dag", PatientGroups = null });
        Assert.Equal(("proposed", 2, "Epikrisen samme dag"), (changed.State, changed.Version, changed.Title));
        Assert.Equal([Given.Hamar], changed.Origin!.ApprovedBy);
        Assert.Equal(["frailElderly"], changed.PatientGroups);

        // What was read is no more what would be approved.
        Assert.Equal((HttpStatusCode.PreconditionFailed, ProblemCodes.StaleVersion), await RefusalAsync(Trust(service).ApproveLessonAsync(proposed.Id, 1)));
        Assert.Equal((HttpStatusCode.PreconditionFailed, ProblemCodes.StaleVersion),
            await RefusalAsync(Trust(service).ChangeLessonAsync(proposed.Id, 1, Draft)));
        using (var blind = await service.As(Given.SykehusetInnlandet, Roles.Coordinator).PutAsJsonAsync($"/api/v1/lessons/{proposed.Id}", Draft))
            Assert.Equal(HttpStatusCode.PreconditionRequired, blind.StatusCode);
        await service.ClientAs(Given.SykehusetInnlandet, Roles.LearningEditor).ApproveLessonAsync(proposed.Id, 2);
        Assert.Equal((HttpStatusCode.Conflict, ProblemCodes.LessonApproved), await RefusalAsync(Trust(service).ChangeLessonAsync(proposed.Id, 3, Draft)));
        Assert.Equal("Epikrisen samme dag", Assert.Single((await Trust(service).ListLessonsAsync(new() { Q = "samme" })).Items).Title);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Lesson_library_is_searched_filtered_and_paged(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt.AddHours(1));
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            // Two of them in one instant.
            if (i != 3) clock.Advance(TimeSpan.FromMinutes(1));
            ids.Add((await ApprovedAsync(service,
                Draft with { Title = $"Nummer {i}", PatientGroups = i == 2 ? ["childrenAndYouth", "frailElderly"] : ["severeMentalHealthAndSubstanceUse"] },
                f => i == 4 ? f with { Category = "privacy", Clause = "9" } : f)).Id);
        }
        var reader = service.ClientAs(Ringsaker, Roles.Reporter);
        var (seen, cursor) = (new List<Lesson>(), (string?)null);
        do
        {
            var page = await reader.ListLessonsAsync(new() { Limit = 2, Q = "utskrivning", Cursor = cursor });
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        } while (cursor is not null);
        Assert.Equal(ids.Order(), seen.Select(l => l.Id).Order());
        Assert.Equal(seen.OrderByDescending(l => l.ListedAt).ThenByDescending(l => l.Id).Select(l => l.Id), seen.Select(l => l.Id));
        Assert.Equal(ids[4], seen[0].Id);

        Assert.Equal(ids[4], Assert.Single((await reader.ListLessonsAsync(new() { Category = "privacy" })).Items).Id);
        Assert.Equal(ids[2], Assert.Single((await reader.ListLessonsAsync(new() { PatientGroup = "childrenAndYouth" })).Items).Id);
        Assert.Equal(ids[2], Assert.Single((await reader.ListLessonsAsync(new() { PatientGroup = "frailElderly", Q = "nummer 2" })).Items).Id);
        Assert.Equal(ids[4], Assert.Single((await reader.ListLessonsAsync(new() { Clause = "9" })).Items).Id);
        Assert.Empty((await reader.ListLessonsAsync(new() { Q = "\" OR *" })).Items);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() =>
            reader.ListLessonsAsync(new() { Category = "weather", PatientGroup = "ufo", Clause = "99", Cursor = "x", Limit = 0, Q = new string('a', 201) }));
        Assert.Equal(["/category", "/patientGroup", "/clause", "/q", "/cursor", "/limit"], refused.Problem.GetProperty("errors").EnumerateArray()
            .Select(e => e.GetProperty("pointer").GetString()));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Lesson_is_written_by_parties_of_a_closed_case_without_identities(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var open = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        Assert.Equal((HttpStatusCode.Conflict, ProblemCodes.CaseNotClosed), await RefusalAsync(Trust(service).ProposeLessonAsync(open, Draft)));
        var id = await ClosedAsync(service);
        foreach (var role in new[] { Roles.Handler, Roles.Reporter, Roles.UnitLeader, Roles.Ssu, Roles.Client, Roles.Admin })
            Assert.Equal((role, (HttpStatusCode.Forbidden, ProblemCodes.Forbidden)),
                (role, await RefusalAsync(service.ClientAs(Given.Hamar, role).ProposeLessonAsync(id, Draft))));
        Assert.Equal((HttpStatusCode.NotFound, ProblemCodes.NotFound),
            await RefusalAsync(service.ClientAs(Ringsaker, Roles.Coordinator).ProposeLessonAsync(id, Draft)));
        foreach (var role in new[] { Roles.Admin, Roles.Auditor })
            Assert.Equal((HttpStatusCode.Forbidden, ProblemCodes.Forbidden), await RefusalAsync(service.ClientAs(Given.Hamar, role).ListLessonsAsync()));

        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => Trust(service)
            .ProposeLessonAsync(id,
            new()
            {
                Title = new string('x', 201),
                WhatHappened = "Ring 99 88 77 66.",
                Why = " ",
                WhatWeChanged = "Alt.",
                PatientGroups = ["childrenAndYouth", "ufo", "childrenAndYouth"]
            }));
        Assert.Equal([("/title", "tooLong"), ("/whatHappened", "identityInText"), ("/why", "blank"), ("/whoShouldKnow", "required"),
            ("/patientGroups/1", "unknownCode"), ("/patientGroups/2", "repeated")],
            refused.Problem.GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("pointer").GetString()!, e.GetProperty("code").GetString()!)));

        var proposed = await Municipality(service).ProposeLessonAsync(id, Draft);
        Assert.Equal((HttpStatusCode.Conflict, ProblemCodes.LessonExists), await RefusalAsync(Trust(service).ProposeLessonAsync(id, Draft)));
        Assert.Equal((HttpStatusCode.NotFound, ProblemCodes.NotFound),
            await RefusalAsync(service.ClientAs(Ringsaker, Roles.LearningEditor).ApproveLessonAsync(proposed.Id, 1)));
        Assert.Equal((HttpStatusCode.Forbidden, ProblemCodes.Forbidden),
            await RefusalAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler).ApproveLessonAsync(proposed.Id, 1)));
        await Trust(service).ActNowAsync(id, "reopen", new() { Reason = "Nye opplysninger." });
        Assert.Equal((HttpStatusCode.Conflict, ProblemCodes.CaseNotClosed), await RefusalAsync(Trust(service).ApproveLessonAsync(proposed.Id, 1)));
        Assert.Equal("proposed", (await Trust(service).GetLessonAsync(proposed.Id)).State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task One_of_two_concurrent_lesson_proposals_succeeds(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = await ClosedAsync(service);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try { return (await (i % 2 == 0 ? Trust(service) : Municipality(service)).ProposeLessonAsync(id, Draft)).State; }
            catch (AvvikProblemException refused) { return $"{refused.Status}"; }
        }));
        Assert.Equal(["Conflict", "proposed"], answers.Distinct().Order(StringComparer.Ordinal));
        Assert.Single(answers, "proposed");
    }

    [Fact]
    public async Task Lesson_that_may_identify_someone_is_not_approved_until_it_is_rewritten()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = await ClosedAsync(service);
        var proposed = await Trust(service).ProposeLessonAsync(id,
            Draft with { Title = "Ole Hansen", WhatHappened = "Ole Hansen, Storgata 12, kom hjem uten medisiner." });
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => Municipality(service).ApproveLessonAsync(proposed.Id, proposed.Version));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(["/title possibleName", "/whatHappened possibleAddress", "/whatHappened possibleName"], refused.Problem.GetProperty("errors")
            .EnumerateArray().Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}").Order(StringComparer.Ordinal));
        var rewritten = await Trust(service).ChangeLessonAsync(proposed.Id, proposed.Version, Draft);
        Assert.Equal("approved", (await Municipality(service).ApproveLessonAsync(proposed.Id, rewritten.Version)).State);
    }
}

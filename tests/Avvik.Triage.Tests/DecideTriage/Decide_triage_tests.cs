using System.Net;
using System.Net.Http.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.DecideTriage;

public sealed class Decide_triage_tests
{
    // A synthetic number: month + 80.
    private const string SyntheticNumber = "41814061033";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static IAvvikClient Coordinator(ServiceUnderTest<Program> service, string organization = Given.SykehusetInnlandet) =>
        service.ClientAs(organization, Roles.Coordinator);

    private static async Task<AvvikProblemException> RefusalAsync(ServiceUnderTest<Program> service, DeviationSubmitted submitted, TriageDecision decision) =>
        await Assert.ThrowsAsync<AvvikProblemException>(() => Coordinator(service).DecideAsync(submitted.DeviationId, decision));

    private static IEnumerable<(string?, string?)> ErrorsOf(AvvikProblemException refused) =>
        refused.Problem.GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("pointer").GetString(), e.GetProperty("code").GetString()));

    [Theory, MemberData(nameof(Engines))]
    public async Task Route_decision_sets_every_code_and_carries_the_comment(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        var outcome = await Coordinator(service).DecideAsync(submitted.DeviationId,
            new()
            {
                Decision = "route",
                Category = "medication",
                Clause = "6",
                ActualHarm = "none",
                PatientGroups = ["maternity"],
                Unit = "si-tynset",
                Comment = "Gjelder legemiddellisten."
            });

        Assert.Equal(new(submitted.DeviationId, CaseStates.Routed), outcome);
        var sent = await database.SentAsync();
        var triaged = Assert.IsType<DeviationTriaged>(sent[1]);
        Assert.Equal(("medication", "6", "none", "si-tynset", Given.SykehusetInnlandet, 3),
            (triaged.Facts.Category, triaged.Facts.Clause, triaged.Facts.ActualHarm, triaged.Unit, triaged.TriagedBy, triaged.Version));
        Assert.Equal(["maternity"], triaged.Facts.PatientGroups);
        Assert.Equal("Gjelder legemiddellisten.", service.Reveal(triaged.Comment!.Value));
        Assert.Equal(2, sent.Count);
        Assert.Empty((await Coordinator(service).ListTriageAsync()).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Rejection_informs_the_reporter_with_the_reason(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        var outcome = await Coordinator(service).DecideAsync(submitted.DeviationId,
            new() { Decision = "reject", ReasonCode = "internal", Comment = "Gjelder bare kommunens egen rutine." });

        Assert.Equal(CaseStates.Rejected, outcome.State);
        var sent = await database.SentAsync();
        var rejected = Assert.IsType<CaseChanged>(sent[2]);
        Assert.Equal((3, "rejected", CaseStates.Rejected, Given.SykehusetInnlandet),
            (rejected.Version, rejected.Action, rejected.State, rejected.Organization));
        var informed = Assert.IsType<ReporterInformed>(sent[1]);
        Assert.Equal((3, $"{Vocabulary.RejectionReasons["internal"].Label}: Gjelder bare kommunens egen rutine."),
            (informed.Version, service.Reveal(informed.Text)));
    }

    [Theory]
    [InlineData("route")]
    [InlineData("reject")]
    [InlineData("ask")]
    [InlineData("enterInError")]
    public async Task Decision_is_logged_with_who_made_it(string what)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator, subject: "kari").DecideAsync(submitted.DeviationId, what switch
        {
            "route" => new() { Decision = what, Category = "medication", Clause = "6", Comment = "Gjelder legemiddellisten." },
            "reject" => new() { Decision = what, ReasonCode = "internal", Comment = "Gjelder bare kommunens egen rutine." },
            "ask" => new() { Decision = what, Question = "Hvilken dag var det?" },
            _ => new() { Decision = what, Comment = "Skrevet ved en feil." },
        });
        var line = Assert.Single((await service.ClientAs(Given.SykehusetInnlandet, Roles.Auditor).ListAccessLogAsync("triage")).Items);
        Assert.Equal(("triageDecided", what, "kari", submitted.DeviationId), (line.Action, line.Target, line.Subject, line.Deviations.Single()));
        // And in the history of the case that comes of it.
        if (what == "route") Assert.Equal("kari", Assert.Single((await database.SentAsync()).OfType<DeviationTriaged>()).Actor);
    }

    [Fact]
    public async Task Route_keeps_unset_codes_and_takes_the_new_categorys_clause()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var (kept, changed, waiting) = (service.Submitted(f => f with { Agreement = null }), service.Submitted(f => f with { Agreement = null }),
            service.Waiting());
        await service.ReceiveAsync(kept, changed, waiting);
        await Coordinator(service).DecideAsync(kept.DeviationId, new() { Decision = "route" });
        foreach (var id in new[] { changed.DeviationId, waiting.DeviationId })
            await Coordinator(service).DecideAsync(id, new() { Decision = "route", Category = "messaging", Comment = "Gjelder meldingsutveksling." });
        var triaged = (await database.SentAsync()).OfType<DeviationTriaged>().ToList();
        // A list is compared by what is in it.
        Assert.Equal(kept.Facts with { PatientGroups = [] }, triaged[0].Facts with { PatientGroups = [] }, EqualityComparer<DeviationFacts>.Default);
        Assert.Equal(kept.Facts.PatientGroups, triaged[0].Facts.PatientGroups);
        // Without an agreement there is no clause to take.
        Assert.Equal(("messaging", null), (triaged[1].Facts.Category, triaged[1].Facts.Clause));
        Assert.Equal(("messaging", Vocabulary.Categories["messaging"].Clause), (triaged[2].Facts.Category, triaged[2].Facts.Clause));
    }

    [Theory]
    [InlineData("moderate", "mild", false)]
    [InlineData("mild", "unknown", false)]
    [InlineData("mild", "mild", true)]
    [InlineData("mild", "death", true)]
    [InlineData("unknown", "none", true)]
    public async Task Lowering_the_harm_needs_a_comment_for_the_reporter(string from, string to, bool withoutComment)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting(f => f with { ActualHarm = from }));
        var decision = new TriageDecision { Decision = "route", Category = "medication", ActualHarm = to };
        if (!withoutComment)
        {
            var refused = await RefusalAsync(service, submitted, decision);
            Assert.Equal([("/comment", "reasonRequired")], ErrorsOf(refused));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            Assert.Single(await database.SentAsync());
            decision = decision with { Comment = "Skaden ble vurdert på nytt." };
        }
        Assert.Equal(CaseStates.Routed, (await Coordinator(service).DecideAsync(submitted.DeviationId, decision)).State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Serious_deviation_is_reviewed_without_a_new_event(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Submitted(f => f with { ActualHarm = "severe" }));
        Assert.Equal(CaseStates.Routed, Assert.Single((await Coordinator(service).ListTriageAsync()).Items).State);
        var refused = await RefusalAsync(service, submitted, new() { Decision = "route", ActualHarm = "death" });
        Assert.Equal((HttpStatusCode.Conflict, "urn:avvik:problem:alreadyRouted"), (refused.Status, refused.Problem.GetProperty("type").GetString()));

        await Coordinator(service).DecideAsync(submitted.DeviationId, new() { Decision = "route" });

        Assert.Empty((await Coordinator(service).ListTriageAsync()).Items);
        Assert.IsType<DeviationTriaged>(Assert.Single(await database.SentAsync()));
        Assert.Equal(HttpStatusCode.Conflict, (await RefusalAsync(service, submitted, new() { Decision = "route" })).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task One_of_two_concurrent_decisions_succeeds(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        var decision = new TriageDecision { Decision = "reject", ReasonCode = "test", Comment = "Prøvemelding." };
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try { return (await Coordinator(service).DecideAsync(submitted.DeviationId, decision)).State; }
            catch (AvvikProblemException refused) { return refused.Problem.GetProperty("type").GetString(); }
        }));
        Assert.Equal([CaseStates.Rejected, .. Enumerable.Repeat("urn:avvik:problem:alreadyDecided", 3)], outcomes.Order(StringComparer.Ordinal));
        Assert.Equal(2, (await database.SentAsync()).OfType<CaseChanged>().Count());
    }

    [Fact]
    public async Task Invalid_decision_reports_every_error_and_changes_nothing()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        Assert.Equal([("/decision", "unknownCode"), ("/reasonCode", "unknownCode"), ("/category", "unknownCode"), ("/clause", "unknownCode"),
            ("/actualHarm", "unknownCode"), ("/patientGroups/1", "unknownCode"), ("/unit", "unknownUnit"), ("/comment", "blank")],
            ErrorsOf(await RefusalAsync(service, submitted,
                new()
                {
                    Decision = "burn",
                    ReasonCode = "x",
                    Category = "x",
                    Clause = "14",
                    ActualHarm = "x",
                    PatientGroups = ["maternity", "x"],
                    Unit = "3403-tildeling",
                    Comment = " "
                })));
        var bare = await RefusalAsync(service, submitted, new() { Decision = "reject" });
        Assert.Equal([("/reasonCode", "required"), ("/comment", "required")], ErrorsOf(bare));
        var uncategorised = await RefusalAsync(service, submitted, new() { Decision = "route" });
        Assert.Equal([("/category", "required")], ErrorsOf(uncategorised));
        Assert.All(new[] { bare, uncategorised }, r => Assert.Equal(HttpStatusCode.BadRequest, r.Status));
        Assert.Single(await database.SentAsync());
    }

    [Fact]
    public async Task Identity_in_a_comment_is_refused_with_offsets_and_not_echoed()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        var refused = await RefusalAsync(service, submitted, new() { Decision = "route", Category = "medication", Comment = $"Gjelder {SyntheticNumber}." });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal([("/comment", "identityInText")], ErrorsOf(refused));
        var offset = Assert.Single(refused.Problem.GetProperty("errors")[0].GetProperty("offsets").EnumerateArray());
        Assert.Equal((8, 11), (offset.GetProperty("offset").GetInt32(), offset.GetProperty("length").GetInt32()));
        Assert.DoesNotContain(SyntheticNumber, refused.Problem.GetRawText(), StringComparison.Ordinal);
        Assert.Single(await database.SentAsync());
    }

    [Fact]
    public async Task Decision_is_404_for_other_parties_and_403_for_other_roles()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        var decision = new TriageDecision { Decision = "route", Category = "medication" };
        foreach (var organization in new[] { Given.Hamar, Given.Nordlandssykehuset })
            Assert.Equal(HttpStatusCode.NotFound,
                (await Assert.ThrowsAsync<AvvikProblemException>(() => Coordinator(service, organization)
                .DecideAsync(submitted.DeviationId, decision))).Status);
        Assert.Equal(HttpStatusCode.NotFound,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => Coordinator(service).DecideAsync(Guid.CreateVersion7(), decision))).Status);
        foreach (var role in Vocabulary.Roles.Keys.Append(Roles.Client).Except([Roles.Coordinator]))
            Assert.Equal(HttpStatusCode.Forbidden,
                (await service.As(Given.SykehusetInnlandet, role).PostAsJsonAsync($"/api/v1/triage/{submitted.DeviationId}/decision", decision,
                    ClientJson.Default.TriageDecision)).StatusCode);
        Assert.Single(await database.SentAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporters_answer_is_shown_to_the_coordinator(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var submitted = await service.ReceivedAsync(service.Waiting());
        var due = Assert.Single((await Coordinator(service).ListTriageAsync()).Items).DueAt;
        Assert.Equal([("/question", "required")], ErrorsOf(await RefusalAsync(service, submitted, new() { Decision = "ask" })));
        Assert.Equal(CaseStates.AwaitingReporter, (await Coordinator(service)
            .DecideAsync(submitted.DeviationId, new() { Decision = "ask", Question = "Hva gjaldt det?" })).State);
        var asked = Assert.Single((await Coordinator(service).ListTriageAsync()).Items);
        Assert.Equal((CaseStates.AwaitingReporter, "Hva gjaldt det?"), (asked.State, asked.Question));
        Assert.Equal("Hva gjaldt det?", service.Reveal((await database.SentAsync()).OfType<ReporterInformed>().Single().Text));
        foreach (var decision in new[] { new TriageDecision { Decision = "route", Category = "other" },
            new() { Decision = "reject", ReasonCode = "test", Comment = "Nei" }, new() { Decision = "ask", Question = "Igjen?" } })
            Assert.Equal("urn:avvik:problem:actionNotAllowed", (await RefusalAsync(service, submitted, decision)).Problem.GetProperty("type").GetString());

        clock.Advance(TimeSpan.FromDays(2));
        ReporterAnswered Wrote(int number, string text) =>
            new()
            {
                DeviationId = submitted.DeviationId,
                Version = number,
                OccurredAt = clock.GetUtcNow(),
                Organization = Given.Hamar,
                Text = service.Protect(text)
            };
        var answer = Wrote(1, "Medisinlisten.");
        await service.ReceiveAsync(answer);
        await service.ReceiveAsync(answer, Wrote(2, "Og epikrisen."));

        var item = Assert.Single((await Coordinator(service).ListTriageAsync()).Items);
        Assert.Equal((CaseStates.Triage, null, due.AddDays(2)), (item.State, item.Question, item.DueAt));
        Assert.Equal(["Medisinlisten.", "Og epikrisen."], item.Answers);
        Assert.Equal([(2, "queued"), (3, "asked"), (4, "reporterAnswered"), (5, "reporterMessage")], (await database.SentAsync()).OfType<CaseChanged>()
            .Select(c => (c.Version, c.Action)));
        Assert.Equal(CaseStates.Routed, (await Coordinator(service)
            .DecideAsync(submitted.DeviationId, new() { Decision = "route", Category = "medication" })).State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Duplicate_decision_merges_waiting_and_routed_deviations(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (main, waits, wentOn) = (service.Submitted(), service.Waiting(), service.Submitted());
        await service.ReceiveAsync(main, waits, wentOn);
        var flag = (await Coordinator(service).ListTriageAsync()).Items.Single(i => i.Id == wentOn.DeviationId).Flags.Single();
        Assert.Equal(("possibleDuplicate", main.DeviationId), (flag.Code, Assert.Single(flag.Ids!)));

        foreach (var (id, mainCase) in new[] { (waits, waits.DeviationId), (waits, Guid.CreateVersion7()), (wentOn, waits.DeviationId) })
            Assert.Equal([("/mainCase", "noMainCase")], ErrorsOf(await RefusalAsync(service, id, new() { Decision = "duplicate", MainCase = mainCase })));
        Assert.Equal([("/mainCase", "required")], ErrorsOf(await RefusalAsync(service, waits, new() { Decision = "duplicate" })));
        Assert.Equal(CaseStates.Duplicate, (await Coordinator(service)
            .DecideAsync(waits.DeviationId, new() { Decision = "duplicate", MainCase = main.DeviationId })).State);
        Assert.Equal(CaseStates.Duplicate, (await Coordinator(service)
            .DecideAsync(wentOn.DeviationId, new() { Decision = "duplicate", MainCase = main.DeviationId })).State);
        // A duplicate is no main case.
        var another = await service.ReceivedAsync(service.Waiting());
        Assert.Equal([("/mainCase", "noMainCase")],
            ErrorsOf(await RefusalAsync(service, another, new() { Decision = "duplicate", MainCase = waits.DeviationId })));

        var sent = await database.SentAsync();
        Assert.Equal([(waits.DeviationId, main.DeviationId), (wentOn.DeviationId, main.DeviationId)], sent.OfType<DeviationMerged>()
            .Select(m => (m.DeviationId, m.MainCase)));
        // One that has a case is ended by whoever has the case.
        var ended = Assert.Single(sent.OfType<CaseChanged>(), c => c.State == CaseStates.Duplicate);
        Assert.Equal((waits.DeviationId, main.DeviationId, 3), (ended.DeviationId, ended.MainCase, ended.Version));
        Assert.Equal(Given.Unclear, service.Reveal(sent.OfType<DeviationMerged>().First().Narrative));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Enter_in_error_ends_a_deviation_also_while_awaiting_the_reporter(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        await Coordinator(service).DecideAsync(submitted.DeviationId, new() { Decision = "ask", Question = "Er dette en prøve?" });
        Assert.Equal([("/comment", "required")], ErrorsOf(await RefusalAsync(service, submitted, new() { Decision = "enterInError" })));
        Assert.Equal(CaseStates.EnteredInError, (await Coordinator(service)
            .DecideAsync(submitted.DeviationId, new() { Decision = "enterInError", Comment = "Prøvemelding." })).State);
        Assert.Equal("enteredInError", (await database.SentAsync()).OfType<CaseChanged>().Last().Action);
        Assert.Empty((await Coordinator(service).ListTriageAsync()).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Possible_identity_waits_until_a_coordinator_clears_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var reported = service.Submitted(f => f with { ActualHarm = "severe" }, "Pasient Kari Nordmann, født 01.02.1950, kom uten epikrise.");
        var submitted = await service.ReceivedAsync(reported with { SuggestedMeasure = service.Protect("Ring datteren Silje.") });
        Assert.Equal(CaseStates.Triage, Assert.IsType<CaseChanged>(Assert.Single(await database.SentAsync())).State);
        var item = Assert.Single((await Coordinator(service).ListTriageAsync()).Items);
        Assert.Equal(["possibleIdentity", "seriousHarm"], item.Flags.Select(f => f.Code));
        Assert.All(item.Flags, f => Assert.Equal(Texts.Flag(f.Code, english: false), f.Reason));
        Assert.Equal([("/narrative", "possibleName", "Kari Nordmann"), ("/narrative", "possibleBirthDate", "01.02.1950"),
            ("/suggestedMeasure", "possibleName", "Silje")],
            item.Flags[0].Warnings!.Select(w => (w.Pointer, w.Code, (w.Pointer == "/narrative" ? item.Narrative : item.SuggestedMeasure!)
                .Substring(w.Offsets.Single().Offset, w.Offsets.Single().Length))));
        // The queue shows the text, so that it was shown is a line.
        Assert.Equal(1, await database.CountAsync(
            $"select count(*) from access_log where action = 'triageRead' and organization = '{Given.SykehusetInnlandet}'"));

        // Not to a unit, and not into another's case.
        var main = await service.ReceivedAsync(service.Submitted());
        foreach (var decision in new TriageDecision[] { new() { Decision = "route" }, new() { Decision = "duplicate", MainCase = main.DeviationId } })
            Assert.Equal([("/identityCleared", "identityNotCleared")], ErrorsOf(await RefusalAsync(service, submitted, decision)));
        Assert.Equal(0, await database.CountAsync("select count(*) from access_log where action = 'identityCleared'"));
        Assert.DoesNotContain((await database.SentAsync()).OfType<DeviationTriaged>(), t => t.DeviationId == submitted.DeviationId);

        Assert.Equal(CaseStates.Routed, (await Coordinator(service)
            .DecideAsync(submitted.DeviationId, new() { Decision = "route", IdentityCleared = true })).State);
        Assert.Single((await database.SentAsync()).OfType<DeviationTriaged>(), t => t.DeviationId == submitted.DeviationId);
        Assert.Empty((await Coordinator(service).ListTriageAsync()).Items);
        Assert.Equal(1, await database.CountAsync("select count(*) from access_log where action = 'identityCleared'"));
    }

    [Fact]
    public async Task Changing_the_reporters_category_needs_a_comment()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Submitted(f => f with { Agreement = null }));
        Assert.Equal([("/comment", "reasonRequired")], ErrorsOf(await RefusalAsync(service, submitted, new() { Decision = "route", Category = "medication" })));
        await Coordinator(service).DecideAsync(submitted.DeviationId, new() { Decision = "route", Category = "medication", Comment = "Gjelder legemidler." });
        Assert.Equal("Gjelder legemidler.", service.Reveal((await database.SentAsync()).OfType<DeviationTriaged>().Single().Comment!.Value));
    }
}

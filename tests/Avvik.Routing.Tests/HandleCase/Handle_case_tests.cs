using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.HandleCase;

public sealed class Handle_case_tests
{
    // A synthetic number: month + 80.
    private const string SyntheticNumber = "41814061033";
    private static readonly CaseAction Answer = new()
    {
        Text = "Rutinen er endret.",
        ContributingFactors = ["capacity", "communication"],
        Measures = [new() { Description = "Ny rutine", Owner = "Avdeling Tynset", DueDate = "2026-10-01" }]
    };

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static ServiceUnderTest<Program> Start(TestDatabase database) => new(database, new MovableClock(Given.ReceivedAt.AddHours(1)));

    private static IAvvikClient Handler(ServiceUnderTest<Program> service, string unit = "si-tynset") =>
        service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, unit);

    private static IAvvikClient Coordinator(ServiceUnderTest<Program> service) => service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);

    private static async Task<(HttpStatusCode Status, string Code, (string?, string?)[] Errors)> RefusalAsync(Task<CaseDetails> call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => call);
        return (refused.Status, refused.Problem.GetProperty("type").GetString()!["urn:avvik:problem:".Length..],
            refused.Problem.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateArray().Select(e => (e.GetProperty("pointer").GetString(), e.GetProperty("code").GetString()))]
            : []);
    }

    private static async Task<DeviationTriaged> InProgressAsync(ServiceUnderTest<Program> service)
    {
        var triaged = await service.ReceivedAsync(service.Triaged());
        await Handler(service).ActAsync(triaged.DeviationId, 3, "acknowledge");
        await Handler(service).ActAsync(triaged.DeviationId, 4, "start");
        return triaged;
    }

    [Fact]
    public async Task Answer_with_thousands_of_factors_or_the_same_twice_is_refused()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var triaged = await InProgressAsync(service);
        var known = Vocabulary.ContributingFactors.Keys.First();
        foreach (var (factors, code) in new (string[], string)[] { ([.. Enumerable.Repeat(known, 12_000)], "tooMany"), ([known, known], "repeated") })
        {
            var refused = await RefusalAsync(Handler(service).ActAsync(triaged.DeviationId, 5, "answer", Answer with { ContributingFactors = factors }));
            Assert.Contains(refused.Errors, e => e.Item2 == code);
            Assert.True(refused.Errors.Length < 100);
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Each_step_to_closing_is_a_version_a_history_line_and_an_event(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var triaged = await InProgressAsync(service);
        var answered = await Handler(service).ActAsync(triaged.DeviationId, 5, "answer", Answer);
        Assert.Equal((CaseStates.Answered, 6, "Rutinen er endret."), (answered.Case.State, answered.Case.Version, answered.Answer!.Text));
        var closed = await service.ClientAs(Given.Hamar, Roles.Reporter).ActAsync(triaged.DeviationId, 6, "accept");

        Assert.Equal((CaseStates.Closed, 7), (closed.Case.State, closed.Case.Version));
        Assert.Equal(["record-patient-information"], closed.AllowedActions);
        Assert.Equal(["reopen", "record-patient-information"], (await Coordinator(service).GetCaseAsync(triaged.DeviationId)).AllowedActions);
        Assert.Equal([(3, "routed"), (4, "acknowledged"), (5, "started"), (6, "answered"), (7, "accepted")],
            closed.Timeline.Select(e => (e.Version, e.Action)));
        // Each party knows its own people by name, and the other as a party.
        Assert.Equal([null, null, null, null, "test-person"], closed.Timeline.Select(e => e.Actor));
        Assert.Equal([null, Given.SykehusetInnlandet, Given.SykehusetInnlandet, Given.SykehusetInnlandet, Given.Hamar],
            closed.Timeline.Select(e => e.Organization));

        // Auditors see who did what.
        var log = (await service.ClientAs(Given.SykehusetInnlandet, Roles.Auditor).ListAccessLogAsync("routing")).Items;
        Assert.Equal(["acknowledge test-person", "start test-person", "answer test-person"],
            log.Where(l => l.Action == "caseChanged").Select(l => $"{l.Target} {l.Subject}").Reverse());

        var sent = await database.SentAsync();
        var changes = sent.OfType<CaseChanged>().ToList();
        Assert.Equal(Enumerable.Range(3, 5), changes.Select(c => c.Version));
        Assert.NotNull(changes[^1].AnsweredAt);
        Assert.NotNull(changes[^1].ClosedAt);
        var words = Assert.Single(sent.OfType<ReporterInformed>());
        Assert.Equal((6, "Rutinen er endret."), (words.Version, service.Reveal(words.Text)));
        // Whoever reads the case because of the change finds them.
        Assert.Same(changes.Single(c => c.Version == 6), sent[sent.IndexOf(words) + 1]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Action_needs_if_match_with_the_current_version(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var triaged = await service.ReceivedAsync(service.Triaged());
        using var http = service.As(Given.SykehusetInnlandet, Roles.Handler, "si-tynset");
        var path = $"/api/v1/cases/{triaged.DeviationId}";
        Assert.Equal("\"3\"", (await http.GetAsync(path)).Headers.ETag?.Tag);

        async Task<(int, string?)> AcknowledgeAsync(string? ifMatch)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/acknowledge");
            if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            using var response = await http.SendAsync(request);
            return ((int)response.StatusCode, response.IsSuccessStatusCode ? response.Headers.ETag?.Tag
                : (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        }
        Assert.Equal((428, "urn:avvik:problem:versionRequired"), await AcknowledgeAsync(null));
        foreach (var stale in new[] { "\"2\"", "\"4\"", "*", "W/\"3\"", "\"\"", "nonsense" })
            Assert.Equal((412, "urn:avvik:problem:staleVersion"), await AcknowledgeAsync(stale));
        Assert.Single(await database.SentAsync());
        Assert.Equal((200, "\"4\""), await AcknowledgeAsync("\"3\""));
        Assert.Equal((412, "urn:avvik:problem:staleVersion"), await AcknowledgeAsync("\"3\""));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task One_of_many_actions_on_the_same_version_succeeds(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var triaged = await service.ReceivedAsync(service.Triaged());
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try { return (await Handler(service).ActAsync(triaged.DeviationId, 3, "acknowledge")).Case.State; }
            catch (AvvikProblemException refused) { return refused.Status.ToString(); }
        }));
        Assert.Equal([.. Enumerable.Repeat("PreconditionFailed", 5), CaseStates.Acknowledged], outcomes.Order(StringComparer.Ordinal));
        Assert.Equal(2, (await database.SentAsync()).Count);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Third_return_escalates_until_the_coordinators_decide(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, ProblemCodes.InvalidContent),
            await RefusalAsync(Handler(service).ActAsync(id, 3, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "3403-lege" })) is var r
            ? (r.Status, r.Code) : default);
        // The unit that has given it away does not see it any more.
        Assert.Null(await Handler(service).ActAsync(id, 3, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "si-habilitering" }));
        Assert.Equal("si-habilitering", (await Coordinator(service).GetCaseAsync(id)).Case.Unit);
        Assert.Equal(ProblemCodes.NotFound, (await RefusalAsync(Handler(service).ActAsync(id, 4, "return", new() { Reason = "Feil enhet." }))).Code);
        Assert.Null(await Handler(service, "si-habilitering").ActAsync(id, 4, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "si-prehospital" }));
        Assert.Equal("si-prehospital", (await Coordinator(service).GetCaseAsync(id)).Case.Unit);
        var escalated = await Coordinator(service).ActAsync(id, 5, "return", new() { Reason = "Ingen vil ha den.", SuggestedUnit = "si-tynset" });

        Assert.Equal((CaseStates.Escalated, 3, "si-tynset"), (escalated.Case.State, escalated.Case.Hops, escalated.Case.Unit));
        Assert.Equal(["resolve", "close", "reclassify", "enter-in-error", "hand-over", "reject", "merge", "link", "record-patient-information"],
            escalated.AllowedActions);
        Assert.Equal(ProblemCodes.ActionNotAllowed, (await RefusalAsync(Handler(service).ActAsync(id, 6, "acknowledge"))).Code);
        Assert.Equal([("/decision", "required")], (await RefusalAsync(Coordinator(service).ActAsync(id, 6, "resolve"))).Errors);
        var resolved = await service.ClientAs(Given.Hamar, Roles.Coordinator).ActAsync(id, 6, "resolve", new() { Decision = "Tynset svarer." });
        Assert.Equal((CaseStates.InProgress, "Tynset svarer."), (resolved.Case.State, resolved.Timeline[^1].Text));
        Assert.Equal([0, 1, 2, 3, 3], (await database.SentAsync()).OfType<CaseChanged>().Select(c => c.Hops));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Transfer_stays_within_the_party_and_is_not_a_hop(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await InProgressAsync(service)).DeviationId;
        Assert.Equal([("/unit", "unknownUnit")],
            (await RefusalAsync(Handler(service).ActAsync(id, 5, "transfer", new() { Unit = "3403-lege", Reason = "Deres." }))).Errors);
        Assert.Equal([("/reason", "required"), ("/unit", "required")], (await RefusalAsync(Handler(service).ActAsync(id, 5, "transfer"))).Errors);
        Assert.Null(await Handler(service).ActAsync(id, 5, "transfer", new() { Unit = "si-habilitering", Reason = "Gjelder habilitering." }));
        var transferred = await Handler(service, "si-habilitering").GetCaseAsync(id);
        Assert.Equal((CaseStates.Routed, "si-habilitering", 0, "transferred"),
            (transferred.Case.State, transferred.Case.Unit, transferred.Case.Hops, transferred.Routing.Rule));
        Assert.Equal(["acknowledge", "return", "record-patient-information"], transferred.AllowedActions);
    }

    [Fact]
    public async Task Answer_needs_text_a_factor_and_measures_or_a_reason()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = (await InProgressAsync(service)).DeviationId;
        async Task ExpectAsync(CaseAction? body, params (string?, string?)[] errors) =>
            Assert.Equal(errors, (await RefusalAsync(Handler(service).ActAsync(id, 5, "answer", body ?? new()))).Errors);

        await ExpectAsync(null, ("/text", "required"), ("/contributingFactors", "required"), ("/measures", "reasonForNoMeasures"));
        await ExpectAsync(Answer with { ContributingFactors = ["capacity", "laziness"] }, ("/contributingFactors/1", "unknownCode"));
        await ExpectAsync(Answer with { Measures = [] }, ("/measures", "reasonForNoMeasures"));
        await ExpectAsync(Answer with { Measures = [Answer.Measures![0], new()] }, ("/measures/1/description", "required"), ("/measures/1/owner", "required"),
            ("/measures/1/dueDate", "required"));
        await ExpectAsync(Answer with { Measures = [Answer.Measures[0] with { DueDate = "2026-08-19" }] }, ("/measures/0/dueDate", "onlyPlannedFuture"));
        await ExpectAsync(Answer with { Measures = [Answer.Measures[0] with { DueDate = "1. oktober" }] }, ("/measures/0/dueDate", "invalidDate"));
        await ExpectAsync(Answer with { Measures = [.. Enumerable.Repeat(Answer.Measures[0], 21)] }, ("/measures", "tooMany"));
        await ExpectAsync(Answer with { Text = new string('a', 8001) }, ("/text", "tooLong"));
        await ExpectAsync(Answer with { Text = $"Gjelder {SyntheticNumber}." }, ("/text", "identityInText"));
        await ExpectAsync(Answer with { Measures = [Answer.Measures[0] with { Owner = SyntheticNumber }] }, ("/measures/0/owner", "identityInText"));
        Assert.Equal(3, (await database.SentAsync()).Count);

        var answered = await Handler(service).ActAsync(id, 5, "answer",
            Answer with { Measures = null, NoMeasuresReason = "Engangstilfelle.", Text = new string('a', 8000) });
        Assert.Equal((CaseStates.Answered, "Engangstilfelle."), (answered.Case.State, answered.Answer!.NoMeasuresReason));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Question_goes_to_the_reporter_and_the_answer_resumes_the_work(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await InProgressAsync(service)).DeviationId;
        Assert.Equal([("/question", "required")], (await RefusalAsync(Handler(service).ActAsync(id, 5, "ask"))).Errors);
        var asked = await Handler(service).ActAsync(id, 5, "ask", new() { Question = "Hvilken avdeling gjaldt det?" });
        Assert.Equal((CaseStates.AwaitingReporter, "Hvilken avdeling gjaldt det?", false), (asked.Case.State, asked.Question, asked.Case.Overdue));
        Assert.Equal("Hvilken avdeling gjaldt det?", service.Reveal((await database.SentAsync()).OfType<ReporterInformed>().Single().Text));

        await service.ReceiveAsync(Wrote(service, id, 1, "Medisinsk sengepost."));
        var answered = await Handler(service).GetCaseAsync(id);
        Assert.Equal((CaseStates.InProgress, 7, null), (answered.Case.State, answered.Case.Version, answered.Question));
        Assert.Equal(["asked", "reporterAnswered", "reporterMessage"], answered.Timeline.TakeLast(3).Select(e => e.Action));
        Assert.Equal("Medisinsk sengepost.", answered.Timeline[^1].Text);
        // Something more, that nobody asked for: a new version, and the same state.
        await service.ReceiveAsync(Wrote(service, id, 2, "Og en ting til."));
        Assert.Equal((CaseStates.InProgress, 8), await Handler(service).GetCaseAsync(id) is var more ? (more.Case.State, more.Case.Version) : default);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporter_follows_up_once_then_disputes_and_closing_keeps_both_views(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await InProgressAsync(service)).DeviationId;
        var (reporter, theirCoordinator) = (service.ClientAs(Given.Hamar, Roles.Reporter), service.ClientAs(Given.Hamar, Roles.Coordinator));
        await Handler(service).ActAsync(id, 5, "answer", Answer);
        await service.ReceiveAsync(Wrote(service, id, 1, "Hva med helgene?"));
        await Handler(service).ActAsync(id, 7, "answer", Answer with { Text = "Også i helgene.", Measures = null, NoMeasuresReason = "Samme tiltak." });
        await service.ReceiveAsync(Wrote(service, id, 2, "Det stemmer ikke."));
        Assert.Equal(["accept", "dispute", "record-patient-information"], (await reporter.GetCaseAsync(id)).AllowedActions);

        Assert.Equal([("/reason", "required")], (await RefusalAsync(reporter.ActAsync(id, 9, "dispute"))).Errors);
        await reporter.ActAsync(id, 9, "dispute", new() { Reason = "Rutinen følges ikke i helgene." });
        Assert.Equal(ProblemCodes.Forbidden, (await RefusalAsync(Handler(service).ActAsync(id, 10, "resolve", new() { Decision = "Nei." }))).Code);
        await theirCoordinator.ActAsync(id, 10, "escalate", new() { Reason = "Partene må møtes." });
        Assert.Equal([("/decision", "decisionRequired")], (await RefusalAsync(Coordinator(service).ActAsync(id, 11, "close"))).Errors);
        var closed = await Coordinator(service).ActAsync(id, 11, "close", new() { Decision = "Tas opp i dialogmøtet." });

        Assert.Equal((CaseStates.Closed, 12), (closed.Case.State, closed.Case.Version));
        var closing = Assert.Single(closed.Closings);
        Assert.Equal(("Også i helgene.", "Rutinen følges ikke i helgene.", "Tas opp i dialogmøtet.", Given.SykehusetInnlandet),
            (closing.RespondentsView, closing.ReportersView, closing.Decision, closing.Organization));
        var last = (await database.SentAsync()).OfType<CaseChanged>().Last();
        Assert.Equal((1, 1, "capacity communication", 1), (last.Disputes, last.Escalations, string.Join(' ', last.ContributingFactors!), last.Measures!.Count));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Serious_event_closes_with_the_respondents_notice(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { ActualHarm = "death" }))).DeviationId;
        var coordinator = Coordinator(service);
        foreach (var (action, version) in new[] { ("acknowledge", 3), ("start", 4) }) await coordinator.ActAsync(id, version, action);
        var answered = await coordinator.ActAsync(id, 5, "answer", Answer);
        Assert.Equal(("Statens helsetilsyn, Ukom", new DateOnly(2026, 8, 20), null),
            (string.Join(", ", answered.SeriousIncident!.Recipients), answered.SeriousIncident.NotifyBy, answered.SeriousIncident.Notice));

        Assert.Equal((HttpStatusCode.Conflict, ProblemCodes.SeriousIncidentNoticeRequired), await RefusalAsync(coordinator.ActAsync(id, 6, "close")) is var r
            ? (r.Status, r.Code) : default);
        Assert.Equal(ProblemCodes.SeriousIncidentNoticeRequired, (await RefusalAsync(service.ClientAs(Given.Hamar, Roles.Reporter).ActAsync(id, 6, "accept")))
            .Code);
        Assert.Equal([("/seriousIncidentNotice/notified", "required")],
            (await RefusalAsync(coordinator.ActAsync(id, 6, "close", new() { SeriousIncidentNotice = new() }))).Errors);
        Assert.Equal([("/seriousIncidentNotice/reference", "required")],
            (await RefusalAsync(coordinator.ActAsync(id, 6, "close", new() { SeriousIncidentNotice = new() { Notified = "yes" } }))).Errors);
        Assert.Equal([("/seriousIncidentNotice/reason", "required")],
            (await RefusalAsync(coordinator.ActAsync(id, 6, "close", new() { SeriousIncidentNotice = new() { Notified = "no" } }))).Errors);
        var closed = await coordinator.ActAsync(id, 6, "close", new() { SeriousIncidentNotice = new() { Notified = "yes", Reference = "2026/4711" } });
        Assert.Equal((CaseStates.Closed, "2026/4711"), (closed.Case.State, closed.SeriousIncident!.Notice!.Reference));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Patient_information_is_kept_as_each_party_recorded_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { ActualHarm = "severe" }))).DeviationId;
        var (trust, nurse) = (Handler(service), service.ClientAs(Given.Hamar, Roles.Reporter));
        var told = new PatientInformation { Informed = "informed", Who = "nextOfKin", By = "Overlege, Tynset", On = "2026-08-20" };
        Assert.True((await trust.GetCaseAsync(id)).AwaitsPatientInformation);

        foreach (var (wrong, errors) in new (PatientInformation?, (string?, string?)[])[]
        {
            (null, [("", "required")]), (new(), [("/informed", "required")]), (new() { Informed = "informed" },
                [("/who", "required"), ("/by", "required"), ("/on", "required")]),
            (new() { Informed = "notInformed", Who = "x", ReasonCode = "x" }, [("/who", "unknownCode"), ("/reasonCode", "unknownCode")]),
            (new() { Informed = "notInformed", By = "Overlege", On = "2026-08-20" },
                [("/reasonCode", "required"), ("/by", "inconsistent"), ("/on", "inconsistent")]),
            (told with { ReasonCode = "planned", On = "2026-08-21" }, [("/on", "inFuture"), ("/reasonCode", "inconsistent")]),
            (told with { On = "2026-01-02" }, [("/on", "beforeOccurred")]), (told with { On = "i går" }, [("/on", "invalidDate")]),
            (told with { View = $"Hun er {SyntheticNumber}." }, [("/view", "identityInText")]),
        })
            Assert.Equal(errors.Select(e => ((string?)$"/patientInformation{e.Item1}", e.Item2)),
                (await RefusalAsync(trust.ActAsync(id, 3, "record-patient-information", new() { PatientInformation = wrong }))).Errors);
        Assert.Equal(ProblemCodes.Forbidden, (await RefusalAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.LearningEditor)
            .ActAsync(id, 3, "record-patient-information", new() { PatientInformation = told }))).Code);

        await trust.ActAsync(id, 3, "record-patient-information", new() { PatientInformation = new() { Informed = "notInformed", ReasonCode = "planned" } });
        var recorded = await nurse.ActAsync(id, 4, "record-patient-information",
            new() { PatientInformation = told with { View = "De fikk vite det for sent." } });
        Assert.Equal(("patientInformationRecorded", "Nærmeste pårørende ble informert 20.08.2026 av Overlege, Tynset.\nDeres eget syn er lagt i saken."),
            (recorded.Timeline[^1].Action, recorded.Timeline[^1].Text));
        // A name is for the record to do without.
        var warned = await trust.ActAsync(id, 5, "record-patient-information", new() { PatientInformation = told with { By = "lege Kari Nordmann" } });
        Assert.Equal(("/patientInformation/by", "possibleName"), warned.Warnings!.Select(w => (w.Pointer, w.Code)).Single());

        var seen = await nurse.GetCaseAsync(id);
        Assert.False(seen.AwaitsPatientInformation);
        Assert.Equal([(Given.SykehusetInnlandet, false, "notInformed", null), (Given.Hamar, true, "informed", "De fikk vite det for sent."),
            (Given.SykehusetInnlandet, false, "informed", null)], seen.PatientInformation
            .Select(i => (i.Organization, i.Actor is not null, i.Information.Informed!, i.Information.View)));
        Assert.Equal([null, "notInformed", "informed", "informed"], (await database.SentAsync()).OfType<CaseChanged>().Select(c => c.PatientInformed));
        // What they said themselves is for those who see the case.
        Assert.DoesNotContain((await database.SentAsync()).OfType<ReporterInformed>(),
            i => service.Reveal(i.Text).Contains("for sent", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reclassification_is_published_and_enter_in_error_ends_the_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        Assert.Equal([("/reason", "required"), ("", "nothingToChange")], (await RefusalAsync(Coordinator(service).ActAsync(id, 3, "reclassify"))).Errors);
        Assert.Equal([("/category", "unknownCode"), ("/clause", "unknownCode"), ("/actualHarm", "unknownCode"), ("/patientGroups/0", "unknownCode")],
            (await RefusalAsync(Coordinator(service).ActAsync(id, 3, "reclassify",
                new() { Reason = "Feil.", Category = "x", Clause = "99", ActualHarm = "x", PatientGroups = ["x"] }))).Errors);
        Assert.Equal(ProblemCodes.Forbidden, (
            await RefusalAsync(Handler(service).ActAsync(id, 3, "reclassify", new() { Reason = "Feil.", ActualHarm = "none" }))).Code);
        var changed = await service.ClientAs(Given.Hamar, Roles.Coordinator)
            .ActAsync(id, 3, "reclassify", new() { Reason = "Ingen skade likevel.", Category = "medication", ActualHarm = "none" });
        Assert.Equal(("medication", "none", CaseStates.Routed, "si-tynset"),
            (changed.Case.Category, changed.Case.ActualHarm, changed.Case.State, changed.Case.Unit));
        Assert.Equal("Ingen skade likevel.\nKategori: Epikrise → Legemidler og legemiddelliste\nAvtalepunkt: 5 → 2\nFaktisk skade: Mild → Ingen skade",
            service.Reveal((await database.SentAsync()).OfType<ReporterInformed>().Single().Text));

        var ended = await Coordinator(service).ActAsync(id, 4, "enter-in-error", new() { Reason = "Gjaldt en annen pasient." });
        Assert.Equal((CaseStates.EnteredInError, "enteredInError"), (ended.Case.State, ended.Timeline[^1].Action));
        Assert.Empty(ended.AllowedActions);
        Assert.Equal("medication", (await database.SentAsync()).OfType<CaseChanged>().Last().Facts.Category);
    }

    private static ReporterAnswered Wrote(ServiceUnderTest<Program> service, Guid id, int number, string text) =>
        new() { DeviationId = id, Version = number, OccurredAt = Given.ReceivedAt.AddHours(1), Organization = Given.Hamar, Text = service.Protect(text) };

    [Fact]
    public async Task Refusal_lists_allowed_actions_and_misspelt_member_is_400()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var conflict = await Assert.ThrowsAsync<AvvikProblemException>(() => Handler(service).ActAsync(id, 3, "answer", Answer));
        Assert.Equal((HttpStatusCode.Conflict, "acknowledge return record-patient-information"),
            (conflict.Status, string.Join(' ', conflict.Problem.GetProperty("allowedActions").EnumerateArray().Select(a => a.GetString()))));
        Assert.Equal(HttpStatusCode.Forbidden,
            (await RefusalAsync(service.ClientAs(Given.Hamar, Roles.Handler).ActAsync(id, 3, "acknowledge"))).Status);

        using var http = service.As(Given.SykehusetInnlandet, Roles.Handler, "si-tynset");
        http.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", "\"3\"");
        using var misspelt = await http.PostAsync(
            $"/api/v1/cases/{id}/return", new StringContent("""{ "reason": "Feil enhet.", "sugestedUnit": "si-habilitering" }""", null, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, misspelt.StatusCode);
        Assert.Equal("/sugestedUnit", (await misspelt.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync($"/api/v1/cases/{id}/burn", null)).StatusCode);
        Assert.Single(await database.SentAsync());
    }

    [Fact]
    public async Task Accepted_action_is_one_event_and_a_refused_one_changes_nothing_on_disk()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        IAvvikClient[] callers = [Coordinator(service), Handler(service), Handler(service, "si-habilitering"), service.ClientAs(Given.Hamar, Roles.Reporter),
            service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator)];
        string[] actions = ["acknowledge", "start", "return", "transfer", "resolve", "answer", "accept"];
        const int Seed = 20260820;
        var random = new Random(Seed);
        var (accepted, refused) = (0, 0);
        async Task<string> OnDiskAsync() => JsonSerializer.Serialize(new
        {
            Case = await database.QueryAsync("select * from cases", row => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(row.GetValue))),
            Events = await database.CountAsync("select count(*) from case_events"),
            Outbox = await database.CountAsync("select count(*) from outbox_message"),
        });

        for (var (step, version) = (0, 3); step < 150; step++)
        {
            // A life that is answered at once is a short one, and so is one that few of those who try may lead: half the attempts are the coordinator's.
            var (before, action) = (await OnDiskAsync(), actions[random.Next(actions.Length - (step < 100 ? 2 : 0))]);
            try
            {
                var details = await callers[Math.Max(0, random.Next(-callers.Length, callers.Length))].ActAsync(id, version, action, action switch
                {
                    "return" => new() { Reason = "Grunn." },
                    "transfer" => new() { Reason = "Grunn.", Unit = "si-habilitering" },
                    "resolve" => new() { Decision = "Avgjort." },
                    "answer" => Answer,
                    _ => new(),
                });
                Assert.Equal((++version, version), (details.Case.Version, details.Timeline.Count + 2));
                Assert.Equal(Enumerable.Range(3, version - 2), (await database.SentAsync()).OfType<CaseChanged>().Select(c => c.Version));
                accepted++;
            }
            catch (AvvikProblemException)
            {
                Assert.True(before == await OnDiskAsync(), $"seed {Seed}, step {step}: a refused {action} left a trace");
                refused++;
            }
        }
        Assert.True(accepted >= 8 && refused >= 20, $"seed {Seed}: {accepted} accepted and {refused} refused prove little");
    }

    [Theory]
    [InlineData("acknowledge", """{"text":"Vi tar saken.","reason":"fordi"}""", "/text,/reason")]
    [InlineData("start", """{"unit":"si-tynset","decision":"x"}""", "/unit,/decision")]
    [InlineData("resolve", """{"decision":"Habilitering skal svare.","unit":"si-habilitering"}""", "/unit")]
    public async Task Member_that_the_action_does_not_take_is_400(string action, string body, string pointers)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        using var http = service.As(Given.SykehusetInnlandet, Roles.Coordinator);
        http.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", "\"3\"");
        using var response = await http.PostAsync($"/api/v1/cases/{id}/{action}", new StringContent(body, null, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var errors = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("errors").EnumerateArray();
        Assert.Equal(pointers.Split(',').Order(), errors.Where(e => e.GetProperty("code").GetString() == "unknownMember")
            .Select(e => e.GetProperty("pointer").GetString()!).Order());
    }

    [Fact]
    public async Task Clause_that_was_not_in_force_on_the_day_is_refused()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { OccurredOn = new(2019, 5, 5), Agreement = "innlandet-2019" }))).DeviationId;
        Assert.Equal([("/clause", "notInForce")],
            (await RefusalAsync(Coordinator(service).ActAsync(id, 3, "reclassify", new() { Clause = "12", Reason = "Planlegging." }))).Errors);
        // Nor does a category bring it.
        Assert.Null((await Coordinator(service).ActAsync(id, 3, "reclassify",
            new() { Category = "childAndFamily", Reason = "Gjelder barn." })).Agreement!.Clause);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Case_shows_everything_reported_to_the_answering_unit(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var (occurred, discovered) = (new DateTimeOffset(2026, 8, 14, 17, 45, 0, TimeSpan.FromHours(2)),
            new DateTimeOffset(2026, 8, 19, 9, 30, 0, TimeSpan.FromHours(2)));
        var triaged = service.Triaged(f => f with
        {
            OccurredAt = occurred,
            DiscoveredAt = discovered,
            ReporterUnit = "3403-sykepleie",
            PatientMunicipality = "3403",
            AffectedMessage = "dischargeSummary",
            Difference = "omitted",
            PotentialHarm = "moderate",
            Likelihood = "possible",
            ReporterConfidential = true,
        });
        triaged = triaged with { ReporterProfession = service.Protect("nurse"), MessageId = service.Protect("MSG-20261120-77") };
        var id = (await service.ReceivedAsync(triaged)).DeviationId;
        var seen = await Handler(service).GetCaseAsync(id);
        Assert.Equal((occurred, discovered, "SI Tynset", "3403-sykepleie", "3403"),
            (seen.OccurredAt, seen.DiscoveredAt, seen.Site, seen.ReportingUnit, seen.PatientMunicipality));
        Assert.Equal(("dischargeSummary", "MSG-20261120-77", "omitted", "moderate", "possible", "nurse"),
            (seen.AffectedMessage, seen.MessageId, seen.Difference, seen.PotentialHarm, seen.Likelihood, seen.ReporterProfession));
    }

    [Fact]
    public async Task Measure_is_due_within_two_years()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = (await InProgressAsync(service)).DeviationId;
        var answer = Answer with { NoMeasuresReason = null, Measures = [new() { Description = "Ny rutine", Owner = "si-tynset", DueDate = "2190-01-01" }] };
        Assert.Equal([("/measures/0/dueDate", "tooFarAhead")], (await RefusalAsync(Coordinator(service).ActAsync(id, 5, "answer", answer))).Errors);
    }
}

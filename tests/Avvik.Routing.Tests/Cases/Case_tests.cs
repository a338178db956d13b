using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Hosting.Calendar;
using Avvik.Routing.Cases;
using FsCheck;
using FsCheck.Fluent;

namespace Avvik.Routing.Tests.Cases;

public sealed class Case_tests
{
    private static readonly DateTimeOffset Now = Given.ReceivedAt.AddHours(1);
    private static readonly Actor Coordinator = People.All["respondentsCoordinator"];

    private static Case Open(string? unit = null) => Case.Open(Given.Triaged(unit: unit), new(Given.Narrative), Given.Knowledge, Now).Case;

    private static CaseEventRecord Act(Case @case, string action, CaseAction? body = null) =>
        @case.Act(CaseRules.Find(action)!, Coordinator, body ?? new(), Given.Knowledge, Now);

    [Fact]
    public void Case_opens_with_next_version_due_date_and_routing_rule()
    {
        var triaged = Given.Triaged();
        var (@case, opened) = Case.Open(triaged, new(Given.Narrative, "Ringte.", "Ny rutine."), Given.Knowledge, Now);
        Assert.Equal((triaged.DeviationId, 3, CaseStates.Routed, "si-tynset", "site", 1),
            (@case.Id, @case.Version, @case.State, @case.Unit, @case.Rule, @case.RuleVersion));
        Assert.Equal(new DateTimeOffset(2026, 9, 10, 22, 0, 0, TimeSpan.Zero), @case.DueAt);
        Assert.Equal((3, "routed", null, CaseStates.Routed, "si-tynset"), (opened.Version, opened.Action, opened.Organization, opened.State, opened.Unit));
        var changed = @case.Changed(opened);
        Assert.Equal((@case.Id, 3, Now, "routed", "si-tynset", @case.DueAt, 0),
            (changed.DeviationId, changed.Version, changed.OccurredAt, changed.Action, changed.Unit, changed.DueAt, changed.Hops));
    }

    [Fact]
    public void Third_return_escalates_and_a_decision_resumes_the_work()
    {
        var @case = Open();
        Assert.Equal(CaseStates.Routed, Act(@case, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "si-prehospital" }).State);
        Assert.Equal(("si-prehospital", "returned", 1), (@case.Unit, @case.Rule, @case.Hops));
        Act(@case, "acknowledge");
        Assert.Equal(CaseStates.Routed, Act(@case, "return", new() { Reason = "Feil enhet." }).State);
        // Where nobody knows better, it is for the coordinator, who forwards it.
        Assert.Equal(("si-samhandling", 2), (@case.Unit, @case.Hops));
        Assert.Equal(CaseStates.Routed, Act(@case, "return", new() { Reason = "Gjelder legevakt.", SuggestedUnit = "si-habilitering" }).State);
        Assert.Equal(("si-habilitering", "forwarded", 2), (@case.Unit, @case.Rule, @case.Hops));
        Assert.Equal(CaseStates.Escalated, Act(@case, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "si-tynset" }).State);
        Assert.Equal((3, CaseStates.Escalated), (@case.Hops, @case.State));
        Assert.Equal((CaseStates.InProgress, "Tynset svarer."), Act(@case, "resolve", new() { Decision = "Tynset svarer." }) is var r ? (r.State, r.Text)
            : default);
    }

    [Fact]
    public void Transfer_inside_the_party_is_not_a_hop()
    {
        var @case = Open();
        for (var i = 0; i < 4; i++)
        {
            Act(@case, "acknowledge");
            Act(@case, "start");
            Assert.Equal(CaseStates.Routed, Act(@case, "transfer",
                new() { Unit = i % 2 == 0 ? "si-habilitering" : "si-tynset", Reason = "Hører hjemme der." }).State);
        }
        Assert.Equal((0, "si-tynset", "transferred"), (@case.Hops, @case.Unit, @case.Rule));
    }

    [Fact]
    public void Answer_is_stored_with_its_measures()
    {
        var @case = Open();
        Act(@case, "acknowledge");
        Act(@case, "start");
        Act(@case, "answer",
            new()
            {
                Text = "Rutinen er endret.",
                ContributingFactors = ["capacity"],
                Measures = [new() { Description = "Ny rutine", Owner = "Avdelingen", DueDate = "2026-10-01" }]
            });
        var answer = @case.CurrentAnswer()!;
        Assert.Equal(("Rutinen er endret.", "planned"), (answer.Text, Assert.Single(answer.Measures).State));
        Assert.NotNull(answer.Measures[0].Id);
        Assert.Equal((Now, null), (@case.AnsweredAt, @case.ClosedAt));
        Act(@case, "accept");
        Assert.Equal((Now, CaseStates.Closed), (@case.ClosedAt, @case.State));
    }

    [Fact]
    public void Deadline_is_postponed_while_the_reporter_is_asked()
    {
        var @case = Open();
        Act(@case, "acknowledge");
        Act(@case, "start");
        var due = @case.DueAt;
        Assert.Equal((CaseStates.AwaitingReporter, "Hvilken avdeling?"), Act(@case, "ask", new() { Question = "Hvilken avdeling?" }) is var asked
            ? (asked.State, asked.Text) : default);
        // What was written before the question answers something else.
        Assert.Equal(("reporterMessage", CaseStates.AwaitingReporter), @case.ReporterWrote(Given.Hamar, "Mer.", Now.AddMinutes(-1), Now) is var earlier
            ? (earlier.Action, earlier.State) : default);
        var answered = @case.ReporterWrote(Given.Hamar, "Mer.", Now.AddDays(5), Now.AddDays(5));
        Assert.Equal(("reporterAnswered", CaseStates.InProgress, Given.Hamar), (answered.Action, answered.State, answered.Organization));
        Assert.Equal((NorwegianCalendar.Postpone(due, TimeSpan.FromDays(5)), null), (@case.DueAt, @case.Question));
    }

    [Fact]
    public void Follow_up_resumes_the_work_once_with_a_new_deadline()
    {
        var @case = Answered();
        var followed = @case.ReporterWrote(Given.Hamar, "Mer.", Now.AddDays(2), Now.AddDays(2));
        Assert.Equal(("followedUp", CaseStates.InProgress, NorwegianCalendar.DeadlineAfter(Now.AddDays(2), 21)),
            (followed.Action, followed.State, @case.DueAt));
        Act(@case, "answer",
            new()
            {
                Text = "Utfyllende svar.",
                ContributingFactors = ["capacity"],
                Measures = [new() { Description = "Ny kontroll", Owner = "si-habilitering", DueDate = "2026-11-01" }]
            });
        Assert.Equal("reporterMessage", @case.ReporterWrote(Given.Hamar, "Mer.", Now.AddDays(4), Now.AddDays(4)).Action);
        Assert.Equal(CaseStates.Answered, @case.State);
        // The measures of both answers stand, each with whoever sees to it.
        Assert.Equal([("Ny rutine", "si-tynset"), ("Ny kontroll", "si-habilitering")], @case.Measures.Select(m => (m.Description, m.Unit)));
    }

    [Fact]
    public void Disputed_case_is_closed_with_both_views()
    {
        var @case = Answered();
        @case.Act(CaseRules.Find("dispute")!, People.All["reporter"], new() { Reason = "Rutinen ble ikke fulgt." }, Given.Knowledge, Now);
        @case.Act(CaseRules.Find("escalate")!, Coordinator, new() { Reason = "Partene er uenige." }, Given.Knowledge, Now);
        @case.Act(CaseRules.Find("close")!, Coordinator, new() { Decision = "Vi er enige om å være uenige." }, Given.Knowledge, Now);
        Assert.Equal(new CaseClosing(Now, @case.Version, Given.SykehusetInnlandet, "Vi er enige om å være uenige.", "Rutinen er endret.",
            "Rutinen ble ikke fulgt."), Assert.Single(@case.Closings));
        var changed = @case.Changed(Act(@case, "reopen", new() { Reason = "Nye opplysninger." }));
        Assert.Equal((CaseStates.Triage, 1, 1, 1, null), (changed.State, changed.Disputes, changed.Escalations, changed.Reopenings, changed.ClosedAt));
        Assert.Single(@case.Closings);
        Assert.True(@case.IsWithTriage);
    }

    [Fact]
    public void Serious_event_stays_open_until_the_respondent_answers_on_notice()
    {
        var @case = Case.Open(Given.Triaged(f => f with { ActualHarm = "severe" }), new(Given.Narrative), Given.Knowledge, Now).Case;
        var incident = @case.SeriousIncident()!;
        Assert.Equal(("Statens helsetilsyn, Ukom", new DateOnly(2026, 8, 20), null),
            (string.Join(", ", incident.Recipients), incident.NotifyBy, incident.Notice));
        foreach (var action in new[] { "accept", "close" }) Assert.Equal(ProblemCodes.SeriousIncidentNoticeRequired,
            @case.Missing(CaseRules.Find(action)!, Coordinator, new()));
        var notice = new SeriousIncidentNotice { Notified = "yes", Reference = "2026/123" };
        Assert.Null(@case.Missing(CaseRules.Find("close")!, Coordinator, new() { SeriousIncidentNotice = notice }));
        // The reporter's party answers for itself only.
        Assert.Equal(ProblemCodes.SeriousIncidentNoticeRequired, @case.Missing(CaseRules.Find("accept")!, People.All["reporter"],
            new() { SeriousIncidentNotice = notice }));
        Act(@case, "acknowledge");
        Act(@case, "start");
        Act(@case, "answer", new() { Text = "Svar", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle", SeriousIncidentNotice = notice });
        Assert.Null(@case.Missing(CaseRules.Find("accept")!, People.All["reporter"], new()));
        Assert.Equal(notice, @case.SeriousIncident()!.Notice);
        Assert.Null(Open().SeriousIncident());
    }

    [Fact]
    public void Reclassified_case_has_the_priority_and_rank_of_its_new_class()
    {
        var @case = Open();
        var recorded = Act(@case, "reclassify",
            new() { Category = "medication", ActualHarm = "death", PatientGroups = ["maternity"], Reason = "Feil legemiddel." });
        var facts = @case.Changed(recorded).Facts;
        Assert.Equal(("medication", Vocabulary.Categories["medication"].Clause, "death", "maternity"),
            (facts.Category, facts.Clause, facts.ActualHarm, facts.PatientGroups[0]));
        Assert.Equal(("medication", 6, Priorities.Urgent, CaseStates.Routed), (@case.Category, @case.HarmRank, @case.Priority, recorded.State));
        Assert.StartsWith("Feil legemiddel.\nKategori: Epikrise → Legemidler og legemiddelliste\n", recorded.Text, StringComparison.Ordinal);
        Assert.NotNull(@case.SeriousIncident());
        Assert.Equal("7", @case.Changed(Act(@case, "reclassify", new() { Clause = "7", Reason = "Gjelder opplæring." })).Facts.Clause);
        Assert.Equal("medication", @case.Category);
    }

    [Fact]
    public void Reopened_case_waits_for_the_answer_to_that_reopening_whatever_else_happens()
    {
        var @case = Answered();
        Act(@case, "close");
        Act(@case, "reopen", new() { Reason = "Nytt." });
        var at = @case.Version;
        Assert.Equal(at + 1, @case.Follow(Change(4, "asked", CaseStates.AwaitingReporter), "Når?")!.Version);
        Assert.Null(@case.Follow(Change(4, "asked", CaseStates.AwaitingReporter), "Når?"));
        // The reporter answers Triage, and not the unit.
        Assert.Equal(("reporterMessage", CaseStates.AwaitingReporter), @case.ReporterWrote(Given.Hamar, "Mer.", Now.AddDays(2), Now.AddDays(2)) is var wrote
            ? (wrote.Action, wrote.State) : default);
        @case.AddDuplicate("AVV-2026-000002", null, Now.AddDays(2));
        Assert.Null(@case.RouteAgain(Given.Triaged() with { Reopening = 0 }, null, Given.Knowledge, Now.AddDays(3)));
        var again = @case.RouteAgain(Given.Triaged(unit: "si-habilitering") with { Version = 3, Reopening = 1 }, "Gjelder habilitering.", Given.Knowledge,
            Now.AddDays(3))!;
        Assert.Equal((at + 4, CaseStates.Routed, "si-habilitering", NorwegianCalendar.DeadlineAfter(Now.AddDays(3), 21)),
            (again.Version, again.State, @case.Unit, @case.DueAt));
        Assert.Null(@case.RouteAgain(Given.Triaged() with { Version = 3, Reopening = 1 }, null, Given.Knowledge, Now.AddDays(3)));
        // What arrives late is added to the history, once, and changes no state.
        Assert.Equal((at + 5, CaseStates.Routed), @case.Follow(Change(5, "reporterAnswered", CaseStates.Triage), null) is { } late ? (late.Version, late.State)
            : default);
        Assert.Null(@case.Follow(Change(5, "reporterAnswered", CaseStates.Triage), null));
        Assert.Single(@case.Closings);

        ReopenedCaseChanged Change(int number, string action, string state) => new()
        {
            DeviationId = @case.Id,
            Version = number,
            Reopening = 1,
            OccurredAt = Now.AddDays(1),
            Action = action,
            Organization = Given.SykehusetInnlandet,
            State = state,
        };
    }

    [Fact]
    public void Measure_follows_its_states_also_after_closing()
    {
        string[] states = ["planned", "inProgress", "done", "effectChecked", "cancelled"];
        Assert.Equal(["planned>inProgress", "planned>cancelled", "inProgress>done", "inProgress>cancelled", "done>effectChecked"],
            states.SelectMany(from => states.Where(to => Routing.Cases.Measure.MayFollow(from, to)).Select(to => $"{from}>{to}")));
        var @case = Answered();
        Act(@case, "close");
        var measure = @case.Measures[0];
        @case.ChangeMeasure(measure, "inProgress", null, Coordinator, new(2026, 9, 1), Now.AddDays(12));
        var done = @case.ChangeMeasure(measure, "done", "Innført.", Coordinator, new(2026, 9, 10), Now.AddDays(21));
        Assert.Equal((CaseStates.Closed, "measureDone", "Innført."), (done.State, done.Action, done.Text));
        Assert.Equal(new Avvik.Contracts.Routing.MeasureFact(measure.Id, "done", new(2026, 10, 1), new(2026, 9, 10)),
            Assert.Single(@case.Changed(done).Measures!));
    }

    [Fact]
    public void Notice_of_one_party_never_replaces_that_of_the_other()
    {
        var (@case, reporter) = (Serious("death"), People.All["reporter"]);
        var ours = new SeriousIncidentNotice { Notified = "yes", Reference = "V9931" };
        var theirs = new SeriousIncidentNotice { Notified = "no", Reason = "Vet ikke." };
        Act(@case, "answer", new() { Text = "Varslet.", ContributingFactors = ["equipment"], NoMeasuresReason = "Gjennomgås.", SeriousIncidentNotice = ours });
        @case.Act(CaseRules.Find("accept")!, reporter, new() { SeriousIncidentNotice = theirs }, Given.Knowledge, Now.AddDays(1));

        var incident = @case.SeriousIncident(Given.SykehusetInnlandet)!;
        Assert.Equal(ours, incident.Notice);
        Assert.Equal([new(Given.SykehusetInnlandet, Coordinator.Name, Now, ours), new(Given.Hamar, null, Now.AddDays(1), theirs)], incident.Notices);
    }

    [Fact]
    public void Lowered_harm_leaves_the_duty_to_notify_and_raised_harm_renews_it()
    {
        var @case = Serious("severe");
        Act(@case, "reclassify", new() { ActualHarm = "mild", Reason = "Mildere." });
        Assert.Equal(ProblemCodes.SeriousIncidentNoticeRequired, @case.Missing(CaseRules.Find("close")!, Coordinator, new()));
        Act(@case, "answer", new()
        {
            Text = "Svar",
            ContributingFactors = ["capacity"],
            NoMeasuresReason = "Engangstilfelle",
            SeriousIncidentNotice = new() { Notified = "notApplicable" },
        });
        Assert.False(@case.AwaitsNotice);
        // Worse after all, on another day.
        @case.Act(CaseRules.Find("reclassify")!, Coordinator, new() { ActualHarm = "death", Reason = "Pasienten døde." }, Given.Knowledge,
            Now.AddDays(5));
        Assert.True(@case.AwaitsNotice);
        Assert.Equal((new DateOnly(2026, 8, 25), 1), @case.SeriousIncident() is { } raised ? (raised.NotifyBy, raised.Notices.Count) : default);
    }

    [Fact]
    public void Reopened_serious_event_has_a_new_duty_to_notify()
    {
        var @case = Serious("death");
        var answer = new CaseAction
        {
            Text = "Svar",
            ContributingFactors = ["capacity"],
            NoMeasuresReason = "Engangstilfelle",
            SeriousIncidentNotice = new() { Notified = "yes", Reference = "2026/1" },
        };
        Act(@case, "answer", answer);
        Act(@case, "close");
        @case.Act(CaseRules.Find("reopen")!, Coordinator, new() { Reason = "Nytt." }, Given.Knowledge, Now.AddDays(40));
        Assert.True(@case.AwaitsNotice);
        Assert.Equal(new(2026, 9, 29), @case.SeriousIncident()!.NotifyBy);
    }

    [Fact]
    public void Stored_notice_of_an_older_version_counts_as_the_respondents()
    {
        var duty = NoticeDuty.FromJson("""{"notified":"yes","reference":"V1","reason":null}""").Completed(Given.ReceivedAt, Given.SykehusetInnlandet);
        Assert.Equal((Given.ReceivedAt, "V1"), (duty.From, duty.AnswerOf(Given.SykehusetInnlandet)!.Reference));
        Assert.Equal(JsonSerializer.Serialize(duty), JsonSerializer.Serialize(NoticeDuty.FromJson(duty.ToJson())));
    }

    private static Case Serious(string harm)
    {
        var @case = Case.Open(Given.Triaged(f => f with { ActualHarm = harm }), new(Given.Narrative), Given.Knowledge, Now).Case;
        Act(@case, "acknowledge");
        Act(@case, "start");
        return @case;
    }

    private static Case Answered()
    {
        var @case = Open();
        Act(@case, "acknowledge");
        Act(@case, "start");
        Act(@case, "answer",
            new()
            {
                Text = "Rutinen er endret.",
                ContributingFactors = ["capacity"],
                Measures = [new() { Description = "Ny rutine", Owner = "Avdelingen", DueDate = "2026-10-01" }]
            });
        return @case;
    }

    private sealed record Step(string Action, string Who, string Unit)
    {
        public override string ToString() => $"{Who}:{Action}:{Unit}";
    }

    // Half the steps by one who may do most, so that lives become long; what closes comes seldom, and mostly after what must come before it.
    private static readonly Gen<Step> Steps =
        from action in Gen.Frequency(
            (40, Gen.Elements("acknowledge", "start", "return", "transfer", "ask", "answer", "accept", "dispute", "escalate", "resolve", "reclassify",
                "return")),
            (8, Gen.Elements("close", "reopen", "reopen", "reopen", "message", "message", "days", "days", "measure")),
            (3, Gen.Elements("triageRoutes", "triageAsks", "triageRejects", "duplicate")),
            (1, Gen.Elements("withdraw", "enter-in-error", "merge")))
        from who in Gen.OneOf(Gen.Constant("respondentsCoordinator"), Gen.Constant("reportersCoordinator"), Gen.Elements(People.All.Keys.ToArray()))
        from unit in Gen.Elements("si-tynset", "si-habilitering", "si-prehospital", "3403-lege")
        select new Step(action, who, unit);

    [Fact]
    public void Accepted_action_is_one_version_and_a_refused_one_changes_nothing()
    {
        var (accepted, refused) = (0, 0);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(90), Prop.ForAll(Arb.From(Steps.ArrayOf()), (Action<Step[]>)(life =>
        {
            var (@case, opened) = Case.Open(Given.Triaged(), new(Given.Narrative), Given.Knowledge, Now);
            var party = HealthCommunities.Party(@case.RespondentOrganization)!;
            List<CaseEventRecord> history = [opened];
            var (returns, now) = (0, Now);
            foreach (var step in life)
            {
                now = step.Action == "days" ? now.AddDays(9) : now.AddMinutes(1);
                var before = JsonSerializer.Serialize(@case);
                var (version, state, closings) = (@case.Version, @case.State, @case.Closings);
                var recorded = step.Action == "days" ? ApplyDue(@case, now, history) : Try(@case, step, now) is { } one ? [one] : [];
                if (recorded is [{ Action: "returned" }]) returns++;
                if (recorded.Count == 0)
                {
                    refused++;
                    Assert.Equal(before, JsonSerializer.Serialize(@case));
                    continue;
                }
                accepted += recorded.Count;
                seen.UnionWith(recorded.Select(r => r.Action));
                if (step.Action != "days") history.AddRange(recorded);
                // Final is final: only a closed case comes back, and what people do to measures and what repeats it changes no state.
                if (CaseStates.IsFinal(state)) Assert.True(@case.State == state || (state, @case.State) == (CaseStates.Closed, CaseStates.Triage),
                    $"{state} became {@case.State} by {step}");
                Assert.Equal(version + recorded.Count, @case.Version);
                var changed = @case.Changed(recorded[^1]);
                Assert.Equal((@case.Version, @case.Version), (recorded[^1].Version, changed.Version));
                Assert.Equal((@case.State, @case.State, @case.Unit, recorded[^1].Action), (recorded[^1].State, changed.State, changed.Unit, changed.Action));
                Assert.Contains(@case.State, Vocabulary.CaseStates.Keys);
                Assert.NotNull(party.Unit(@case.Unit));
                Assert.Equal((returns, returns), (changed.Hops, changed.UnitHops!.Count));
                if (recorded is [{ Action: "returned" }]) Assert.Equal(returns > 2 ? CaseStates.Escalated : CaseStates.Routed, @case.State);
                Assert.Equal(CaseStates.IsFinal(@case.State), @case.ClosedAt is not null);
                // What time has done it does not do again, and what comes next is later.
                if (step.Action == "days") Assert.True(@case.NextDueAt is null || @case.NextDueAt > now);
                // A closing is kept for ever.
                Assert.Equal(closings, @case.Closings.Take(closings.Count));
                Assert.False(@case.State == CaseStates.Closed && @case.Closings.Count == 0);
                Assert.InRange(@case.FollowUps, 0, 1);
            }
            Assert.Equal(history.Select(h => h.Version).Distinct().Order(), history.Select(h => h.Version));
        })));
        Assert.True(accepted > 2000 && refused > 2000, $"{accepted} accepted and {refused} refused prove little");
        string[] all = ["acknowledged", "started", "returned", "transferred", "asked", "reporterAnswered", "answered", "accepted", "disputed", "escalated",
            "resolved", "closed", "followedUp", "reopened", "reclassified", "reminded", "rejected", "forwarded"];
        Assert.Empty(all.Except(seen));
        // And each has its word in bokmål.
        Assert.Empty(seen.Except(Vocabulary.CaseEvents.Keys));
    }

    private static List<CaseEventRecord> ApplyDue(Case @case, DateTimeOffset now, List<CaseEventRecord> history)
    {
        List<CaseEventRecord> applied = [];
        foreach (var recorded in @case.ApplyDue(now))
        {
            Assert.Equal((@case.Version, recorded.Version), (recorded.Version, @case.Changed(recorded).Version));
            applied.Add(recorded);
            history.Add(recorded);
        }
        Assert.Empty(@case.ApplyDue(now));
        return applied;
    }

    private static CaseEventRecord? Try(Case @case, Step step, DateTimeOffset now)
    {
        var body = new CaseAction
        {
            Text = "Svar",
            ContributingFactors = ["capacity"],
            NoMeasuresReason = "Engangstilfelle",
            Measures = [new() { Description = "Ny rutine", Owner = step.Unit, DueDate = "2026-09-10" }],
            Question = "Hva?",
            Unit = HealthCommunities.Party(@case.RespondentOrganization)!.Unit(step.Unit)?.Code ?? "si-tynset",
            SuggestedUnit = step.Unit,
            Reason = "Grunn",
            Decision = "Avgjort",
            Category = "medication",
            ActualHarm = step.Unit == "3403-lege" ? "severe" : "none",
            SeriousIncidentNotice = step.Unit == "si-tynset" ? new() { Notified = "notApplicable" } : null,
        };
        ReopenedCaseChanged Change(string action, string state) =>
            new() { DeviationId = @case.Id, Version = @case.Version + 1, Reopening = @case.Reopenings, OccurredAt = now, Action = action, State = state };
        switch (step.Action)
        {
            // As when the reporter's withdrawal comes in.
            case "withdraw": return CaseStates.IsFinal(@case.State) ? null : @case.Withdraw(Given.Hamar, "Meldt to ganger.", now);
            case "merge": return CaseStates.IsFinal(@case.State) ? null : @case.Merge(Guid.CreateVersion7(), null, now);
            case "duplicate": return @case.AddDuplicate("AVV-2026-000002", null, now);
            case "message": return @case.ReporterWrote(Given.Hamar, "Mer.", now, now);
            case "triageAsks": return @case.Follow(Change("asked", CaseStates.AwaitingReporter), "Hva?");
            case "triageRejects": return @case.Follow(Change("rejected", CaseStates.Rejected), "Nei");
            case "triageRoutes":
                return @case.RouteAgain(Given.Triaged() with { DeviationId = @case.Id, Reopening = @case.Reopenings }, null, Given.Knowledge, now);
            case "measure":
                return @case.Measures.FirstOrDefault(m => Routing.Cases.Measure.MayFollow(m.State, "inProgress")) is { } planned
                    ? @case.ChangeMeasure(planned, "inProgress", null, Coordinator, new(2026, 9, 1), now) : null;
        }
        var transition = CaseRules.Find(step.Action)!;
        return CaseRules.Refusal(transition, @case, People.All[step.Who], now) is null && @case.Missing(transition, People.All[step.Who], body) is null
            ? @case.Act(transition, People.All[step.Who], body, Given.Knowledge, now) : null;
    }
}

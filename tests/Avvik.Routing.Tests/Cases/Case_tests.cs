using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Routing.Cases;
using FsCheck;
using FsCheck.Fluent;

namespace Avvik.Routing.Tests.Cases;

public sealed class Case_tests
{
    private static readonly DateTimeOffset Now = Given.ReceivedAt.AddHours(1);
    private static readonly Actor Coordinator = People.All["respondentsCoordinator"];

    private static Case Open(string? unit = null) => Case.Open(Given.Triaged(unit: unit), Given.Narrative, null, null, Now).Case;

    private static CaseEventRecord Act(Case @case, string action, CaseAction? body = null) => @case.Act(CaseRules.Find(action)!, Coordinator, body ?? new(), Now);

    [Fact]
    public void A_case_begins_as_the_next_version_of_its_deviation_with_a_due_date_and_the_rule_that_chose()
    {
        var triaged = Given.Triaged();
        var (@case, opened) = Case.Open(triaged, Given.Narrative, "Ringte.", "Ny rutine.", Now);
        Assert.Equal((triaged.DeviationId, 3, CaseStates.Routed, "si-tynset", "site", 1), (@case.Id, @case.Version, @case.State, @case.Unit, @case.Rule, @case.RuleVersion));
        Assert.Equal(Given.ReceivedAt.AddDays(21), @case.DueAt);
        Assert.Equal((3, "routed", null, CaseStates.Routed, "si-tynset"), (opened.Version, opened.Action, opened.Organization, opened.State, opened.Unit));
        var changed = @case.Changed(opened);
        Assert.Equal((@case.Id, 3, Now, "routed", "si-tynset", @case.DueAt, 0), (changed.DeviationId, changed.Version, changed.OccurredAt, changed.Action, changed.Unit, changed.DueAt, changed.Hops));
    }

    [Fact]
    public void The_third_return_escalates_and_a_decision_gets_the_work_going_again()
    {
        var @case = Open();
        Assert.Equal(CaseStates.Routed, Act(@case, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "si-prehospital" }).State);
        Assert.Equal(("si-prehospital", "returned", 1), (@case.Unit, @case.Rule, @case.Hops));
        Act(@case, "acknowledge");
        Assert.Equal(CaseStates.Routed, Act(@case, "return", new() { Reason = "Feil enhet." }).State);
        // Where nobody knows better, it is for the coordinator.
        Assert.Equal(("si-samhandling", 2), (@case.Unit, @case.Hops));
        Assert.Equal(CaseStates.Escalated, Act(@case, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "si-tynset" }).State);
        Assert.Equal((3, CaseStates.Escalated), (@case.Hops, @case.State));
        Assert.Equal((CaseStates.InProgress, "Tynset svarer."), Act(@case, "resolve", new() { Decision = "Tynset svarer." }) is var r ? (r.State, r.Text) : default);
    }

    [Fact]
    public void A_transfer_inside_the_party_is_no_hop()
    {
        var @case = Open();
        for (var i = 0; i < 4; i++)
        {
            Act(@case, "acknowledge");
            Act(@case, "start");
            Assert.Equal(CaseStates.Routed, Act(@case, "transfer", new() { Unit = i % 2 == 0 ? "si-habilitering" : "si-tynset", Reason = "Hører hjemme der." }).State);
        }
        Assert.Equal((0, "si-tynset", "transferred"), (@case.Hops, @case.Unit, @case.Rule));
    }

    [Fact]
    public void An_answer_is_kept_with_measures_that_can_be_followed_up()
    {
        var @case = Open();
        Act(@case, "acknowledge");
        Act(@case, "start");
        Act(@case, "answer", new() { Text = "Rutinen er endret.", ContributingFactors = ["capacity"], Measures = [new() { Description = "Ny rutine", Owner = "Avdelingen", DueDate = "2026-10-01" }] });
        var answer = JsonSerializer.Deserialize(@case.Answer!, ClientJson.Default.CaseAnswer)!;
        Assert.Equal(("Rutinen er endret.", "planned"), (answer.Text, Assert.Single(answer.Measures).State));
        Assert.NotNull(answer.Measures[0].Id);
        Assert.Equal((Now, null), (@case.AnsweredAt, @case.ClosedAt));
        Act(@case, "accept");
        Assert.Equal((Now, CaseStates.Closed), (@case.ClosedAt, @case.State));
    }

    private sealed record Step(string Action, string Who, string Unit)
    {
        public override string ToString() => $"{Who}:{Action}:{Unit}";
    }

    // Half the steps by one who may do most, so that lives become long.
    private static readonly Gen<Step> Steps =
        from action in Gen.Frequency((24, Gen.Elements("acknowledge", "start", "return", "transfer", "answer", "accept", "close", "resolve")), (1, Gen.Constant("withdraw")))
        from who in Gen.OneOf(Gen.Constant("respondentsCoordinator"), Gen.Elements(People.All.Keys.ToArray()))
        from unit in Gen.Elements("si-tynset", "si-habilitering", "si-prehospital", "3403-lege")
        select new Step(action, who, unit);

    [Fact]
    public void Whatever_is_tried_each_accepted_action_is_one_version_one_line_and_one_event_and_a_refused_one_changes_nothing()
    {
        var (accepted, refused) = (0, 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(60), Prop.ForAll(Arb.From(Steps.ArrayOf()), (Action<Step[]>)(life =>
        {
            var (@case, opened) = Case.Open(Given.Triaged(), Given.Narrative, null, null, Now);
            var party = HealthCommunities.Party(@case.RespondentOrganization)!;
            List<CaseEventRecord> history = [opened];
            var returns = 0;
            foreach (var (step, index) in life.Select((s, i) => (s, i)))
            {
                var before = JsonSerializer.Serialize(@case);
                var (version, wasFinal, at) = (@case.Version, CaseStates.IsFinal(@case.State), Now.AddMinutes(index));
                CaseEventRecord? recorded = null;
                if (step.Action == "withdraw")
                {
                    // As when the reporter's withdrawal comes in.
                    if (!wasFinal) recorded = @case.Withdraw(Given.Hamar, "Meldt to ganger.", at);
                }
                else if (CaseRules.Refusal(CaseRules.Find(step.Action)!, @case, People.All[step.Who]) is null)
                {
                    recorded = @case.Act(CaseRules.Find(step.Action)!, People.All[step.Who], new() { Text = "Svar", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle", Unit = party.Unit(step.Unit)?.Code ?? "si-tynset", SuggestedUnit = step.Unit, Reason = "Grunn", Decision = "Avgjort" }, at);
                    if (step.Action == "return") returns++;
                }
                if (recorded is null)
                {
                    refused++;
                    Assert.Equal(before, JsonSerializer.Serialize(@case));
                    continue;
                }
                accepted++;
                history.Add(recorded);
                Assert.False(wasFinal);
                var changed = @case.Changed(recorded);
                Assert.Equal((version + 1, version + 1, version + 1), (@case.Version, recorded.Version, changed.Version));
                Assert.Equal((@case.State, @case.State, @case.Unit, recorded.Action, at), (recorded.State, changed.State, changed.Unit, changed.Action, changed.OccurredAt));
                Assert.Contains(@case.State, Vocabulary.CaseStates.Keys);
                Assert.NotNull(party.Unit(@case.Unit));
                Assert.Equal((returns, @case.Hops), (@case.Hops, changed.Hops));
                if (step.Action == "return") Assert.Equal(returns > 2 ? CaseStates.Escalated : CaseStates.Routed, @case.State);
                Assert.Equal(CaseStates.IsFinal(@case.State), @case.ClosedAt is not null);
            }
            Assert.Equal(Enumerable.Range(3, history.Count), history.Select(h => h.Version));
        })));
        Assert.True(accepted > 500 && refused > 500, $"{accepted} accepted and {refused} refused prove little");
    }
}

using Avvik.Contracts;
using Avvik.Routing.Cases;

namespace Avvik.Routing.Tests.Cases;

public sealed class Case_rules_tests
{
    private static readonly DateTimeOffset Now = Given.ReceivedAt.AddHours(1);
    private static readonly string[] Actions = ["acknowledge", "start", "return", "transfer", "ask", "answer", "accept", "dispute", "escalate", "resolve",
        "close", "reopen", "reclassify", "enter-in-error", "hand-over", "reject", "merge", "link", "unlink", "thank", "record-patient-information",
        "record-letter"];
    private static readonly string[] Alive = ["routed", "acknowledged", "inProgress", "awaitingReporter", "answered", "disputed", "escalated"];
    private static readonly string[] Handlers = ["handler", "handlerWithoutUnit", "respondentsCoordinator"];
    private static readonly string[] ReportersParty = ["reporter", "reportersCoordinator", "reportersHandler"];
    private static readonly string[] EitherParty = [.. Handlers, .. ReportersParty];
    private static readonly string[] Unanswered = ["routed", "acknowledged", "inProgress", "escalated"];
    private static readonly string[] RespondentsCoordinator = ["respondentsCoordinator"];
    private static readonly string[] Coordinators = ["respondentsCoordinator", "reportersCoordinator"];

    // Written from what the parties have agreed, not from the table: everything that is not here is refused.
    private static readonly Dictionary<(string State, string Action), (string[] Who, string To)> Agreed = new Dictionary<(string State, string Action),
        (string[] Who, string To)>
    {
        [("routed", "acknowledge")] = (Handlers, "acknowledged"),
        [("routed", "return")] = (Handlers, "routed"),
        [("acknowledged", "start")] = (Handlers, "inProgress"),
        [("acknowledged", "return")] = (Handlers, "routed"),
        [("inProgress", "transfer")] = (Handlers, "routed"),
        [("inProgress", "ask")] = (Handlers, "awaitingReporter"),
        [("inProgress", "answer")] = (Handlers, "answered"),
        [("answered", "accept")] = (ReportersParty, "closed"),
        [("answered", "dispute")] = (ReportersParty, "disputed"),
        [("answered", "close")] = (Coordinators, "closed"),
        [("disputed", "resolve")] = (Coordinators, "inProgress"),
        [("disputed", "escalate")] = (Coordinators, "escalated"),
        [("disputed", "close")] = (Coordinators, "closed"),
        [("escalated", "resolve")] = (Coordinators, "inProgress"),
        [("escalated", "close")] = (Coordinators, "closed"),
        [("closed", "reopen")] = (Coordinators, "triage"),
        [("closed", "record-patient-information")] = (EitherParty, "closed"),
    }.Concat(Alive.SelectMany(state => new[] { KeyValuePair.Create((state, "reclassify"), (Coordinators, state)),
        KeyValuePair.Create((state, "enter-in-error"), (Coordinators, "enteredInError")),
        KeyValuePair.Create((state, "record-patient-information"), (EitherParty, state)),
        KeyValuePair.Create((state, "merge"), (RespondentsCoordinator, "duplicate")), KeyValuePair.Create((state, "link"), (Coordinators, state)) }))
    .Concat(Unanswered.SelectMany(state => new[] { KeyValuePair.Create((state, "hand-over"), (Coordinators, "routed")),
        KeyValuePair.Create((state, "reject"), (RespondentsCoordinator, "rejected")) })).ToDictionary();

    public static TheoryData<string> States => [CaseStates.Submitted, .. Vocabulary.CaseStates.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void Rule_table_matches_the_api_and_the_vocabulary()
    {
        Assert.Equal(Actions, CaseRules.Table.Select(t => t.Action));
        Assert.All(CaseRules.Table.SelectMany(t => t.From.Append(t.To ?? t.From[0])), state => Assert.Contains(state, Vocabulary.CaseStates.Keys));
        Assert.Null(CaseRules.Find("burn"));
    }

    [Theory, MemberData(nameof(States))]
    public void Rules_allow_exactly_the_agreed_actions_for_each_state_and_role(string state)
    {
        foreach (var (name, actor) in People.All)
        {
            var @case = CaseIn(state);
            foreach (var action in Actions)
            {
                var (who, to) = Agreed.GetValueOrDefault((state, action), ([], ""));
                var refusal = CaseRules.Refusal(CaseRules.Find(action)!, @case, actor, Now);
                var expected = who.Contains(name) ? null : to.Length == 0 ? ProblemCodes.ActionNotAllowed
                    : name == "otherUnitsHandler" && (who == Handlers || who == EitherParty) ? "otherUnit"
                    : "forbidden";
                Assert.True(expected == refusal, $"{name}, {state}, {action}: {refusal ?? "allowed"}, not {expected ?? "allowed"}");
                if (refusal is null) Assert.Equal(to, CaseRules.Find(action)!.To ?? state);
            }
            Assert.Equal(Actions.Where(a => Agreed.GetValueOrDefault((state, a), ([], "")).Who.Contains(name)), CaseRules.AllowedActions(@case, actor, Now));
        }
    }

    [Theory]
    [InlineData("routed", "reclassify enter-in-error hand-over reject merge link record-patient-information record-letter")]
    [InlineData("inProgress", "ask answer reclassify enter-in-error hand-over reject merge link record-patient-information record-letter")]
    [InlineData("answered", "accept dispute close reclassify enter-in-error merge link record-patient-information")]
    [InlineData("closed", "reopen record-patient-information")]
    public void Reporters_coordinator_acts_for_a_party_without_Avvik(string state, string allowed)
    {
        var (actor, @case) = (People.All["reportersCoordinator"] with { OnBehalf = true }, CaseIn(state));
        Assert.Equal(allowed.Split(' '), CaseRules.AllowedActions(@case, actor, Now));
        // What is a unit's at a party with Avvik is nothing to explain, and a letter is nothing to anybody else.
        Assert.DoesNotContain(CaseRules.RefusedActions(@case, actor, Now), r => r.Action is "acknowledge" or "start" or "return" or "transfer");
        Assert.DoesNotContain(CaseRules.RefusedActions(@case, People.All["handler"], Now), r => r.Action == "record-letter");
    }

    [Fact]
    public void Final_case_allows_only_reopening_and_informing_of_a_closed_one() =>
        Assert.All(Vocabulary.CaseStates.Keys.Where(CaseStates.IsFinal), state => Assert.All(People.All.Values, actor =>
            Assert.Empty(CaseRules.AllowedActions(CaseIn(state), actor, Now)
                .Except(state == CaseStates.Closed ? ["reopen", "record-patient-information"] : []))));

    [Fact]
    public void Case_can_be_reopened_for_twelve_months_after_closing()
    {
        var (@case, coordinator) = (CaseIn(CaseStates.Answered), People.All["reportersCoordinator"]);
        @case.Act(CaseRules.Find("close")!, coordinator, new(), Given.Knowledge, Now);
        var reopen = CaseRules.Find("reopen")!;
        Assert.Null(CaseRules.Refusal(reopen, @case, coordinator, Now.AddMonths(12)));
        Assert.Equal("reopenTooLate", CaseRules.Refusal(reopen, @case, coordinator, Now.AddMonths(12).AddMilliseconds(1)));
        Assert.Equal(["record-patient-information"], CaseRules.AllowedActions(@case, coordinator, Now.AddMonths(13)));
    }

    private static Case CaseIn(string state)
    {
        var (@case, _) = Case.Open(Given.Triaged(), new(Given.Narrative), Given.Knowledge, Given.ReceivedAt);
        Assert.Equal(People.Unit, @case.Unit);
        // Some states are nowhere in the table, and no action leads to them.
        typeof(Case).GetProperty(nameof(Case.State))!.SetValue(@case, state);
        return @case;
    }
}

using Avvik.Contracts;
using Avvik.Routing.Cases;

namespace Avvik.Routing.Tests.Cases;

public sealed class Case_rules_tests
{
    private static readonly string[] Actions = ["acknowledge", "start", "return", "transfer", "answer", "accept", "close", "resolve"];
    private static readonly string[] Handlers = ["handler", "handlerWithoutUnit", "respondentsCoordinator"];
    private static readonly string[] ReportersParty = ["reporter", "reportersCoordinator", "reportersHandler"];
    private static readonly string[] Coordinators = ["respondentsCoordinator", "reportersCoordinator"];

    // Written from what the parties have agreed, not from the table: everything that is not here is refused.
    private static readonly Dictionary<(string State, string Action), (string[] Who, string To)> Agreed = new()
    {
        [("routed", "acknowledge")] = (Handlers, "acknowledged"),
        [("routed", "return")] = (Handlers, "routed"),
        [("acknowledged", "start")] = (Handlers, "inProgress"),
        [("acknowledged", "return")] = (Handlers, "routed"),
        [("inProgress", "transfer")] = (Handlers, "routed"),
        [("inProgress", "answer")] = (Handlers, "answered"),
        [("answered", "accept")] = (ReportersParty, "closed"),
        [("answered", "close")] = (Coordinators, "closed"),
        [("escalated", "resolve")] = (Coordinators, "inProgress"),
    };

    public static TheoryData<string> States => [CaseStates.Submitted, .. Vocabulary.CaseStates.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void The_table_has_the_actions_that_the_api_has_and_no_state_that_the_vocabulary_lacks()
    {
        Assert.Equal(Actions, CaseRules.Table.Select(t => t.Action));
        Assert.All(CaseRules.Table.SelectMany(t => t.From.Append(t.To)), state => Assert.Contains(state, Vocabulary.CaseStates.Keys));
        Assert.Null(CaseRules.Find("burn"));
    }

    [Theory, MemberData(nameof(States))]
    public void In_each_state_each_may_do_what_was_agreed_and_nothing_else(string state)
    {
        foreach (var (name, actor) in People.All)
        {
            var @case = CaseIn(state);
            foreach (var action in Actions)
            {
                var (who, to) = Agreed.GetValueOrDefault((state, action), ([], ""));
                var refusal = CaseRules.Refusal(CaseRules.Find(action)!, @case, actor);
                var expected = who.Contains(name) ? null : to.Length == 0 ? "actionNotAllowed" : name == "otherUnitsHandler" && who == Handlers ? "otherUnit" : "forbidden";
                Assert.True(expected == refusal, $"{name}, {state}, {action}: {refusal ?? "allowed"}, not {expected ?? "allowed"}");
                if (refusal is null) Assert.Equal(to, CaseRules.Find(action)!.To);
            }
            Assert.Equal(Actions.Where(a => Agreed.GetValueOrDefault((state, a), ([], "")).Who.Contains(name)), CaseRules.AllowedActions(@case, actor));
        }
    }

    [Fact]
    public void Nothing_is_done_to_what_is_final() =>
        Assert.All(Vocabulary.CaseStates.Keys.Where(CaseStates.IsFinal), state => Assert.All(People.All.Values, actor => Assert.Empty(CaseRules.AllowedActions(CaseIn(state), actor))));

    private static Case CaseIn(string state)
    {
        var (@case, _) = Case.Open(Given.Triaged(), Given.Narrative, null, null, Given.ReceivedAt);
        Assert.Equal(People.Unit, @case.Unit);
        // Some states are nowhere in the table, and no action leads to them.
        typeof(Case).GetProperty(nameof(Case.State))!.SetValue(@case, state);
        return @case;
    }
}

using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Triage.Assessments;

namespace Avvik.Triage.Tests.Assessments;

public sealed class Assessment_tests
{
    private static readonly DateTimeOffset Now = Given.ReceivedAt.AddMinutes(1);

    private static (Assessment Assessment, IEvent Event) Of(Func<DeviationFacts, DeviationFacts>? facts = null, string narrative = Given.Unclear) =>
        Assessment.Of(Given.Submitted(facts), narrative, Now);

    private static string[] Codes(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    [Fact]
    public void With_a_category_and_an_agreement_it_goes_on_without_a_person_as_the_next_version()
    {
        var (assessment, e) = Of();
        var triaged = Assert.IsType<DeviationTriaged>(e);
        Assert.Equal((2, Now, "dischargeSummary", "5", null, null), (triaged.Version, triaged.OccurredAt, triaged.Facts.Category, triaged.Facts.Clause, triaged.Unit, triaged.TriagedBy));
        Assert.Equal((CaseStates.Routed, false, "[]", 2), (assessment.State, assessment.Open, assessment.Flags, assessment.Version));
        Assert.Equal(["category:reporter", "clause:reporter", "priority:default"], triaged.Reasons);
    }

    [Fact]
    public void A_clause_nobody_gave_is_the_categorys() =>
        Assert.Contains("clause:category", Assert.IsType<DeviationTriaged>(Of(f => f with { Clause = null }).Event).Reasons);

    [Fact]
    public void A_clear_narrative_gives_the_category_and_its_clause()
    {
        var (assessment, e) = Of(f => f with { Category = null, Clause = null }, Given.Clear);
        var triaged = Assert.IsType<DeviationTriaged>(e);
        Assert.Equal(("dischargeSummary", "5"), (triaged.Facts.Category, triaged.Facts.Clause));
        Assert.Equal(["category:narrative", "clause:category", "priority:default"], triaged.Reasons);
        Assert.NotEqual("[]", assessment.Suggestions);
    }

    [Fact]
    public void The_reporters_own_clause_stands_when_the_narrative_gives_the_category()
    {
        var triaged = Assert.IsType<DeviationTriaged>(Of(f => f with { Category = null, Clause = "9" }, Given.Clear).Event);
        Assert.Equal(("dischargeSummary", "9"), (triaged.Facts.Category, triaged.Facts.Clause));
        Assert.Contains("clause:reporter", triaged.Reasons);
    }

    [Fact]
    public void A_respondent_of_another_community_than_the_deviations_waits_for_a_person()
    {
        var (assessment, e) = Of(f => f with { RespondentOrganization = "983974910" });
        Assert.Equal("queued", Assert.IsType<CaseChanged>(e).Action);
        Assert.Equal([TriageFlags.UnresolvedParty], Codes(assessment.Flags));
    }

    [Fact]
    public void An_unclear_narrative_waits_for_a_person_and_the_others_are_told_so()
    {
        var (assessment, e) = Of(f => f with { Category = null, Clause = null });
        var queued = Assert.IsType<CaseChanged>(e);
        Assert.Equal(("queued", CaseStates.Triage, 2, null, null), (queued.Action, queued.State, queued.Version, queued.Organization, queued.Unit));
        Assert.Equal((CaseStates.Triage, true), (assessment.State, assessment.Open));
        Assert.Equal([TriageFlags.NoCategory], Codes(assessment.Flags));
        Assert.Null(queued.Facts.Category);
    }

    [Fact]
    public void Parties_that_share_no_agreement_wait_for_a_person_however_clear_the_rest_is()
    {
        var (assessment, e) = Of(f => f with { Agreement = null });
        Assert.Equal("queued", Assert.IsType<CaseChanged>(e).Action);
        Assert.Equal([TriageFlags.AgreementMissing], Codes(assessment.Flags));
        Assert.True(assessment.Open);
    }

    [Theory]
    [InlineData("severe")]
    [InlineData("death")]
    public void Serious_harm_goes_on_at_once_and_stays_open_to_be_looked_at(string harm)
    {
        var (assessment, e) = Of(f => f with { ActualHarm = harm });
        Assert.Equal(Priorities.Urgent, Assert.IsType<DeviationTriaged>(e).Priority);
        Assert.Equal((CaseStates.Routed, true), (assessment.State, assessment.Open));
        Assert.Equal([TriageFlags.SeriousHarm], Codes(assessment.Flags));

        assessment.Review();
        Assert.Equal((CaseStates.Routed, false, 2), (assessment.State, assessment.Open, assessment.Version));
    }

    [Fact]
    public void What_is_wrong_in_several_ways_says_them_all()
    {
        var (assessment, e) = Of(f => f with { Category = null, Agreement = null, ActualHarm = "death" });
        Assert.Equal(CaseStates.Triage, Assert.IsType<CaseChanged>(e).State);
        Assert.Equal([TriageFlags.NoCategory, TriageFlags.AgreementMissing, TriageFlags.SeriousHarm], Codes(assessment.Flags));
    }

    [Fact]
    public void Each_decision_is_the_next_version_and_leaves_the_queue()
    {
        var facts = Of(f => f with { Category = null }).Assessment.ReadFacts();
        var routed = Of(f => f with { Category = null }).Assessment;
        var triaged = routed.Route(facts with { Category = "medication", Clause = "2" }, "si-tynset", Given.SykehusetInnlandet, null, Now);
        Assert.Equal((3, "medication", "si-tynset", Given.SykehusetInnlandet), (triaged.Version, triaged.Facts.Category, triaged.Unit, triaged.TriagedBy));
        Assert.Equal(["category:coordinator", "clause:coordinator", "priority:default"], triaged.Reasons);
        Assert.Equal((CaseStates.Routed, false), (routed.State, routed.Open));

        var rejected = Of(f => f with { Category = null }).Assessment;
        Assert.Equal((3, "rejected", CaseStates.Rejected), rejected.Reject(Given.SykehusetInnlandet, Now) is var r ? (r.Version, r.Action, r.State) : default);
        Assert.False(rejected.Open);

        var withdrawn = Of(f => f with { Category = null }).Assessment;
        Assert.Equal((3, "withdrawn", CaseStates.Withdrawn), withdrawn.Withdraw(Given.Hamar, Now) is var w ? (w.Version, w.Action, w.State) : default);
        Assert.False(withdrawn.Open);
    }

    [Theory]
    [InlineData("incident", "death", null, null, "urgent", "priority:actualHarm")]
    [InlineData("improvement", "severe", null, null, "urgent", "priority:actualHarm")]
    [InlineData("incident", "moderate", null, null, "high", "priority:actualHarm")]
    [InlineData("nearMiss", "none", "death", "possible", "high", "priority:risk")]
    [InlineData("nearMiss", "notReached", "severe", "veryLikely", "high", "priority:risk")]
    [InlineData("goodPractice", "none", "severe", "likely", "high", "priority:risk")]
    [InlineData("nearMiss", "none", "death", "unlikely", "normal", "priority:default")]
    [InlineData("nearMiss", "none", "death", null, "normal", "priority:default")]
    [InlineData("risk", "none", "moderate", "veryLikely", "normal", "priority:default")]
    [InlineData("incident", "unknown", null, null, "normal", "priority:default")]
    [InlineData("goodPractice", "none", null, null, "low", "priority:kind")]
    [InlineData("improvement", "mild", null, null, "low", "priority:kind")]
    public void Priority_follows_from_what_happened_then_from_what_could_have_then_from_the_kind(
        string kind, string harm, string? potential, string? likelihood, string priority, string reason)
    {
        var triaged = Assert.IsType<DeviationTriaged>(Of(f => f with { Kind = kind, ActualHarm = harm, PotentialHarm = potential, Likelihood = likelihood }).Event);
        Assert.Equal((priority, reason), (triaged.Priority, triaged.Reasons[^1]));
    }

    [Fact]
    public void The_words_go_on_as_they_came_and_only_with_the_case()
    {
        var submitted = Given.Submitted() with { ImmediateAction = new("k1.action"), SuggestedMeasure = new("k1.measure") };
        var triaged = Assert.IsType<DeviationTriaged>(Assessment.Of(submitted, Given.Unclear, Now).Event);
        Assert.Equal((submitted.Narrative, submitted.ImmediateAction, submitted.SuggestedMeasure), (triaged.Narrative, triaged.ImmediateAction, triaged.SuggestedMeasure));
    }
}

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

    [Fact]
    public void Deviation_with_category_and_agreement_is_routed_at_once()
    {
        var (assessment, e) = Of();
        var triaged = Assert.IsType<DeviationTriaged>(e);
        Assert.Equal((2, Now, "dischargeSummary", "5", null, null),
            (triaged.Version, triaged.OccurredAt, triaged.Facts.Category, triaged.Facts.Clause, triaged.Unit, triaged.TriagedBy));
        Assert.Equal((CaseStates.Routed, false, 0, 2), (assessment.State, assessment.Open, assessment.Flags.Count, assessment.Version));
        Assert.Equal(["category:reporter", "clause:reporter", "priority:default"], triaged.Reasons);
    }

    [Fact]
    public void Missing_clause_is_taken_from_the_category() =>
        Assert.Contains("clause:category", Assert.IsType<DeviationTriaged>(Of(f => f with { Clause = null }).Event).Reasons);

    [Fact]
    public void Clear_narrative_decides_category_and_clause()
    {
        var (assessment, e) = Of(f => f with { Category = null, Clause = null }, Given.Clear);
        var triaged = Assert.IsType<DeviationTriaged>(e);
        Assert.Equal(("dischargeSummary", "5"), (triaged.Facts.Category, triaged.Facts.Clause));
        Assert.Equal(["category:narrative", "clause:category", "priority:default"], triaged.Reasons);
        Assert.NotEmpty(assessment.Suggestions);
    }

    [Fact]
    public void Reporters_clause_is_kept_when_the_category_is_suggested()
    {
        var triaged = Assert.IsType<DeviationTriaged>(Of(f => f with { Category = null, Clause = "9" }, Given.Clear).Event);
        Assert.Equal(("dischargeSummary", "9"), (triaged.Facts.Category, triaged.Facts.Clause));
        Assert.Contains("clause:reporter", triaged.Reasons);
    }

    [Fact]
    public void Respondent_of_another_community_waits_for_a_coordinator()
    {
        var (assessment, e) = Of(f => f with { RespondentOrganization = "983974910" });
        Assert.Equal("queued", Assert.IsType<CaseChanged>(e).Action);
        Assert.Equal([TriageFlags.UnresolvedParty], assessment.Flags);
    }

    [Fact]
    public void Unclear_narrative_is_queued_and_published()
    {
        var (assessment, e) = Of(f => f with { Category = null, Clause = null });
        var queued = Assert.IsType<CaseChanged>(e);
        Assert.Equal(("queued", CaseStates.Triage, 2, null, null), (queued.Action, queued.State, queued.Version, queued.Organization, queued.Unit));
        Assert.Equal((CaseStates.Triage, true), (assessment.State, assessment.Open));
        Assert.Equal([TriageFlags.NoCategory], assessment.Flags);
        Assert.Null(queued.Facts.Category);
    }

    [Fact]
    public void Deviation_without_a_shared_agreement_waits()
    {
        var (assessment, e) = Of(f => f with { Agreement = null });
        Assert.Equal("queued", Assert.IsType<CaseChanged>(e).Action);
        Assert.Equal([TriageFlags.AgreementMissing], assessment.Flags);
        Assert.True(assessment.Open);
    }

    [Theory]
    [InlineData("severe")]
    [InlineData("death")]
    public void Serious_harm_is_routed_at_once_and_stays_in_the_queue(string harm)
    {
        var (assessment, e) = Of(f => f with { ActualHarm = harm });
        Assert.Equal(Priorities.Urgent, Assert.IsType<DeviationTriaged>(e).Priority);
        Assert.Equal((CaseStates.Routed, true), (assessment.State, assessment.Open));
        Assert.Equal([TriageFlags.SeriousHarm], assessment.Flags);

        assessment.Review();
        Assert.Equal((CaseStates.Routed, false, 2), (assessment.State, assessment.Open, assessment.Version));
    }

    [Fact]
    public void Deviation_with_several_problems_has_every_flag()
    {
        var (assessment, e) = Of(f => f with { Category = null, Agreement = null, ActualHarm = "death" });
        Assert.Equal(CaseStates.Triage, Assert.IsType<CaseChanged>(e).State);
        Assert.Equal([TriageFlags.NoCategory, TriageFlags.AgreementMissing, TriageFlags.SeriousHarm], assessment.Flags);
    }

    [Fact]
    public void Decision_raises_the_version_and_leaves_the_queue()
    {
        var facts = Of(f => f with { Category = null }).Assessment.Facts;
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
    public void Priority_follows_from_harm_then_risk_then_kind(
        string kind, string harm, string? potential, string? likelihood, string priority, string reason)
    {
        var triaged = Assert.IsType<DeviationTriaged>(Of(f =>
            f with { Kind = kind, ActualHarm = harm, PotentialHarm = potential, Likelihood = likelihood }).Event);
        Assert.Equal((priority, reason), (triaged.Priority, triaged.Reasons[^1]));
    }

    [Fact]
    public void Texts_stay_protected_in_the_triaged_event()
    {
        var submitted = Given.Submitted() with { ImmediateAction = new("k1.action"), SuggestedMeasure = new("k1.measure") };
        var triaged = Assert.IsType<DeviationTriaged>(Assessment.Of(submitted, Given.Unclear, Now).Event);
        Assert.Equal((submitted.Narrative, submitted.ImmediateAction, submitted.SuggestedMeasure),
            (triaged.Narrative, triaged.ImmediateAction, triaged.SuggestedMeasure));
    }

    [Fact]
    public void Praise_does_not_wait_for_a_category_and_has_no_clause_or_harm()
    {
        var (_, e) = Of(f => f with { Kind = Vocabulary.Praise, Category = null, Clause = "5", ActualHarm = "mild" });
        var facts = Assert.IsType<DeviationTriaged>(e).Facts;
        Assert.Equal(("other", null, "unknown"), (facts.Category, facts.Clause, facts.ActualHarm));
    }
}

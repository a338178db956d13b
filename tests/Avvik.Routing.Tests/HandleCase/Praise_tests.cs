using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Routing.Cases;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.HandleCase;

/// <summary>Praise is sent, read, thanked and perhaps told to others; nothing of a deviation is asked of anyone.</summary>
public sealed class Praise_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static DeviationFacts Praise(DeviationFacts facts) =>
        facts with { Kind = Vocabulary.Praise, Category = "discharge", Clause = null, ActualHarm = "unknown" };

    private static IAvvikClient Handler(ServiceUnderTest<Program> service) => service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset");

    private static IAvvikClient Coordinator(ServiceUnderTest<Program> service, string organization) => service.ClientAs(organization, Roles.Coordinator);

    [Theory, MemberData(nameof(Engines))]
    public async Task Praise_is_read_thanked_and_shared_as_a_good_story(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged(Praise))).DeviationId;
        var read = await Handler(service).ActAsync(id, 3, "acknowledge");
        Assert.Equal(["return", "thank"], read.AllowedActions);
        Assert.Equal([("/text", "required")], await ErrorsAsync(Handler(service).ActAsync(id, 4, "thank")));
        var thanked = await Handler(service).ActAsync(id, 4, "thank", new() { Text = "Takk! Det betyr mye for oss." });
        Assert.Equal((CaseStates.Closed, "thanked", null), (thanked.Case.State, thanked.Timeline[^1].Action, thanked.Case.Clause));
        var sent = await database.SentAsync();
        Assert.Equal("Takk! Det betyr mye for oss.", service.Reveal(sent.OfType<ReporterInformed>().Single().Text));
        Assert.All(sent.OfType<CaseChanged>(), c => Assert.Equal((null, "unknown"), (c.Facts.Clause, c.Facts.ActualHarm)));

        // A good story: nobody is asked why it went well, nor what was changed.
        var story = await Coordinator(service, Given.SykehusetInnlandet).ProposeLessonAsync(id,
            new() { Title = "Ringte dagen før", WhatHappened = "Sengeposten ringte dagen før og hadde alt klart.", WhoShouldKnow = "Alle sengeposter" });
        var approved = await Coordinator(service, Given.Hamar).ApproveLessonAsync(story.Id, story.Version);
        Assert.Equal(("approved", "", ""), (approved.State, approved.Why, approved.WhatWeChanged));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Praise_has_no_clause_no_harm_and_no_work(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged(Praise))).DeviationId;
        Assert.Equal([("/clause", "notForPraise"), ("/actualHarm", "notForPraise")], await ErrorsAsync(Coordinator(service, Given.SykehusetInnlandet)
            .ActAsync(id, 3, "reclassify", new() { Clause = "5", ActualHarm = "mild", Reason = "Feil." })));
        Assert.Null((await Coordinator(service, Given.SykehusetInnlandet)
            .ActAsync(id, 3, "reclassify", new() { Category = "medication", Reason = "Gjaldt legemidler." })).Case.Clause);
        await Handler(service).ActAsync(id, 4, "acknowledge");
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => Handler(service).ActAsync(id, 5, "start"));
        Assert.Equal("urn:avvik:problem:actionNotAllowed", refused.Problem.GetProperty("type").GetString());
    }

    [Fact]
    public void Praise_gets_one_friendly_word_and_is_delivered_without_a_thank_you()
    {
        var (@case, _) = Case.Open(Given.Triaged(Praise), new(Given.Narrative), Given.Knowledge, Given.ReceivedAt);
        var days = Enumerable.Range(1, 40).Select(day => Given.ReceivedAt.AddDays(day));
        var happened = days.SelectMany(day => @case.ApplyDue(day).Select(line => (line.Action, line.State)).ToList()).ToList();
        Assert.Equal([("praiseWaiting", CaseStates.Routed), ("closed", CaseStates.Closed)], happened);
        Assert.Equal((0, 0), (@case.Escalations, @case.Hops));
    }

    private static async Task<(string?, string?)[]> ErrorsAsync(Task call) =>
        [.. (await Assert.ThrowsAsync<AvvikProblemException>(() => call)).Problem.GetProperty("errors").EnumerateArray()
            .Select(e => (e.GetProperty("pointer").GetString(), e.GetProperty("code").GetString()))];
}

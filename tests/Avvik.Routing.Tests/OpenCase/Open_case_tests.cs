using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.OpenCase;

public sealed class Open_case_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Triaged_deviation_opens_a_case_that_both_parties_see(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = await service.ReceivedAsync(
            service.Triaged() with { ImmediateAction = service.Protect("Ringte fastlegen."), SuggestedMeasure = service.Protect("Sende samme dag.") });

        var changed = Assert.IsType<CaseChanged>(Assert.Single(await database.SentAsync()));
        Assert.Equal((3, "routed", CaseStates.Routed, "si-tynset", null), (changed.Version, changed.Action, changed.State, changed.Unit, changed.Organization));
        var (answering, reporting) = (await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset").GetCaseAsync(triaged.DeviationId),
            await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(triaged.DeviationId));
        Assert.Equal((Given.Narrative, "Ringte fastlegen.", "Sende samme dag.", true,
            new("innlandet-2024", "5", null, "Utskrivningsklare pasienter"), new RoutingDecision("site", 1)),
            (answering.Narrative, answering.ImmediateAction, answering.SuggestedMeasure, answering.HasPatient, answering.Agreement!, answering.Routing));
        Assert.Equal(triaged.Reasons, answering.Reasons);
        Assert.Equal(["acknowledge", "return", "record-patient-information"], answering.AllowedActions);
        Assert.Equal(["record-patient-information"], reporting.AllowedActions);
        static string Shared(CaseDetails details) => JsonSerializer.Serialize(
            details with { AllowedActions = [], RefusedActions = [] }, ClientJson.Default.CaseDetails);
        Assert.Equal(Shared(answering), Shared(reporting));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeated_deviation_under_another_message_id_changes_nothing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = service.Triaged();
        var message = Events.Page(triaged);
        await service.ReceiveAsync(message, message);
        await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).ActAsync(triaged.DeviationId, 3, "acknowledge");
        var other = service.Triaged();
        await service.ReceiveAsync(triaged, other, triaged);

        Assert.Equal([(triaged.DeviationId, 3), (triaged.DeviationId, 4), (other.DeviationId, 3)], (await database.SentAsync())
            .Select(e => (e.AggregateId, e.Version)));
        Assert.Equal((2, 3), (await database.CountAsync("select count(*) from cases"), await database.CountAsync("select count(*) from case_events")));
        Assert.Equal(CaseStates.Acknowledged, (await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(triaged.DeviationId)).Case.State);
    }

    [Fact]
    public async Task Unit_chosen_by_a_coordinator_wins_and_is_named()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = await service.ReceivedAsync(service.Triaged(unit: "si-prehospital") with { TriagedBy = Given.SykehusetInnlandet, Actor = "kari" });
        var details = await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).GetCaseAsync(triaged.DeviationId);
        Assert.Equal(("si-prehospital", "coordinator", Given.SykehusetInnlandet), (details.Case.Unit, details.Routing.Rule, details.Timeline[0].Organization));
        Assert.Equal(("kari", null), (details.Timeline[0].Actor,
            (await service.ClientAs(Given.Hamar, Roles.Coordinator).GetCaseAsync(triaged.DeviationId)).Timeline[0].Actor));
    }

    [Fact]
    public async Task Case_is_404_for_other_parties()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = await service.ReceivedAsync(service.Triaged());
        var stranger = service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator);
        Assert.Empty((await stranger.ListCasesAsync()).Items);
        foreach (var call in new Func<Task>[] { () => stranger.GetCaseAsync(triaged.DeviationId), () => stranger.ActAsync(triaged.DeviationId, 3, "close"),
            () => stranger.GetCaseAsync(Guid.CreateVersion7()) })
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(call)).Status);
        // An auditor may read what was entered in error; this was not.
        Assert.Equal(HttpStatusCode.NotFound, (await service.As(Given.Hamar, Roles.Auditor).GetAsync($"/api/v1/cases/{triaged.DeviationId}")).StatusCode);
        foreach (var role in new[] { Roles.Ssu, Roles.Admin, Roles.LearningEditor })
            Assert.Equal(HttpStatusCode.Forbidden, (await service.As(Given.Hamar, role).GetAsync($"/api/v1/cases/{triaged.DeviationId}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.CreateClient().GetAsync("/api/v1/cases")).StatusCode);
    }
}

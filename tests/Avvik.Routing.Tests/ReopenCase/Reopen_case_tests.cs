using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.ReopenCase;

public sealed class Reopen_case_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static async Task<DeviationTriaged> ClosedAsync(ServiceUnderTest<Program> service)
    {
        var triaged = await service.ReceivedAsync(service.Triaged());
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        await coordinator.ActAsync(triaged.DeviationId, 3, "acknowledge");
        await coordinator.ActAsync(triaged.DeviationId, 4, "start");
        await coordinator.ActAsync(triaged.DeviationId, 5, "answer", new() { Text = "Rutinen er endret.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle" });
        await coordinator.ActAsync(triaged.DeviationId, 6, "close");
        return triaged;
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_reopened_case_goes_to_triage_and_comes_back_with_its_earlier_closing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var triaged = await ClosedAsync(service);
        var coordinator = service.ClientAs(Given.Hamar, Roles.Coordinator);
        var reopened = await coordinator.ActAsync(triaged.DeviationId, 7, "reopen", new() { Reason = "Det skjedde igjen." });
        Assert.Equal((CaseStates.Triage, 8), (reopened.Case.State, reopened.Case.Version));
        Assert.Empty(reopened.AllowedActions);
        var handedOver = Assert.Single((await database.SentAsync()).OfType<CaseReopened>());
        Assert.Equal((8, Given.Hamar, "dischargeSummary", "Det skjedde igjen."), (handedOver.Version, handedOver.Organization, handedOver.Case.Facts.Category, service.Reveal(handedOver.Reason)));

        // Triage asks, is answered, and routes to another unit; the last arrives first, and twice.
        ReopenedCaseChanged Change(int version, string action, string state) => new() { DeviationId = triaged.DeviationId, Version = version, OccurredAt = Given.ReceivedAt.AddHours(1), Action = action, State = state, Text = service.Protect("Når?") };
        var routed = service.Triaged(unit: "si-habilitering") with { DeviationId = triaged.DeviationId, Version = 11, TriagedBy = Given.SykehusetInnlandet };
        await service.ReceiveAsync(Change(9, "asked", CaseStates.AwaitingReporter));
        await service.ReceiveAsync(routed);
        await service.ReceiveAsync(Change(10, "reporterAnswered", CaseStates.Triage));
        await service.ReceiveAsync(routed);

        var details = await coordinator.GetCaseAsync(triaged.DeviationId);
        Assert.Equal((CaseStates.Routed, 12, "si-habilitering"), (details.Case.State, details.Case.Version, details.Case.Unit));
        Assert.Equal("Rutinen er endret.", Assert.Single(details.Closings).RespondentsView);
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 12], details.Timeline.Select(e => e.Version));
        // What Triage told everyone is not told again from here.
        Assert.Equal([3, 4, 5, 6, 7, 8, 12], (await database.SentAsync()).OfType<CaseChanged>().Select(c => c.Version));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_triage_rejects_of_what_was_reopened_is_final_here_too(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var triaged = await ClosedAsync(service);
        await service.ClientAs(Given.Hamar, Roles.Coordinator).ActAsync(triaged.DeviationId, 7, "reopen", new() { Reason = "Det skjedde igjen." });
        await service.ReceiveAsync(new ReopenedCaseChanged { DeviationId = triaged.DeviationId, Version = 9, OccurredAt = Given.ReceivedAt.AddDays(1), Action = "rejected", Organization = Given.SykehusetInnlandet, State = CaseStates.Rejected, Text = service.Protect("Intern sak: Nei.") });
        var details = await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(triaged.DeviationId);
        Assert.Equal((CaseStates.Rejected, 9, "Intern sak: Nei."), (details.Case.State, details.Case.Version, details.Timeline[^1].Text));
    }
}

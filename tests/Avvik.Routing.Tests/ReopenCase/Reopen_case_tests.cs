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
        await coordinator.ActAsync(triaged.DeviationId, 5, "answer",
            new() { Text = "Rutinen er endret.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle" });
        await coordinator.ActAsync(triaged.DeviationId, 6, "close");
        return triaged;
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reopened_case_is_routed_again_with_its_closing_and_all_that_triage_did(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var triaged = await ClosedAsync(service);
        var coordinator = service.ClientAs(Given.Hamar, Roles.Coordinator);
        var reopened = await coordinator.ActAsync(triaged.DeviationId, 7, "reopen", new() { Reason = "Det skjedde igjen." });
        Assert.Equal((CaseStates.Triage, 8), (reopened.Case.State, reopened.Case.Version));
        Assert.Empty(reopened.AllowedActions);
        var handedOver = Assert.Single((await database.SentAsync()).OfType<CaseReopened>());
        Assert.Equal((8, Given.Hamar, "dischargeSummary", "Det skjedde igjen."),
            (handedOver.Version, handedOver.Organization, handedOver.Case.Facts.Category, service.Reveal(handedOver.Reason)));

        // Triage asks, is answered, and routes to another unit; the last arrives first, and twice.
        var routed = service.Triaged(unit: "si-habilitering")
            with
        { DeviationId = triaged.DeviationId, Version = 6, Reopening = 1, TriagedBy = Given.SykehusetInnlandet };
        await service.ReceiveAsync(Change(4, "asked", CaseStates.AwaitingReporter));
        await service.ReceiveAsync(routed);
        await service.ReceiveAsync(Change(5, "reporterAnswered", CaseStates.Triage));
        await service.ReceiveAsync(routed, Change(5, "reporterAnswered", CaseStates.Triage));

        var details = await coordinator.GetCaseAsync(triaged.DeviationId);
        Assert.Equal((CaseStates.Routed, 11, "si-habilitering"), (details.Case.State, details.Case.Version, details.Case.Unit));
        Assert.Equal("Rutinen er endret.", Assert.Single(details.Closings).RespondentsView);
        Assert.Equal([(8, "reopened"), (9, "asked"), (10, "routed"), (11, "reporterAnswered")], details.Timeline.Where(e => e.Version > 7)
            .OrderBy(e => e.Version).Select(e => (e.Version, e.Action)));
        // Followers get each version once, from here alone.
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 10, 11], (await database.SentAsync()).OfType<CaseChanged>().Select(c => c.Version));
        Assert.Contains(9, (await database.SentAsync()).OfType<ReporterInformed>().Select(i => i.Version));

        ReopenedCaseChanged Change(int number, string action, string state) => new()
        {
            DeviationId = triaged.DeviationId,
            Version = number,
            Reopening = 1,
            OccurredAt = Given.ReceivedAt.AddHours(1),
            Action = action,
            State = state,
            Text = service.Protect("Når?"),
        };
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reopened_case_that_triage_rejects_is_final(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var triaged = await ClosedAsync(service);
        await service.ClientAs(Given.Hamar, Roles.Coordinator).ActAsync(triaged.DeviationId, 7, "reopen", new() { Reason = "Det skjedde igjen." });
        await service.ReceiveAsync(new ReopenedCaseChanged
        {
            DeviationId = triaged.DeviationId,
            Version = 4,
            Reopening = 1,
            OccurredAt = Given.ReceivedAt.AddDays(1),
            Action = "rejected",
            Organization = Given.SykehusetInnlandet,
            State = CaseStates.Rejected,
            Text = service.Protect("Intern sak: Nei."),
        });
        var details = await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(triaged.DeviationId);
        Assert.Equal((CaseStates.Rejected, 9, "Intern sak: Nei."), (details.Case.State, details.Case.Version, details.Timeline[^1].Text));
    }
}

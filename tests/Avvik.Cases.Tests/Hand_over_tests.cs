using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;

namespace Avvik.Cases.Tests;

/// <summary>A case that was handed over is the other party's in both services, whatever the order of the events and however often they arrive.</summary>
public sealed class Hand_over_tests
{
    private const string Ringsaker = "864950582";

    public static TheoryData<DatabaseProvider, int[]> Cases
    {
        get
        {
            var cases = new TheoryData<DatabaseProvider, int[]>();
            foreach (var engine in new[] { DatabaseProvider.Sqlite, DatabaseProvider.Postgres })
                foreach (var order in new int[][] { [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] }) cases.Add(engine, order);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Reopened_case_waits_for_the_party_it_was_handed_over_to(DatabaseProvider provider, int[] order)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        var id = Guid.CreateVersion7(both.Clock.GetUtcNow());
        await both.SubmitAsync(id);
        await both.TriageCoordinator.DecideAsync(id, new() { Decision = "route", Category = "medication" });
        await both.SettleAsync(0);
        var (triage, routing) = both.CoordinatorOf(Ringsaker);
        await both.Coordinator.HandOverAsync(id, 4, new() { Organization = Ringsaker, Reason = "Pasienten bor i Ringsaker." });
        var body = new CaseAction { Text = "Svar.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle." };
        foreach (var action in new[] { "acknowledge", "start", "answer" })
            await routing.ActAsync(id, (await routing.GetCaseAsync(id)).Case.Version, action, action == "answer" ? body : new());
        await routing.ActAsync(id, 8, "reclassify", new() { OccurredAt = "2026-08-10", Reason = "Feil dato." });
        await routing.ActAsync(id, 9, "close", new());
        await routing.ActAsync(id, 10, "reopen", new() { Reason = "Det skjedde igjen." });
        await both.CollectAsync();

        // Handed over, corrected, reopened: in this order, and then again.
        Assert.Equal([typeof(FactsCorrected), typeof(FactsCorrected), typeof(CaseReopened)], both.InFlight.Select(d => d.Message.GetType()));
        var deliveries = both.InFlight.ToList();
        foreach (var delivery in order.Select(i => deliveries[i]).Concat(deliveries)) await both.DeliverAsync(delivery);

        Assert.Empty((await both.TriageCoordinator.ListTriageAsync()).Items);
        var waiting = Assert.Single((await triage.ListTriageAsync()).Items);
        Assert.Equal((id, new DateOnly(2026, 8, 10), Ringsaker), (waiting.Id, waiting.OccurredOn, waiting.RespondentOrganization));
        await triage.DecideAsync(id, new() { Decision = "route" });
        await both.SettleAsync(0);
        Assert.Equal((CaseStates.Routed, Ringsaker), (await routing.GetCaseAsync(id)) is var c ? (c.Case.State, c.Case.RespondentOrganization) : default);
        Assert.Equal(0, await both.ParkedAsync());
    }
}

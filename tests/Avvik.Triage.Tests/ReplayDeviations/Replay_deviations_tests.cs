using System.Net.Http.Json;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.ReplayDeviations;

public sealed class Replay_deviations_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Replay_publishes_deviations_without_a_case_at_their_version(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var (waits, rejected, merged, routed) = (await service.ReceivedAsync(service.Waiting()), await service.ReceivedAsync(service.Waiting()),
            await service.ReceivedAsync(service.Waiting()), await service.ReceivedAsync(service.Waiting()));
        // Serious harm is routed and reviewed afterwards, and can still be merged; Routing replays its case.
        var (main, mergedLater) = (await service.ReceivedAsync(service.Submitted()),
            await service.ReceivedAsync(service.Submitted(f => f with { ActualHarm = "severe" })));
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        await coordinator.DecideAsync(rejected.DeviationId, new() { Decision = "reject", ReasonCode = "internal", Comment = "Gjelder egen rutine." });
        await coordinator.DecideAsync(merged.DeviationId, new() { Decision = "duplicate", MainCase = main.DeviationId });
        await coordinator.DecideAsync(routed.DeviationId, new() { Decision = "route", Category = "medication" });
        await coordinator.DecideAsync(mergedLater.DeviationId, new() { Decision = "duplicate", MainCase = main.DeviationId });
        var last = (await database.SentAsync()).OfType<CaseChanged>().GroupBy(c => c.DeviationId).ToDictionary(c => c.Key, c => c.Last());

        using var admin = service.As(Given.SykehusetInnlandet, Roles.Admin);
        using var response = await admin.PostAsync(new Uri("/ops/triage/replay", UriKind.Relative), null);
        Assert.Equal(new(3, null), await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<WalkedPage>());

        var snapshots = (await database.SentAsync()).OfType<CaseSnapshotPublished>().ToList();
        Assert.Equal(new[] { waits, rejected, merged }.Select(s => s.DeviationId).Order(), snapshots.Select(r => r.DeviationId));
        Assert.All(snapshots, r =>
        {
            var (was, told) = (last[r.DeviationId], r.Case);
            Assert.Equal((was.Version, "snapshot"), (r.Version, told.Action));
            Assert.Equivalent(was, told with { Action = was.Action, Organization = was.Organization, OccurredAt = was.OccurredAt }, strict: true);
        });
    }
}

using System.Net.Http.Json;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.ReplayCases;

public sealed class Replay_cases_tests
{
    private static readonly DateTimeOffset Now = Given.ReceivedAt.AddHours(1);

    private static async Task<WalkedPage> ReplayAsync(ServiceUnderTest<Program> service, string after = "")
    {
        using var admin = service.As(Given.SykehusetInnlandet, Roles.Admin);
        using var response = await admin.PostAsync(new Uri($"/ops/routing/replay{after}", UriKind.Relative), null);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<WalkedPage>())!;
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Replay_publishes_each_case_at_its_current_version(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Now));
        var (first, second) = (await service.ReceivedAsync(service.Triaged()), await service.ReceivedAsync(service.Triaged()));
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        await coordinator.ActAsync(second.DeviationId, 3, "acknowledge");
        await coordinator.ActAsync(second.DeviationId, 4, "start");
        await coordinator.ActAsync(second.DeviationId, 5, "answer",
            new()
            {
                Text = "Rutinen er endret.",
                ContributingFactors = ["capacity"],
                Measures = [new() { Description = "Ny rutine", Owner = "si-tynset", DueDate = "2027-03-01" }]
            });
        var last = (await database.SentAsync()).OfType<CaseChanged>().GroupBy(c => c.DeviationId).ToDictionary(c => c.Key, c => c.Last());

        Assert.Equal(new(2, null), await ReplayAsync(service));

        var snapshots = (await database.SentAsync()).OfType<CaseSnapshotPublished>().ToList();
        Assert.Equal(new[] { first.DeviationId, second.DeviationId }.Order(), snapshots.Select(r => r.DeviationId));
        Assert.All(snapshots, r =>
        {
            var (was, told) = (last[r.DeviationId], r.Case);
            Assert.Equal((was.Version, "snapshot", Now), (r.Version, told.Action, told.OccurredAt));
            Assert.Equivalent(was, told with { Action = was.Action, Organization = was.Organization, OccurredAt = was.OccurredAt }, strict: true);
        });
        // Nothing has happened to them, and nothing is told to the reporter.
        Assert.Equal(6, (await coordinator.GetCaseAsync(second.DeviationId)).Case.Version);
    }

    [Fact]
    public async Task Replay_continues_after_the_named_case()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Now));
        Guid[] ids = [.. Enumerable.Range(0, 501).Select(_ => Guid.CreateVersion7()).Order()];
        await service.ReceiveAsync(ids.Select(id => service.Triaged() with { DeviationId = id }));

        Assert.Equal(new(500, ids[499]), await ReplayAsync(service));
        Assert.Equal(new(1, null), await ReplayAsync(service, $"?after={ids[499]}"));

        Assert.Equal(ids, (await database.SentAsync()).OfType<CaseSnapshotPublished>().Select(r => r.DeviationId));
    }
}

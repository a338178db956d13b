using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Routing.WatchDeadlines;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Routing.Tests.WatchDeadlines;

/// <summary>Time is moved, never waited for.</summary>
public sealed class Watch_deadlines_tests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static DeadlineWatch WatchOf(ServiceUnderTest<Program> service) => service.Services.GetServices<IHostedService>().OfType<DeadlineWatch>().Single();

    private static async Task<List<CaseChanged>> ChangesAsync(TestDatabase database) => [.. (await database.SentAsync()).OfType<CaseChanged>()];

    [Theory, MemberData(nameof(Engines))]
    public async Task Deadlines_are_kept_when_more_cases_than_a_batch_always_fail(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        await service.ReceiveAsync(Enumerable.Range(0, 203).Select(_ => service.Triaged()));
        var sound = await service.ReceivedAsync(service.Triaged(f => f with { Reference = "AVV-2026-000777" }));
        // They are due before it, and cannot be read.
        await database.ExecuteAsync("update cases set facts = 'unreadable', next_due_at = next_due_at - 1000 where reference <> 'AVV-2026-000777'");
        clock.Advance(TimeSpan.FromDays(7));
        await WatchOf(service).RunOnceAsync(CancellationToken.None);
        await Eventually.IsTrue(async () => (await ChangesAsync(database)).Any(c => c.DeviationId == sound.DeviationId && c.Action == "acknowledgeOverdue"),
            Soon);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Deadlines_are_done_while_the_service_runs(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        clock.Advance(TimeSpan.FromDays(11));
        await Eventually.IsTrue(async () =>
        {
            // The watch looks now and then by its own clock.
            clock.Advance(TimeSpan.FromSeconds(10));
            return (await ChangesAsync(database)).Count == 3;
        }, Soon);
        Assert.Equal(["routed", "acknowledgeOverdue", "reminded"], (await ChangesAsync(database)).Select(c => c.Action));
        var details = await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(id);
        Assert.Equal(("reminded", "50 %", null, 5), (details.Timeline[^1].Action, details.Timeline[^1].Text, details.Timeline[^1].Organization,
            details.Case.Version));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Deadlines_that_passed_while_down_are_done_once_at_start(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using (var service = new ServiceUnderTest<Program>(database, clock))
            for (var i = 0; i < 5; i++) await service.ReceiveAsync(service.Triaged());
        clock.Advance(TimeSpan.FromDays(40));
        for (var start = 0; start < 2; start++)
        {
            await using var service = new ServiceUnderTest<Program>(database, clock);
            using var _ = service.CreateClient();
            await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from cases where next_due_at is not null") == 0, Soon);
            await WatchOf(service).RunOnceAsync(CancellationToken.None);
        }
        Assert.All((await ChangesAsync(database)).GroupBy(c => c.DeviationId), c =>
            Assert.Equal(["routed", "acknowledgeOverdue", "reminded", "reminded", "reminded", "leaderReminded", "escalated"], c.OrderBy(x => x.Version)
                .Select(x => x.Action)));
        Assert.Equal(5 * 7, await database.CountAsync("select count(*) from case_events"));
    }

    [Fact]
    public async Task One_of_several_instances_does_the_due_work()
    {
        const int Cases = 60;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var first = new ServiceUnderTest<Program>(database, clock);
        for (var i = 0; i < Cases; i++) await first.ReceiveAsync(first.Triaged());
        await using var second = new ServiceUnderTest<Program>(database, clock);
        using var _ = second.CreateClient();
        clock.Advance(TimeSpan.FromDays(40));
        // Each of them both by its own timer and asked for.
        var applied = await Task.WhenAll(WatchOf(first).RunOnceAsync(CancellationToken.None), WatchOf(second).RunOnceAsync(CancellationToken.None));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from cases where next_due_at is not null") == 0, Soon);
        Assert.InRange(applied.Sum(), 0, Cases);
        Assert.All((await ChangesAsync(database)).GroupBy(c => c.DeviationId), c => Assert.Equal(Enumerable.Range(3, 7), c.Select(x => x.Version).Order()));
        Assert.Equal(Cases * 7, await database.CountAsync("select count(*) from case_events"));
    }
}

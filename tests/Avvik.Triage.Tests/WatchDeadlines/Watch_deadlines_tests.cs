using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.Triage.WatchDeadlines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Triage.Tests.WatchDeadlines;

/// <summary>Time is moved, never waited for.</summary>
public sealed class Watch_deadlines_tests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static DeadlineWatch WatchOf(ServiceUnderTest<Program> service) => service.Services.GetServices<IHostedService>().OfType<DeadlineWatch>().Single();

    private static async Task<List<CaseChanged>> ChangesAsync(TestDatabase database) => [.. (await database.SentAsync()).OfType<CaseChanged>()];

    [Theory, MemberData(nameof(Engines))]
    public async Task Undecided_deviation_is_reported_once_after_two_working_days(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        await service.ReceiveAsync(service.Waiting());
        // Thursday; the second working day after is Monday.
        var client = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        Assert.Equal((new(2026, 8, 24, 22, 0, 0, TimeSpan.Zero), false), Assert.Single((await client.ListTriageAsync()).Items) is var i ? (i.DueAt, i.Overdue)
            : default);
        clock.Advance(TimeSpan.FromDays(5));
        await Eventually.IsTrue(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return (await ChangesAsync(database)).Count == 2;
        }, Soon);
        await WatchOf(service).RunOnceAsync(CancellationToken.None);
        Assert.Equal([("queued", 2), ("triageOverdue", 3)], (await ChangesAsync(database)).Select(c => (c.Action, c.Version)));
        Assert.True(Assert.Single((await client.ListTriageAsync()).Items).Overdue);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Unanswered_question_warns_once_then_rejects_also_after_an_outage(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using (var service = new ServiceUnderTest<Program>(database, clock))
        {
            var waiting = await service.ReceivedAsync(service.Waiting());
            await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
                .DecideAsync(waiting.DeviationId, new() { Decision = "ask", Question = "Hva gjaldt det?" });
        }
        clock.Advance(TimeSpan.FromDays(30));
        for (var start = 0; start < 2; start++)
        {
            await using var service = new ServiceUnderTest<Program>(database, clock);
            using var _ = service.CreateClient();
            await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from assessments where next_due_at is not null") == 0, Soon);
            await WatchOf(service).RunOnceAsync(CancellationToken.None);
        }
        Assert.Equal([("queued", "triage"), ("asked", "awaitingReporter"), ("reporterReminded", "awaitingReporter"), ("rejected", "rejected")],
            (await ChangesAsync(database)).Select(c => (c.Action, c.State)));
        await using var after = new ServiceUnderTest<Program>(database, clock);
        Assert.Equal(["Hva gjaldt det?", "Avvist fordi spørsmålet ikke ble besvart innen 14 dager."], (await database.SentAsync()).OfType<ReporterInformed>()
            .Select(i => after.Reveal(i.Text)));
    }

    [Fact]
    public async Task One_of_several_instances_does_the_due_work()
    {
        const int Waiting = 40;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var first = new ServiceUnderTest<Program>(database, clock);
        for (var i = 0; i < Waiting; i++) await first.ReceiveAsync(first.Waiting());
        await using var second = new ServiceUnderTest<Program>(database, clock);
        using var _ = second.CreateClient();
        clock.Advance(TimeSpan.FromDays(6));
        await Task.WhenAll(WatchOf(first).RunOnceAsync(CancellationToken.None), WatchOf(second).RunOnceAsync(CancellationToken.None));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from assessments where next_due_at is not null") == 0, Soon);
        Assert.All((await ChangesAsync(database)).GroupBy(c => c.DeviationId), c => Assert.Equal(["queued", "triageOverdue"], c.Select(x => x.Action)));
    }
}

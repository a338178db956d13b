using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.AssessDeviation;

public sealed class Assess_deviation_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Clear_deviation_is_routed_and_unclear_one_queued(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (clear, waiting, read) = (service.Submitted(), service.Waiting(), service.Submitted(f => f with { Category = null, Clause = null }));
        await service.ReceiveAsync(clear, waiting, read);

        var sent = await database.SentAsync();
        Assert.Equal([clear.DeviationId, waiting.DeviationId, read.DeviationId], sent.Select(e => e.AggregateId));
        Assert.All(sent, e => Assert.Equal(2, e.Version));
        Assert.Equal(Given.Clear, service.Reveal(Assert.IsType<DeviationTriaged>(sent[0]).Narrative));
        Assert.Equal(("queued", CaseStates.Triage), sent[1] is CaseChanged c ? (c.Action, c.State) : default);
        Assert.Equal(("dischargeSummary", "5"), sent[2] is DeviationTriaged t ? (t.Facts.Category, t.Facts.Clause) : default);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeated_message_is_assessed_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var message = Events.Page(service.Submitted());
        await service.ReceiveAsync(message);
        await service.ReceiveAsync(message, message);
        Assert.Single(await database.SentAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeated_deviation_under_another_message_id_changes_nothing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
            .DecideAsync(submitted.DeviationId, new() { Decision = "route", Category = "medication" });

        var other = service.Submitted();
        await service.ReceiveAsync(submitted, other, submitted);

        Assert.Equal(["CaseChanged", "DeviationTriaged", "DeviationTriaged"], (await database.SentAsync()).Select(e => e.GetType().Name));
        Assert.Equal(2, await database.CountAsync("select count(*) from assessments"));
        Assert.Equal(1, await database.CountAsync($"select count(*) from assessments where version = 3 and state = '{CaseStates.Routed}'"));
    }

    [Fact]
    public async Task Unreadable_event_is_parked_without_blocking_others()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var good = service.Submitted();
        await service.ReceiveAsync(Given.Submitted(sealedNarrative: "k9.from-a-key-ring-we-do-not-have"), good);
        Assert.Equal(1, await database.CountAsync("select count(*) from parked_message"));
        Assert.Equal([good.DeviationId], await database.QueryAsync("select aggregate_id from outbox_message", r => r.GetGuid(0)));
    }
}

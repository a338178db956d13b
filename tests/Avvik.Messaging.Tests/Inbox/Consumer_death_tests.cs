using Avvik.Storage;
using Avvik.Messaging.Tests.Support;

namespace Avvik.Messaging.Tests.Inbox;

/// <summary>A process that consumes dies: a real one, by SIGKILL, at the point named.</summary>
public sealed class Consumer_death_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_applies_a_page_once_when_its_consumer_died_before_the_commit(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var broker = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        var deviation = Guid.CreateVersion7();
        await broker.PutAsync(Sample.Paged(deviation));

        await CrashingProcess.DieAsync(CrashingProcess.DieInTheHandler, database, broker.Uri);
        Assert.Equal(0, await database.InboxAsync());
        Assert.Empty(await database.EffectsAsync());
        await Eventually.IsTrue(async () => await broker.QueueDepthAsync(Sample.Queue) == 1, Sample.Soon);

        await using var next = await Instance.CreateAsync(database, broker.Uri);
        await next.StartAsync();
        await database.EventuallyAsync(Tables.InboxAsync, 1, next.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_drops_a_page_when_its_consumer_died_after_the_commit(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var broker = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        var deviation = Guid.CreateVersion7();
        await broker.PutAsync(Sample.Paged(deviation));

        await CrashingProcess.DieAsync(CrashingProcess.DieBeforeTheAcknowledgement, database, broker.Uri);
        await database.HasEffectsOnceAsync(deviation);
        await Eventually.IsTrue(async () => await broker.QueueDepthAsync(Sample.Queue) == 1, Sample.Soon);

        await using var next = await Instance.CreateAsync(database, broker.Uri);
        await next.StartAsync();
        await Eventually.IsTrue(() => Task.FromResult(next.Deliveries.PagesHandled == 1), Sample.Soon);
        Assert.Single(next.Deliveries.Events);
        await database.HasEffectsOnceAsync(deviation);
        Assert.Equal(1, await database.InboxAsync());
    }
}

using Avvik.Storage;
using Avvik.Messaging.Tests.Support;

namespace Avvik.Messaging.Tests.Outbox;

/// <summary>A process that publishes dies: a real one, by SIGKILL, at the point named.</summary>
public sealed class Publisher_death_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Process_killed_before_the_commit_leaves_no_event(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);

        var said = await CrashingProcess.DieAsync(CrashingProcess.DieBeforeTheCommit, database, deviation: Guid.CreateVersion7());
        Assert.Equal("in the transaction: 2 rows", said);

        await using var next = await Instance.CreateAsync(database);
        Assert.Equal(0, await database.OutboxAsync());
        Assert.Empty(await database.EffectsAsync());
        // And the one that comes after it works.
        await next.EnqueueAsync(Sample.Informed(Guid.CreateVersion7()));
        Assert.Equal(1, await database.OutboxAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Event_committed_before_a_crash_is_sent_by_the_next_instance(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var broker = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        var deviation = Guid.CreateVersion7();

        await CrashingProcess.DieAsync(CrashingProcess.DieAfterTheCommit, database, broker.Uri, deviation);
        Assert.Equal(1, await database.OutboxAsync());
        Assert.Null(await broker.QueueDepthAsync(Sample.Queue));

        await using var next = await Instance.CreateAsync(database, broker.Uri);
        await next.StartAsync();
        await database.EventuallyAsync(Tables.InboxAsync, 1, next.Log.ToString);
        await database.EventuallyAsync(Tables.OutboxAsync, 0, next.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lanes_of_a_dead_dispatcher_are_claimed_by_another(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var broker = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        var deviation = Guid.CreateVersion7();

        await CrashingProcess.DieAsync(CrashingProcess.DieWithLanesClaimed, database, broker.Uri, deviation);
        Assert.Equal(1, await database.LeasedLanesAsync());
        Assert.Equal(0, await broker.QueueDepthAsync(Sample.Queue));

        await using var next = await Instance.CreateAsync(database, broker.Uri);
        // The dispatcher's first step. SQLite's one process knows that whoever held them is dead; on PostgreSQL it could be alive, so the lease is waited for.
        await next.Dispatcher().FreeLanesAsync(CancellationToken.None);
        Assert.Equal(provider == DatabaseProvider.Sqlite ? 0 : 1, await database.LeasedLanesAsync());
        if (provider == DatabaseProvider.Postgres)
        {
            Assert.False(await next.Dispatcher().DispatchAsync(CancellationToken.None));
            await database.LeasesEndAsync();
        }
        await next.StartAsync();
        await database.EventuallyAsync(Tables.InboxAsync, 1, next.Log.ToString);
        await database.EventuallyAsync(Tables.OutboxAsync, 0, next.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Event_is_applied_once_when_its_publisher_died_after_publishing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var broker = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        var deviation = Guid.CreateVersion7();

        await CrashingProcess.DieAsync(CrashingProcess.DieAfterPublishing, database, broker.Uri, deviation);
        Assert.Equal(1, await database.OutboxAsync());
        Assert.Equal(1, await broker.QueueDepthAsync(Sample.Queue));
        await database.LeasesEndAsync();

        await using var next = await Instance.CreateAsync(database, broker.Uri);
        await next.StartAsync();
        await Eventually.IsTrue(() => Task.FromResult(next.Deliveries.PagesHandled == 2), Sample.Soon);
        Assert.Equal(1, next.Deliveries.Duplicates);
        await database.EventuallyAsync(Tables.OutboxAsync, 0, next.Log.ToString);
        await database.EventuallyAsync(Tables.InboxAsync, 1, next.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
    }
}

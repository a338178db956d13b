using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Avvik.Messaging.Tests.Inbox;

/// <summary>What a consumer does with the broker's queue when something is wrong on its own side.</summary>
public sealed class Consumer_tests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task While_its_database_is_away_the_page_waits_and_afterwards_it_is_applied_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var away = await Away.ArrangeAsync(database);
        await using var instance = await Instance.CreateAsync(database, host.Uri, away.ConnectionString);
        var deviations = Sample.NewDeviations(3);
        await instance.StartAsync();

        await away.GoAsync();
        await host.PutAsync(deviations.Select(d => Sample.Paged(d)));
        await Eventually.IsTrue(() => Task.FromResult(instance.Log.Count(LogLines.DatabaseAway) >= 2), Sample.Soon, () => Task.FromResult(instance.Log.ToString()));
        Assert.Equal(0, instance.Deliveries.PagesHandled);
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));

        await away.ComeBackAsync();
        await Eventually.IsTrue(() => Task.FromResult(instance.Deliveries.PagesHandled == 1), Sample.Soon, () => Task.FromResult(instance.Log.ToString()));
        await database.HasEffectsOnceAsync(deviations);
        Assert.Equal(0, await database.ParkedAsync());
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_service_that_stops_while_its_database_is_away_leaves_the_page_in_the_queue(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var away = await Away.ArrangeAsync(database);
        var deviation = Guid.CreateVersion7();
        await using (var instance = await Instance.CreateAsync(database, host.Uri, away.ConnectionString))
        {
            await instance.StartAsync();
            await away.GoAsync();
            await host.PutAsync(Sample.Paged(deviation));
            await Eventually.IsTrue(() => Task.FromResult(instance.Log.Count(LogLines.DatabaseAway) >= 1), Sample.Soon);
        }
        await Eventually.IsTrue(async () => await host.QueueDepthAsync(Sample.Queue) == 1, Sample.Soon);
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));

        await away.ComeBackAsync();
        await using var next = await Instance.CreateAsync(database, host.Uri);
        await next.StartAsync();
        await database.EventuallyAsync(Tables.InboxAsync, 1, next.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_page_that_cannot_be_read_ends_among_the_parked_and_those_behind_it_are_applied(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        var deviation = Guid.CreateVersion7();
        await new Topology(host.Uri).DeclareAsync(None);
        byte[][] unreadable =
        [
            "this is not JSON"u8.ToArray(),
            """{"messageId":"0198c0de-0000-7000-8000-000000000001","messageType":["urn:avvik:another:v1"],"message":{"none":"of it"}}"""u8.ToArray(),
            """{"messageId":"0198c0de-0000-7000-8000-000000000002","messageType":["urn:avvik:event-page:v1"],"message":{"events":[{"id":"not an id"}]}}"""u8.ToArray(),
        ];
        foreach (var body in unreadable) await host.PublishAsync("", Sample.Queue, body, Sample.EnvelopeType);
        await host.PublishAsync("", Sample.Queue, Sample.Envelope(Sample.Paged(deviation)), Sample.EnvelopeType);
        await instance.StartAsync();

        await Eventually.IsTrue(async () =>
        {
            await instance.Parked.CollectDeadLettersAsync(None);
            return await database.ParkedAsync() == unreadable.Length;
        }, Sample.Soon, async () => $"parked {await database.ParkedAsync()}, queue {await host.QueueDepthAsync(Sample.Queue)}, dead {await host.QueueDepthAsync(Sample.DeadLetters)}; {instance.Log}");
        await database.EventuallyAsync(Tables.InboxAsync, 1);
        await database.HasEffectsOnceAsync(deviation);
        Assert.Equal(0, await host.QueueDepthAsync(Sample.Queue));
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));
        var parked = await instance.Parked.ListAsync(None);
        Assert.All(parked, p => Assert.Equal(("deadLetter", Sample.Queue, "delivery_limit"), (p.Source, p.Type, p.Error)));
        Assert.Equal(unreadable.Select(Convert.ToHexString).Order(StringComparer.Ordinal),
            (await database.QueryAsync("select body from parked_message", r => Convert.ToHexString(r.GetFieldValue<byte[]>(0)))).Order(StringComparer.Ordinal));

        Assert.True(await instance.Parked.DiscardAsync(parked[0].Id, "uleselig", "op", "974589095", None));
        Assert.Equal(unreadable.Length - 1, (await instance.Parked.ListAsync(None)).Count);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_dead_letter_that_is_requeued_is_sent_again_and_has_its_effect_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        var deviation = Guid.CreateVersion7();
        await new Topology(host.Uri).DeclareAsync(None);
        // As the broker puts it there when a consumer has died on it once too often.
        await host.PublishAsync("avvik.dead-letter", Sample.Queue, Sample.Envelope(Sample.Paged(deviation)), Sample.EnvelopeType);
        await instance.StartAsync();
        await Eventually.IsTrue(async () =>
        {
            await instance.Parked.CollectDeadLettersAsync(None);
            return await database.ParkedAsync() == 1;
        }, Sample.Soon);
        Assert.Empty(await database.EffectsAsync());

        var parked = Assert.Single(await instance.Parked.ListAsync(None));
        Assert.True(await instance.Parked.RequeueAsync(parked.Id, "rettet", "op", "974589095", None));
        await database.EventuallyAsync(Tables.InboxAsync, 1, instance.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
        Assert.False(await instance.Parked.RequeueAsync(parked.Id, "én gang til", "op", "974589095", None));
        Assert.Equal(0, await database.ParkedAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_service_takes_what_the_others_send_and_its_neighbours_queues_are_left_alone(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        await instance.StartAsync();
        var deviations = Sample.NewDeviations(200);
        await instance.Writer.WriteAsync(async unit =>
        {
            foreach (var d in deviations) await unit.EnqueueAsync(Sample.Informed(d));
            await unit.EnqueueAsync(Sample.Withdrawn(deviations[0], 2));
            return true;
        }, None);

        await database.EventuallyAsync(Tables.OutboxAsync, 0, instance.Log.ToString);
        await database.EventuallyAsync(Tables.InboxAsync, deviations.Count, instance.Log.ToString);
        await database.HasEffectsOnceAsync(deviations);
        await Eventually.IsTrue(async () => await host.QueueDepthAsync("triage") == 1 && await host.QueueDepthAsync("routing") == 1, Sample.Soon);
        Assert.InRange(instance.Deliveries.PagesHandled, deviations.Count / 64, 20);
    }

    [Fact]
    public async Task Instances_of_a_service_share_the_work_and_do_none_of_it_twice()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var one = await Instance.CreateAsync(database, host.Uri);
        await using var two = await Instance.CreateAsync(database, host.Uri);
        await one.StartAsync();
        await two.StartAsync();
        var deviations = Sample.NewDeviations(400);
        await Task.WhenAll(deviations.Select((d, i) => (i % 2 == 0 ? one : two).EnqueueAsync(Sample.Informed(d))));

        await database.EventuallyAsync(Tables.OutboxAsync, 0, one.Log.ToString);
        await database.EventuallyAsync(Tables.InboxAsync, deviations.Count, two.Log.ToString);
        await database.HasEffectsOnceAsync(deviations);
        Assert.Equal(0, one.Deliveries.Duplicates + two.Deliveries.Duplicates);
    }

    /// <summary>A database that a service loses while everybody else still has it: a cut wire, or a file that somebody else has locked.</summary>
    private sealed class Away : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly CuttableWire? _wire;
        private SqliteConnection? _lock;

        private Away(TestDatabase database, CuttableWire? wire, string connectionString) => (_database, _wire, ConnectionString) = (database, wire, connectionString);

        public string ConnectionString { get; }

        public static Task<Away> ArrangeAsync(TestDatabase database)
        {
            // The driver waits half a minute for a lock; here it need not.
            if (database.Provider == DatabaseProvider.Sqlite) return Task.FromResult(new Away(database, null, database.ConnectionString + ";Default Timeout=1"));
            var (wire, connectionString) = database.ByWire();
            return Task.FromResult(new Away(database, wire, connectionString));
        }

        public async Task GoAsync()
        {
            if (_wire is not null)
            {
                _wire.Mode = WireMode.Cut;
                return;
            }
            _lock = (SqliteConnection)await _database.OpenAsync();
            await ExecuteAsync("begin exclusive");
        }

        public async Task ComeBackAsync()
        {
            if (_wire is not null)
            {
                Assert.True(_wire.ConnectionsCut > 0);
                _wire.Mode = WireMode.Pass;
                return;
            }
            await ExecuteAsync("rollback");
        }

        private async Task ExecuteAsync(string sql)
        {
            await using var command = _lock!.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_lock is not null) await _lock.DisposeAsync();
            if (_wire is not null) await _wire.DisposeAsync();
        }
    }
}

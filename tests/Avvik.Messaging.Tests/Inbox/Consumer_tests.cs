using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Avvik.Messaging.Tests.Inbox;

/// <summary>What a consumer does with the broker's queue when something is wrong on its own side.</summary>
public sealed class Consumer_tests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_applies_a_page_once_after_a_database_outage(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var outage = await DatabaseOutage.ArrangeAsync(database);
        await using var instance = await Instance.CreateAsync(database, host.Uri, outage.ConnectionString);
        var deviations = Sample.NewDeviations(3);
        await instance.StartAsync();

        await outage.BeginAsync();
        await host.PutAsync(deviations.Select(d => Sample.Paged(d)));
        await Eventually.IsTrue(() => Task.FromResult(instance.Log.Count(LogLines.PageHeld) >= 1), Sample.Soon, () => Task.FromResult(instance.Log.ToString()));
        Assert.Equal(0, instance.Deliveries.PagesHandled);
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));

        await outage.EndAsync();
        await Eventually.IsTrue(() => Task.FromResult(instance.Deliveries.PagesHandled == 1), Sample.Soon, () => Task.FromResult(instance.Log.ToString()));
        await database.HasEffectsOnceAsync(deviations);
        Assert.Equal(0, await database.ParkedAsync());
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Page_stays_in_the_queue_when_a_service_stops_during_a_database_outage(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var outage = await DatabaseOutage.ArrangeAsync(database);
        var deviation = Guid.CreateVersion7();
        await using (var instance = await Instance.CreateAsync(database, host.Uri, outage.ConnectionString))
        {
            await instance.StartAsync();
            await outage.BeginAsync();
            await host.PutAsync(Sample.Paged(deviation));
            await Eventually.IsTrue(() => Task.FromResult(instance.Log.Count(LogLines.PageHeld) >= 1), Sample.Soon);
        }
        await Eventually.IsTrue(async () => await host.QueueDepthAsync(Sample.Queue) == 1, Sample.Soon);
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));

        await outage.EndAsync();
        await using var next = await Instance.CreateAsync(database, host.Uri);
        await next.StartAsync();
        await database.EventuallyAsync(Tables.InboxAsync, 1, next.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Missing_table_stops_consumption_and_parks_nothing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        await instance.StartAsync();
        var deviations = Sample.NewDeviations(5);
        await database.ExecuteAsync("alter table effects rename to effects_elsewhere");
        foreach (var deviation in deviations) await host.PutAsync(Sample.Paged(deviation));
        await StopsAsync(instance, host, provider == DatabaseProvider.Sqlite ? "SqliteException 1" : "PostgresException 42P01", pages: 5);
        Assert.Equal(0, await database.ParkedAsync());

        await database.ExecuteAsync("alter table effects_elsewhere rename to effects");
        await ResumesAsync(instance, database, host, deviations);
    }

    /// <summary>As after a failover, when the connection leads to a standby.</summary>
    [Fact]
    public async Task Read_only_database_stops_consumption_and_parks_nothing()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        await instance.StartAsync();
        var deviation = Guid.CreateVersion7();
        await ReadOnlyAsync("on");
        await host.PutAsync(Sample.Paged(deviation));
        await StopsAsync(instance, host, "PostgresException 25006", pages: 1);
        Assert.Equal(0, await database.ParkedAsync());

        await ReadOnlyAsync("off");
        await ResumesAsync(instance, database, host, [deviation]);

        Task<int> ReadOnlyAsync(string value) => database.ExecuteAsync(
            $"""
            begin read write;
            do $$ begin execute format('alter database %I set default_transaction_read_only = {value}', current_database()); end $$;
            commit;
            select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
            """);
    }

    /// <summary>The pages are back in the queue, readiness and the metric tell why, and nothing is given up.</summary>
    private static async Task StopsAsync(Instance instance, VirtualHost host, string reason, long pages)
    {
        await Eventually.IsTrue(async () => instance.Of<InboxState>().Blocked is { ConsumptionStopped: true }
            && await host.QueueDepthAsync(Sample.Queue) == pages, Sample.Soon,
            async () => $"queue {await host.QueueDepthAsync(Sample.Queue)}; {instance.Of<InboxState>().Blocked}; {instance.Log}");
        Assert.Equal(reason, instance.Of<InboxState>().Blocked!.Reason);
        var ready = await instance.Of<HealthCheckService>().CheckHealthAsync(check => check.Name == "inbox");
        Assert.Equal((HealthStatus.Degraded, true), (ready.Status, ready.Entries["inbox"].Description!.EndsWith(reason, StringComparison.Ordinal)));
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));
    }

    private static async Task ResumesAsync(Instance instance, TestDatabase database, VirtualHost host, IReadOnlyList<Guid> deviations)
    {
        await Eventually.IsTrue(async () => await host.QueueDepthAsync(Sample.Queue) == 0 && (await database.EffectsAsync()).Count == deviations.Count,
            Sample.Soon,
            () => Task.FromResult(instance.Log.ToString()));
        await database.HasEffectsOnceAsync(deviations);
        Assert.Null(instance.Of<InboxState>().Blocked);
        Assert.Equal(0, await database.ParkedAsync());
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Unreadable_message_is_parked_at_its_first_delivery_and_the_rest_is_applied(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        var deviation = Guid.CreateVersion7();
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);
        byte[][] unreadable =
        [
            "this is not JSON"u8.ToArray(),
            """{"messageId":"0198c0de-0000-7000-8000-000000000001","messageType":["urn:avvik:another:v1"],"message":{"none":"of it"}}"""u8.ToArray(),
            """
            {"messageId":"0198c0de-0000-7000-8000-000000000002","messageType":["urn:avvik:event-page:v1"],"message":{"events":[{"id":"not an id"}]}}
            """u8.ToArray(),
        ];
        foreach (var body in unreadable) await host.PublishAsync("", Sample.Queue, body, Sample.EnvelopeType);
        await host.PublishAsync("", Sample.Queue, Sample.Envelope(Sample.Paged(deviation)), Sample.EnvelopeType);
        await instance.StartAsync();

        await Eventually.IsTrue(async () => await database.ParkedAsync() == unreadable.Length, Sample.Soon, async () =>
            $"parked {await database.ParkedAsync()}, queue {await host.QueueDepthAsync(Sample.Queue)}, "
            + $"dead {await host.QueueDepthAsync(Sample.DeadLetters)}; {instance.Log}");
        await database.EventuallyAsync(Tables.InboxAsync, 1);
        await database.HasEffectsOnceAsync(deviation);
        Assert.Equal(0, await host.QueueDepthAsync(Sample.Queue));
        Assert.Equal(0, await host.QueueDepthAsync(Sample.DeadLetters));
        var parked = await instance.Parked.AllAsync();
        Assert.All(parked, p => Assert.Equal(("unreadable", Sample.Queue), (p.Source, p.Type)));
        Assert.Equal(unreadable.Select(Convert.ToHexString).Order(StringComparer.Ordinal),
            (await database.QueryAsync("select body from parked_message", r => Convert.ToHexString(r.GetFieldValue<byte[]>(0)))).Order(StringComparer.Ordinal));

        Assert.True(await instance.Parked.DiscardAsync(parked[0].Id, "uleselig", "op", "974589095", None));
        Assert.Equal(unreadable.Length - 1, (await instance.Parked.AllAsync()).Count);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Requeued_dead_letter_is_applied_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        var deviation = Guid.CreateVersion7();
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);
        // As the broker puts it there when a consumer has died on it once too often.
        await host.PublishAsync("avvik.dead-letter", Sample.Queue, Sample.Envelope(Sample.Paged(deviation)), Sample.EnvelopeType);
        await instance.StartAsync();
        await Eventually.IsTrue(async () =>
        {
            await instance.Parked.CollectDeadLettersAsync(None);
            return await database.ParkedAsync() == 1;
        }, Sample.Soon);
        Assert.Empty(await database.EffectsAsync());

        var parked = Assert.Single(await instance.Parked.AllAsync());
        Assert.True(await instance.Parked.RequeueAsync(parked.Id, "rettet", "op", "974589095", None));
        await database.EventuallyAsync(Tables.InboxAsync, 1, instance.Log.ToString);
        await database.HasEffectsOnceAsync(deviation);
        Assert.False(await instance.Parked.RequeueAsync(parked.Id, "én gang til", "op", "974589095", None));
        Assert.Equal(0, await database.ParkedAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Service_consumes_only_its_own_queue(DatabaseProvider provider)
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
    public async Task Instances_of_a_service_share_events_and_apply_each_once()
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

    /// <summary>An outage of the database for one service only: a cut connection, or a file that another process has locked.</summary>
    private sealed class DatabaseOutage : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly CuttableWire? _wire;
        private SqliteConnection? _lock;

        private DatabaseOutage(TestDatabase database, CuttableWire? wire, string connectionString) =>
            (_database, _wire, ConnectionString) = (database, wire, connectionString);

        public string ConnectionString { get; }

        public static Task<DatabaseOutage> ArrangeAsync(TestDatabase database)
        {
            // The driver waits half a minute for a lock; here it need not.
            if (database.Provider == DatabaseProvider.Sqlite)
                return Task.FromResult(new DatabaseOutage(database, null, database.ConnectionString + ";Default Timeout=1"));
            var (wire, connectionString) = database.ByWire();
            return Task.FromResult(new DatabaseOutage(database, wire, connectionString));
        }

        public async Task BeginAsync()
        {
            if (_wire is not null)
            {
                _wire.Mode = WireMode.Cut;
                return;
            }
            _lock = (SqliteConnection)await _database.OpenAsync();
            await ExecuteAsync("begin exclusive");
        }

        public async Task EndAsync()
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

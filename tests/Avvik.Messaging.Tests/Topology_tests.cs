using Avvik.Contracts;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Avvik.Messaging.Tests;

public sealed class Topology_tests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string[] Services = [.. MessageCatalog.All.SelectMany(e => e.Consumers).Distinct()];

    [Fact]
    public async Task Before_any_service_has_started_every_event_reaches_the_queue_of_each_consumer()
    {
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);

        foreach (var entry in MessageCatalog.All) await host.PublishAsync(entry.Name, "", "{}"u8.ToArray(), Sample.EnvelopeType);

        foreach (var service in Services)
        {
            var expected = MessageCatalog.All.Count(e => e.Consumers.Contains(service, StringComparer.Ordinal));
            await Eventually.IsTrue(async () => await host.QueueDepthAsync(service) == expected, Sample.Soon);
            Assert.Equal(0, await host.QueueDepthAsync(service + "-dead"));
        }
    }

    [Fact]
    public async Task Queues_are_quorum_queues_that_drop_nothing()
    {
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);
        foreach (var service in Services)
        {
            // A broker takes a second declaration of a queue only if it is the same in every argument.
            var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["x-queue-type"] = "quorum",
                ["x-delivery-limit"] = 20,
                ["x-dead-letter-exchange"] = "avvik.dead-letter",
                ["x-dead-letter-routing-key"] = service,
                ["x-dead-letter-strategy"] = "at-least-once",
                ["x-overflow"] = "reject-publish",
            };
            await DeclareAsync(service, arguments);
            await DeclareAsync(service + "-dead", new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" });
            foreach (var (name, other) in new (string, object?)[] { ("x-queue-type", "classic"), ("x-delivery-limit", 19),
                ("x-dead-letter-exchange", "elsewhere"), ("x-dead-letter-routing-key", "elsewhere"), ("x-overflow", "drop-head") })
            {
                var refused = await Assert.ThrowsAsync<OperationInterruptedException>(() => DeclareAsync(service, new Dictionary<string,
                    object?>(arguments, StringComparer.Ordinal)
                { [name] = other }));
                Assert.Equal(406, refused.ShutdownReason!.ReplyCode);
                Assert.Contains(name, refused.ShutdownReason.ReplyText, StringComparison.Ordinal);
            }
        }

        Task DeclareAsync(string queue, Dictionary<string, object?> arguments) =>
            host.OnChannelAsync(channel => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Bus_and_catalog_declare_the_same_topology_in_either_order(bool busFirst)
    {
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        if (!busFirst) await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);
        foreach (var service in Services)
        {
            await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
            await using var instance = await Instance.CreateAsync(database, host.Uri, service: service);
            await instance.StartBusAsync();
            var bus = instance.Of<IBusControl>();
            // An endpoint that was refused its queue is never healthy.
            Assert.Equal(BusHealthStatus.Healthy, await bus.WaitForHealthStatus(BusHealthStatus.Healthy, Sample.Soon));
            await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);
            await bus.StopAsync(None);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Unroutable_event_is_parked_and_holds_back_only_its_own_deviation(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var host = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        // Nobody consumes, nobody has declared anything; one exchange has a queue.
        await host.OnChannelAsync(async channel =>
        {
            await channel.ExchangeDeclareAsync(Sample.WithdrawnExchange, ExchangeType.Fanout, durable: true);
            await channel.QueueDeclareAsync("witness", durable: true, exclusive: false, autoDelete: false);
            await channel.QueueBindAsync("witness", Sample.WithdrawnExchange, "");
            return true;
        });
        await using var instance = await Instance.CreateAsync(database, host.Uri, service: "publisher");
        await instance.StartBusAsync();
        var dispatcher = instance.Dispatcher();
        var (lost, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await instance.Writer.WriteAsync(async unit =>
        {
            await unit.EnqueueAsync(Sample.Informed(lost));
            await unit.EnqueueAsync(Sample.Withdrawn(lost, 2));
            await unit.EnqueueAsync(Sample.Withdrawn(other, 1));
            return true;
        }, None);

        Assert.True(await dispatcher.DispatchAsync(None));
        Assert.Equal([(lost, 1, 1, nameof(MessageReturnedException)), (lost, 2, 0, "")], await RowsAsync());
        await Eventually.IsTrue(async () => await host.QueueDepthAsync("witness") == 1, Sample.Soon);

        // It waits before it is tried again, longer each time.
        var delays = new List<long>();
        for (var attempt = 2; attempt <= OutboxDispatcher<EffectsDb>.MaxAttempts; attempt++)
        {
            Assert.Empty(await instance.Parked.AllAsync());
            await database.EverythingIsDueAsync();
            var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            Assert.True(await dispatcher.DispatchAsync(None));
            delays.Add(await database.CountAsync("select max(due_at) from outbox_message") - before);
        }
        Assert.Equal(delays.Order(), delays);
        Assert.InRange(delays[^1], 200 << 11, (200 << 11) + 60_000);
        var parked = Assert.Single(await instance.Parked.AllAsync());
        Assert.Equal(("outbox", nameof(MessageReturnedException)), (parked.Source, parked.Error));
        Assert.False(await dispatcher.DispatchAsync(None));

        // The queue is there at last, and an operator tries again.
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(None);
        Assert.True(await instance.Parked.RequeueAsync(parked.Id, "køen er opprettet", "op", "974589095", None));
        await dispatcher.DrainAsync();
        Assert.Equal(0, await database.OutboxAsync());
        await Eventually.IsTrue(async () => await host.QueueDepthAsync(Sample.Queue) == 1 && await host.QueueDepthAsync("witness") == 2, Sample.Soon);
        await instance.Of<IBusControl>().StopAsync(None);

        Task<List<(Guid, int, int, string)>> RowsAsync() =>
            database.QueryAsync("select aggregate_id, version, attempts, coalesce(last_error, '') from outbox_message order by id",
            r => (r.GetGuid(0), r.GetInt32(1), r.GetInt32(2), r.GetString(3)));
    }
}

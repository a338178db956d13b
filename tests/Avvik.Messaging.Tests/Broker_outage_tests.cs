using Avvik.Messaging.Signatures;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using MassTransit;

namespace Avvik.Messaging.Tests;

public sealed class Broker_outage_tests
{
    [Fact]
    public async Task Outbox_delivers_once_after_a_stopped_broker_and_work_continues()
    {
        using var broker = await Broker.StartAsync();
        // One outage for both engines: a stop and a start take a while.
        var services = await Task.WhenAll(Enum.GetValues<DatabaseProvider>().Select(provider => Running.StartAsync(provider, broker)));
        try
        {
            await broker.StopAppAsync();
            foreach (var service in services) await service.SeesTheOutageAsync();
            await broker.StartAppAsync();
            foreach (var service in services) await service.DrainsAsync();
        }
        finally
        {
            foreach (var service in services) await service.DisposeAsync();
        }
    }
}

/// <summary>Connections are reset, and so are new ones.</summary>
public sealed class Wire_cut_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Outbox_delivers_once_after_a_cut_broker_connection_and_work_continues(DatabaseProvider provider)
    {
        await using var service = await Running.StartAsync(provider, await Broker.SharedAsync());
        service.Wire.Mode = WireMode.Cut;
        await service.SeesTheOutageAsync();
        Assert.True(service.Wire.ConnectionsCut > 0);
        service.Wire.Mode = WireMode.Pass;
        await service.DrainsAsync();
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_drops_a_page_redelivered_after_a_lost_acknowledgement(DatabaseProvider provider)
    {
        await using var service = await Running.StartAsync(provider, await Broker.SharedAsync());
        var (instance, deviation) = (service.Instance, Guid.CreateVersion7());
        instance.Hooks.BeforeAcknowledgement = _ =>
        {
            // Committed, and the broker never hears of it.
            instance.Hooks.BeforeAcknowledgement = _ => Task.CompletedTask;
            service.Wire.Mode = WireMode.Cut;
            service.Wire.Mode = WireMode.Pass;
            return Task.CompletedTask;
        };
        await service.Host.PublishAsync("", Sample.Queue, Sample.Envelope(Sample.Paged(deviation)), Sample.EnvelopeType);

        await Eventually.IsTrue(() => Task.FromResult(instance.Deliveries.Duplicates == 1), Sample.Soon, () => Task.FromResult(instance.Log.ToString()));
        Assert.True(service.Wire.ConnectionsCut > 0);
        await service.Database.HasEffectsOnceAsync([.. service.Sent, deviation]);
    }
}

/// <summary>Connections stand and nothing moves on them: only a time limit tells.</summary>
public sealed class Wire_freeze_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Outbox_delivers_once_after_a_frozen_broker_connection_and_work_continues(DatabaseProvider provider)
    {
        await using var service = await Running.StartAsync(provider, await Broker.SharedAsync());
        service.Wire.Mode = WireMode.Freeze;
        await service.SeesTheOutageAsync();
        Assert.True(service.Wire.HeldBack > 0);
        service.Wire.Mode = WireMode.Pass;
        await service.DrainsAsync();
    }
}

/// <summary>The broker accepts connections and takes nothing: a memory or disk alarm.</summary>
public sealed class Broker_blocked_tests
{
    [Fact]
    public async Task Dispatcher_has_one_batch_outstanding_while_the_broker_blocks()
    {
        using var broker = await Broker.StartAsync();
        await using var host = await broker.NewVirtualHostAsync();
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var instance = await Instance.CreateAsync(database, host.Uri);
        await instance.StartBusAsync();
        await new Topology(new() { Uri = host.Uri.AbsoluteUri }).EnsureAsync(CancellationToken.None);
        await Eventually.IsTrue(() => Task.FromResult(instance.Of<IBusControl>().CheckHealth().Status == BusHealthStatus.Healthy), Sample.Soon);
        var (started, ended) = (0, 0);
        var publish = PagePublisher.On(instance.Of<IBus>(), instance.Of<EventSigner>(), instance.Of<MessagingMetrics>());
        var dispatcher = instance.Dispatcher(async (exchange, page, ct) =>
        {
            Interlocked.Increment(ref started);
            try { await publish(exchange, page, ct); }
            finally { Interlocked.Increment(ref ended); }
        }, publishTimeout: TimeSpan.FromMilliseconds(300));
        var deviations = Sample.NewDeviations(3 * OutboxDispatcher<EffectsDb>.BatchSize);
        await instance.EnqueueAsync(deviations.Select(d => Sample.Informed(d)));

        await broker.ControlAsync("set_vm_memory_high_watermark", "0");
        var most = 0;
        for (var round = 0; round < 30; round++)
        {
            await Assert.ThrowsAsync<BrokerUnavailableException>(() => dispatcher.DispatchAsync(CancellationToken.None));
            most = Math.Max(most, Volatile.Read(ref started) - Volatile.Read(ref ended));
        }
        Assert.InRange(most, 1, OutboxDispatcher<EffectsDb>.BatchSize / OutboxDispatcher<EffectsDb>.PageSize);
        Assert.Equal(deviations.Count, await database.OutboxAsync());
        Assert.Equal(0, await database.AttemptsAsync());

        await broker.ControlAsync("set_vm_memory_high_watermark", "0.6");
        await Eventually.IsTrue(async () =>
        {
            try { return !await dispatcher.DispatchAsync(CancellationToken.None) && await database.OutboxAsync() == 0; }
            catch (BrokerUnavailableException) { return false; }
        }, Sample.Soon);
        await database.EventuallyAsync(Tables.InboxAsync, deviations.Count, instance.Log.ToString);
        await database.HasEffectsOnceAsync(deviations);
    }
}

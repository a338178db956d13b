using Avvik.Storage;
using Avvik.Messaging.Tests.Support;

namespace Avvik.Messaging.Tests;

public sealed class Broker_outage_tests
{
    [Fact]
    public async Task While_the_broker_is_stopped_work_goes_on_and_afterwards_everything_arrives_once()
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
    public async Task While_the_wire_to_the_broker_is_cut_work_goes_on_and_afterwards_everything_arrives_once(DatabaseProvider provider)
    {
        await using var service = await Running.StartAsync(provider, await Broker.SharedAsync());
        service.Wire.Mode = WireMode.Cut;
        await service.SeesTheOutageAsync();
        Assert.True(service.Wire.ConnectionsCut > 0);
        service.Wire.Mode = WireMode.Pass;
        await service.DrainsAsync();
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_page_whose_acknowledgement_is_cut_off_is_redelivered_and_dropped(DatabaseProvider provider)
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
    public async Task While_the_wire_to_the_broker_is_frozen_work_goes_on_and_afterwards_everything_arrives_once(DatabaseProvider provider)
    {
        await using var service = await Running.StartAsync(provider, await Broker.SharedAsync());
        service.Wire.Mode = WireMode.Freeze;
        await service.SeesTheOutageAsync();
        Assert.True(service.Wire.HeldBack > 0);
        service.Wire.Mode = WireMode.Pass;
        await service.DrainsAsync();
    }
}

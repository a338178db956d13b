using Avvik.Storage;

namespace Avvik.Messaging.Tests.Support;

/// <summary>A service that publishes to itself, over a wire, and has done so once.</summary>
internal sealed record Running(TestDatabase Database, VirtualHost Host, CuttableWire Wire, Instance Instance) : IAsyncDisposable
{
    public List<Guid> Sent { get; } = [];

    public static async Task<Running> StartAsync(DatabaseProvider provider, Broker broker)
    {
        var database = await Databases.CreateAsync(provider);
        var host = await broker.NewVirtualHostAsync();
        var wire = new CuttableWire(host.Uri.Host, host.Uri.Port);
        var running = new Running(database, host, wire, await Instance.CreateAsync(database, host.Through(wire)));
        await running.Instance.StartAsync();
        await running.SendAsync();
        await database.EventuallyAsync(Tables.InboxAsync, 1, running.Instance.Log.ToString);
        await database.EventuallyAsync(Tables.OutboxAsync, 0, running.Instance.Log.ToString);
        return running;
    }

    /// <summary>Commits as always, tries to send, and blames no event for it.</summary>
    public async Task SeesTheOutageAsync()
    {
        for (var i = 0; i < 20; i++) await SendAsync();
        await Eventually.IsTrue(() => Task.FromResult(Instance.Log.Count(LogLines.DispatchInterrupted) > 0), Sample.Soon);
        Assert.InRange(await Database.OutboxAsync(), 1, 20);
        Assert.Equal(0, await Database.AttemptsAsync());
        Assert.Equal(0, await Database.ParkedAsync());
    }

    public async Task DrainsAsync()
    {
        await Database.EventuallyAsync(Tables.OutboxAsync, 0, Instance.Log.ToString);
        await Database.EventuallyAsync(Tables.InboxAsync, Sent.Count, Instance.Log.ToString);
        await Database.HasEffectsOnceAsync(Sent);
        Assert.Equal(0, await Database.ParkedAsync());
        Assert.Equal(0, await Host.QueueDepthAsync(Sample.DeadLetters));
    }

    private Task SendAsync()
    {
        Sent.Add(Guid.CreateVersion7());
        return Instance.EnqueueAsync(Sample.Informed(Sent[^1]));
    }

    public async ValueTask DisposeAsync()
    {
        Wire.Mode = WireMode.Pass;
        await Instance.DisposeAsync();
        await Wire.DisposeAsync();
        await Host.DisposeAsync();
        await Database.DisposeAsync();
    }
}

namespace Avvik.Messaging.Tests;

/// <summary>The broker that the other tests use is what they take it for.</summary>
public sealed class Broker_fixture_tests
{
    [Fact]
    public async Task Broker_runs_in_a_container_when_containers_are_required()
    {
        var broker = await Broker.SharedAsync();
        if (Environment.GetEnvironmentVariable("AVVIK_CONTAINERS") == "required") Assert.NotNull(broker.ContainerId);
        // A node is named after its host, and a container's host name is the beginning of its id.
        Assert.Equal(broker.ContainerId is { } id ? $"rabbit@{id[..12]}" : "avvik@localhost", await broker.ControlAsync("eval", "node()."));
    }

    [Fact]
    public async Task Killed_broker_restarts_on_its_port_with_its_messages()
    {
        using var broker = await Broker.StartAsync();
        await using (var before = await broker.NewVirtualHostAsync())
        {
            await before.OnChannelAsync(channel => channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }));
            await before.PublishAsync("", "kept", "{}"u8.ToArray(), "application/json");
            // The node keeps a declaration in memory for up to two seconds, and without it skips the queue's entries in its log.
            await broker.ControlAsync("eval", "mnesia:sync_log(), [dets:sync(Table) || Table <- dets:all()].");

            await broker.KillAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => broker.ControlAsync("status"));
            await broker.RestartAsync();

            await Eventually.IsTrue(async () => await before.QueueDepthAsync("kept") == 1, TimeSpan.FromSeconds(60),
                async () =>
                    $"Depth {await before.QueueDepthAsync("kept")}; {string.Join('\n', await broker.ListQueuesAsync(before, "name", "messages", "state"))}");
        }
    }
}

using Avvik.Contracts;
using Avvik.Messaging.Tests.Support;
using Avvik.Storage;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Avvik.Messaging.Tests;

/// <summary>The users of <see cref="BrokerDefinitions"/>, on a broker that has loaded them.</summary>
public sealed class Broker_user_tests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private VirtualHost _host = null!;

    public async Task InitializeAsync()
    {
        var broker = await Broker.SharedAsync();
        _host = await broker.NewVirtualHostAsync();
        await broker.ImportAsync(BrokerDefinitions.Write(_host.Name, BrokerDefinitions.Services.ToDictionary(s => s, PasswordOf, StringComparer.Ordinal)));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory, InlineData("reporting"), InlineData("triage"), InlineData("routing"), InlineData("statistics"), InlineData("notices")]
    public async Task Service_publishes_only_its_own_events_and_reads_only_its_own_queues(string service)
    {
        await using var connection = await new ConnectionFactory { Uri = UriOf(service) }.CreateConnectionAsync();

        foreach (var entry in MessageCatalog.All) await AssertAsync(MayPublish(entry, service), Publish(entry.Name));
        foreach (var other in BrokerDefinitions.Services) await AssertAsync(other == service, Publish(other));
        await AssertAsync(false, Publish(Topology.DeadLetterExchange));
        // The default exchange reaches every queue by its name.
        await AssertAsync(false, c => c.BasicPublishAsync("", service, mandatory: true, new BasicProperties(), Array.Empty<byte>()).AsTask());

        foreach (var other in BrokerDefinitions.Services)
        {
            await AssertAsync(other == service, c => c.BasicGetAsync(other, autoAck: false));
            await AssertAsync(other == service, c => c.BasicGetAsync(Topology.DeadLetterQueue(other), autoAck: false));
            if (other != service)
            {
                await AssertAsync(false, c => c.QueuePurgeAsync(other));
                await AssertAsync(false, c => c.QueueDeleteAsync(other));
            }
        }

        // A queue of its own making could be bound to what others publish.
        await AssertAsync(false, c => c.QueueDeclareAsync("tap", durable: false, exclusive: true, autoDelete: true));
        foreach (var entry in MessageCatalog.All)
        {
            await AssertAsync(false, c => c.ExchangeBindAsync(service, entry.Name, ""));
            await AssertAsync(MayPublish(entry, service), c => c.ExchangeDeclareAsync(entry.Name, ExchangeType.Fanout, durable: true));
        }

        async Task AssertAsync(bool allowed, Func<IChannel, Task> act)
        {
            // A refusal closes the channel.
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
            if (allowed) await act(channel);
            else
            {
                var refused = await Assert.ThrowsAnyAsync<Exception>(() => act(channel));
                Assert.Contains("ACCESS_REFUSED", refused.ToString() + channel.CloseReason, StringComparison.Ordinal);
            }
        }

        Func<IChannel, Task> Publish(string exchange) => c =>
            c.BasicPublishAsync(exchange, "", mandatory: false, new BasicProperties(), Array.Empty<byte>()).AsTask();
    }

    [Fact]
    public async Task Service_with_its_own_user_receives_and_requeues_a_dead_letter()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var instance = await Instance.CreateAsync(database, UriOf("reporting"), declareTopology: false);
        await instance.StartAsync();
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await _host.PublishAsync(Sample.InformedExchange, "", Sample.Envelope(Sample.Paged(first)), Sample.EnvelopeType);
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from inbox_message") == 1, Sample.Soon);

        await _host.PublishAsync(Topology.DeadLetterExchange, "reporting", Sample.Envelope(Sample.Paged(second)), Sample.EnvelopeType);
        await Eventually.IsTrue(async () => (await instance.Parked.AllAsync()).Count == 1, Sample.Soon);
        Assert.True(await instance.Parked.RequeueAsync((await instance.Parked.AllAsync())[0].Id, "rettet", "op", "974589095", None));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from inbox_message") == 2, Sample.Soon);
    }

    [Fact]
    public async Task Service_that_may_not_declare_waits_until_the_topology_is_there()
    {
        await using var empty = await (await Broker.SharedAsync()).NewVirtualHostAsync();
        var topology = new Topology(new() { Uri = empty.Uri.AbsoluteUri, DeclareTopology = false });
        var missing = await Assert.ThrowsAsync<OperationInterruptedException>(() => topology.EnsureAsync(None));
        Assert.Equal(404, missing.ShutdownReason!.ReplyCode);
        await new Topology(new() { Uri = empty.Uri.AbsoluteUri }).EnsureAsync(None);
        await topology.EnsureAsync(None);
    }

    private static bool MayPublish(CatalogEntry entry, string service) => entry.Publishers.Contains(service, StringComparer.Ordinal);

    private static string PasswordOf(string service) => "of-" + service;

    private Uri UriOf(string service) => new UriBuilder(_host.Uri) { UserName = service, Password = PasswordOf(service) }.Uri;
}

using Avvik.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Avvik.Testing;

/// <summary>A virtual host of a broker, and what tests ask of it over AMQP.</summary>
public sealed class VirtualHost : IAsyncDisposable
{
    private readonly Action _whenDone;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IConnection? _connection;

    internal VirtualHost(Uri uri, Action whenDone) => (Uri, _whenDone) = (uri, whenDone);

    /// <summary><c>amqp://user:password@host:port/vhost</c>.</summary>
    public Uri Uri { get; }

    public string Name => Uri.UnescapeDataString(Uri.AbsolutePath.TrimStart('/')) is { Length: > 0 } name ? name : "/";

    /// <summary>The same by way of a wire that can be cut.</summary>
    public Uri Through(CuttableWire wire) => new UriBuilder(Uri) { Host = "127.0.0.1", Port = wire.Port }.Uri;

    /// <summary>Messages that nobody has been given yet, or null when there is no such queue. What a consumer holds unacknowledged is not among them.</summary>
    public async Task<long?> QueueDepthAsync(string queue)
    {
        try { return await OnChannelAsync(async channel => (long)(await channel.QueueDeclarePassiveAsync(queue)).MessageCount); }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == 404) { return null; }
    }

    /// <summary>Publishes bytes as they are. Without an exchange, the routing key is the queue. Completes when the broker has confirmed.</summary>
    public Task PublishAsync(string exchange, string routingKey, ReadOnlyMemory<byte> body, string contentType) => OnChannelAsync(async channel =>
    {
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, new BasicProperties { ContentType = contentType, Persistent = true }, body);
        return true;
    });

    /// <summary>Anything else: a channel with publisher confirms, closed afterwards.</summary>
    public async Task<T> OnChannelAsync<T>(Func<IChannel, Task<T>> work)
    {
        await _turn.WaitAsync();
        try
        {
            if (_connection is not { IsOpen: true }) _connection = await ConnectAsync();
            await using var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true,
                publisherConfirmationTrackingEnabled: true));
            return await work(channel);
        }
        finally { _turn.Release(); }
    }

    internal async Task EmptyAsync() => await OnChannelAsync(async channel =>
    {
        var services = MessageCatalog.All.SelectMany(e => e.Consumers).Distinct().ToList();
        foreach (var queue in services.SelectMany(s => new[] { s, s + "-dead" })) await channel.QueueDeleteAsync(queue);
        foreach (var exchange in MessageCatalog.All.Select(e => e.Name).Concat(services).Append("avvik.dead-letter"))
            await channel.ExchangeDeleteAsync(exchange);
        return true;
    });

    // A virtual host that was just made may not be there yet.
    private async Task<IConnection> ConnectAsync()
    {
        IConnection? connection = null;
        await Eventually.IsTrue(async () =>
        {
            try
            {
                connection = await new ConnectionFactory { Uri = Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
                return true;
            }
            catch (Exception error) when (error is BrokerUnreachableException or OperationInterruptedException) { return false; }
        }, TimeSpan.FromSeconds(20), () => Task.FromResult($"The broker at {Uri.Host}:{Uri.Port} lets nobody into {Name}."));
        return connection!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _turn.Dispose();
        _whenDone();
    }
}

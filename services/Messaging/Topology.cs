using Avvik.Contracts;
using RabbitMQ.Client;

namespace Avvik.Messaging;

/// <summary>
/// Every exchange, queue and binding, from the catalog. Every service declares all of them before it publishes, so that no event is published before the
/// queues of its consumers exist, in whatever order the services start.
/// </summary>
internal sealed class Topology(Uri broker)
{
    public const string DeadLetterExchange = "avvik.dead-letter";
    // The default of RabbitMQ 4, stated because older brokers have no limit. More than the pages that a stop of consumption can return repeatedly (16).
    private const int DeliveryLimit = 20;

    public static string DeadLetterQueue(string service) => service + "-dead";

    /// <summary>A page that is returned too often is moved, at least once, to the dead-letter queue; never dropped.</summary>
    public static IReadOnlyDictionary<string, object> QueueArguments(string service) => new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = DeadLetterExchange,
        ["x-dead-letter-routing-key"] = service,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    public async Task<IConnection> ConnectAsync(CancellationToken ct) =>
        await new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false, RequestedConnectionTimeout = TimeSpan.FromSeconds(5) }
            .CreateConnectionAsync(ct);

    public async Task DeclareAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await channel.ExchangeDeclareAsync(DeadLetterExchange, ExchangeType.Direct, durable: true, cancellationToken: ct);
        foreach (var service in MessageCatalog.All.SelectMany(e => e.Consumers).Distinct())
        {
            await channel.QueueDeclareAsync(DeadLetterQueue(service), durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: ct);
            await channel.QueueBindAsync(DeadLetterQueue(service), DeadLetterExchange, service, cancellationToken: ct);
            // MassTransit reads a queue through an exchange of the same name.
            await channel.ExchangeDeclareAsync(service, ExchangeType.Fanout, durable: true, cancellationToken: ct);
            await channel.QueueDeclareAsync(service, durable: true, exclusive: false, autoDelete: false,
                QueueArguments(service).ToDictionary(a => a.Key, a => (object?)a.Value, StringComparer.Ordinal), cancellationToken: ct);
            await channel.QueueBindAsync(service, service, "", cancellationToken: ct);
        }
        foreach (var entry in MessageCatalog.All)
        {
            await channel.ExchangeDeclareAsync(entry.Name, ExchangeType.Fanout, durable: true, cancellationToken: ct);
            foreach (var service in entry.Consumers) await channel.ExchangeBindAsync(service, entry.Name, "", cancellationToken: ct);
        }
    }
}

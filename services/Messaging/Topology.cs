using Avvik.Contracts;
using RabbitMQ.Client;

namespace Avvik.Messaging;

internal sealed record DeclaredExchange(string Name, string Type);

internal sealed record DeclaredQueue(string Name, IReadOnlyDictionary<string, object?> Arguments);

internal sealed record DeclaredBinding(string Source, string Destination, bool ToQueue, string RoutingKey);

/// <summary>
/// Every exchange, queue and binding, from the catalog. No event is published before the queues of its consumers exist, in whatever order the services start:
/// a service declares all of them first, or, where its user may not, an administrator has (<see cref="BrokerDefinitions"/>) and the service checks it.
/// </summary>
internal sealed class Topology(RabbitMqOptions options)
{
    public const string DeadLetterExchange = "avvik.dead-letter";
    // The default of RabbitMQ 4, stated because older brokers have no limit. More than the pages that a stop of consumption can return repeatedly (16).
    private const int DeliveryLimit = 20;

    /// <summary>Services with a queue.</summary>
    public static IReadOnlyList<string> Consumers { get; } = [.. MessageCatalog.All.SelectMany(e => e.Consumers).Distinct()];

    /// <summary>One for each event, one that MassTransit reads each queue through, and the dead letters'.</summary>
    public static IReadOnlyList<DeclaredExchange> Exchanges { get; } =
        [new(DeadLetterExchange, ExchangeType.Direct), .. Consumers.Concat(MessageCatalog.All.Select(e => e.Name)).Select(n => new DeclaredExchange(n,
            ExchangeType.Fanout))];

    /// <summary>Two for each consumer: its events, and what was returned too often.</summary>
    public static IReadOnlyList<DeclaredQueue> Queues { get; } = [.. Consumers.SelectMany(s => new DeclaredQueue[]
    {
        new(DeadLetterQueue(s), new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }),
        new(s, QueueArguments(s).ToDictionary(a => a.Key, a => (object?)a.Value, StringComparer.Ordinal)),
    })];

    /// <summary>From each event's exchange, through the consumer's, to its queue.</summary>
    public static IReadOnlyList<DeclaredBinding> Bindings { get; } =
    [
        .. Consumers.SelectMany(s => new DeclaredBinding[] { new(DeadLetterExchange, DeadLetterQueue(s), true, s), new(s, s, true, "") }),
        .. MessageCatalog.All.SelectMany(e => e.Consumers.Select(s => new DeclaredBinding(e.Name, s, false, ""))),
    ];

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
        await new ConnectionFactory { Uri = options.Address, AutomaticRecoveryEnabled = false, RequestedConnectionTimeout = TimeSpan.FromSeconds(5) }
            .CreateConnectionAsync(ct);

    /// <summary>Declares everything, or checks that everything is there (<see cref="RabbitMqOptions.DeclareTopology"/>).</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">Something is missing, is otherwise, or may not be declared.</exception>
    public async Task EnsureAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        if (!options.DeclareTopology)
        {
            foreach (var exchange in Exchanges) await channel.ExchangeDeclarePassiveAsync(exchange.Name, ct);
            foreach (var queue in Queues) await channel.QueueDeclarePassiveAsync(queue.Name, ct);
            return;
        }
        foreach (var exchange in Exchanges) await channel.ExchangeDeclareAsync(exchange.Name, exchange.Type, durable: true, cancellationToken: ct);
        foreach (var queue in Queues)
            await channel.QueueDeclareAsync(queue.Name, durable: true, exclusive: false, autoDelete: false,
                queue.Arguments.ToDictionary(StringComparer.Ordinal), cancellationToken: ct);
        foreach (var binding in Bindings)
            await (binding.ToQueue
                ? channel.QueueBindAsync(binding.Destination, binding.Source, binding.RoutingKey, cancellationToken: ct)
                : channel.ExchangeBindAsync(binding.Destination, binding.Source, binding.RoutingKey, cancellationToken: ct));
    }
}

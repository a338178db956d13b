using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Avvik.Contracts;

namespace Avvik.Messaging;

/// <summary>
/// What an administrator gives the broker (<c>load_definitions</c>, <c>rabbitmqctl import_definitions</c>): a user for each service, and the topology.
/// </summary>
public static class BrokerDefinitions
{
    /// <summary>The services, as the catalog names them. The user of each has its name.</summary>
    public static IReadOnlyList<string> Services { get; } = [.. MessageCatalog.All.SelectMany(e => e.Publishers.Concat(e.Consumers)).Distinct()];

    /// <summary>Definitions in RabbitMQ's JSON format, with hashes of the passwords.</summary>
    /// <param name="virtualHost">Where everything is.</param>
    /// <param name="passwords">Of each user: the services, and administrators, who may do everything in the virtual host.</param>
    public static string Write(string virtualHost, IReadOnlyDictionary<string, string> passwords) => JsonSerializer.Serialize(new
    {
        vhosts = new[] { new { name = virtualHost } },
        users = passwords.Select(p => new
        {
            name = p.Key,
            password_hash = HashOf(p.Value),
            hashing_algorithm = "rabbit_password_hashing_sha256",
            tags = Services.Contains(p.Key) ? "" : "administrator",
        }),
        permissions = passwords.Keys.Select(user =>
        {
            var (configure, write, read) = Services.Contains(user) ? PermissionsOf(user) : (".*", ".*", ".*");
            return new { user, vhost = virtualHost, configure, write, read };
        }),
        exchanges = Topology.Exchanges.Select(e => new
        {
            name = e.Name,
            vhost = virtualHost,
            type = e.Type,
            durable = true,
            auto_delete = false,
            @internal = false,
            arguments = new { },
        }),
        queues = Topology.Queues.Select(q => new { name = q.Name, vhost = virtualHost, durable = true, auto_delete = false, arguments = q.Arguments }),
        bindings = Topology.Bindings.Select(b => new
        {
            source = b.Source,
            vhost = virtualHost,
            destination = b.Destination,
            destination_type = b.ToQueue ? "queue" : "exchange",
            routing_key = b.RoutingKey,
            arguments = new { },
        }),
    });

    /// <summary>
    /// Its own queue and the exchange of that name, its own dead letters, and the exchanges of what it publishes. MassTransit declares what it sends to, so
    /// these are among what it may configure; it may read no exchange of events, and so bind no queue to one.
    /// </summary>
    private static (string Configure, string Write, string Read) PermissionsOf(string service)
    {
        var own = Pattern([service, .. MessageCatalog.All.Where(e => e.Publishers.Contains(service, StringComparer.Ordinal)).Select(e => e.Name)]);
        return (own, own, Pattern([service, Topology.DeadLetterQueue(service)]));

        static string Pattern(IEnumerable<string> names) => $"^({string.Join('|', names.Select(Regex.Escape))})$";
    }

    // As RabbitMQ documents: base64 of a salt of four bytes, and SHA-256 of it and the password. The passwords are random, so none is guessed.
    private static string HashOf(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}

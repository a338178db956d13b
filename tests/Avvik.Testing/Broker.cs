using System.Globalization;
using System.Text.Json;

namespace Avvik.Testing;

/// <summary>
/// RabbitMQ for tests: the broker that AVVIK_RABBITMQ names, else a container where an engine answers (<see cref="Containers"/>), else a private node.
/// Each test uses a virtual host of its own; a test that stops or kills the broker starts one of its own.
/// </summary>
public sealed class Broker : IDisposable
{
    // A call of rabbitmqctl costs one or two seconds of processor time, whether it adds one virtual host or many.
    private const int VirtualHostsAtOnce = 16;

    private static readonly Lazy<Task<Broker>> Shared = new(() => Environment.GetEnvironmentVariable("AVVIK_RABBITMQ") is { Length: > 0 } uri
        ? Task.FromResult(new Broker(new Uri(uri), server: null))
        : StartAsync());

    private readonly BrokerServer? _server;
    private readonly Queue<string> _unused = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _made;

    private Broker(Uri uri, BrokerServer? server) => (Uri, _server) = (uri, server);

    /// <summary>With the user, the password and the default virtual host.</summary>
    public Uri Uri { get; }

    /// <summary>The id of its container; null when it is not a container that this process started.</summary>
    public string? ContainerId => (_server as ContainerNode)?.ContainerId;

    private BrokerServer Server =>
        _server ?? throw new InvalidOperationException("This test commands its broker, and AVVIK_RABBITMQ names one it may not command.");

    /// <summary>The one that the tests of this process share. Leave it running.</summary>
    public static Task<Broker> SharedAsync() => Shared.Value;

    /// <summary>One that this test alone uses, to stop and kill.</summary>
    public static async Task<Broker> StartAsync()
    {
        BrokerServer server = Containers.Used ? await ContainerNode.StartAsync() : await PrivateNode.StartAsync();
        return new Broker(server.Uri, server);
    }

    /// <summary>An empty virtual host. The broker that AVVIK_RABBITMQ names has only one: it is emptied, and used by one test at a time.</summary>
    public async Task<VirtualHost> NewVirtualHostAsync()
    {
        await _turn.WaitAsync();
        if (_server is null)
        {
            var only = new VirtualHost(Uri, whenDone: () => _turn.Release());
            await only.EmptyAsync();
            return only;
        }
        try
        {
            if (_unused.Count == 0) await AddVirtualHostsAsync();
            return new VirtualHost(new UriBuilder(Uri) { Path = _unused.Dequeue() }.Uri, whenDone: () => { });
        }
        finally { _turn.Release(); }
    }

    /// <summary>The node keeps running and accepts no connections.</summary>
    public Task StopAppAsync() => Server.ControlAsync("stop_app");

    public Task StartAppAsync() => Server.ControlAsync("start_app");

    /// <summary>SIGKILL. <see cref="RestartAsync"/> starts it again on the same port, with what it has on disk.</summary>
    public Task KillAsync() => Server.KillAsync();

    public Task RestartAsync() => Server.RestartAsync();

    /// <summary>rabbitmqctl; returns what it prints.</summary>
    public Task<string> ControlAsync(params IEnumerable<string> arguments) => Server.ControlAsync(arguments);

    /// <summary>Adds definitions, in RabbitMQ's JSON format.</summary>
    public Task ImportAsync(string definitions) => Server.ImportAsync(definitions);

    /// <summary>What <c>rabbitmqctl list_queues</c> prints for a virtual host, one line per queue.</summary>
    public async Task<IReadOnlyList<string>> ListQueuesAsync(VirtualHost host, params IEnumerable<string> columns) =>
        (await ControlAsync(["list_queues", "-q", "--no-table-headers", "-p", host.Name, .. columns])).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task AddVirtualHostsAsync()
    {
        var names = Enumerable.Range(0, VirtualHostsAtOnce).Select(_ => string.Create(CultureInfo.InvariantCulture, $"test-{++_made}")).ToList();
        var user = Uri.UserInfo.Split(':')[0];
        await Server.ImportAsync(JsonSerializer.Serialize(new
        {
            vhosts = names.Select(name => new { name }),
            permissions = names.Select(vhost => new { user, vhost, configure = ".*", write = ".*", read = ".*" }),
        }));
        foreach (var name in names) _unused.Enqueue(name);
    }

    /// <summary>Stops and removes a broker that <see cref="StartAsync"/> started, in the background.</summary>
    public void Dispose()
    {
        _server?.Dispose();
        _turn.Dispose();
    }
}

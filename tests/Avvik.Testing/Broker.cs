using System.Globalization;
using System.Text.Json;

namespace Avvik.Testing;

/// <summary>
/// RabbitMQ for tests: the broker that AVVIK_RABBITMQ names, else a private node of this test process, stopped when the process ends. Each test
/// takes a virtual host of its own; a test that stops the broker starts one of its own.
/// </summary>
public sealed class Broker : IDisposable
{
    // A call of rabbitmqctl costs a second or two, and many virtual hosts no more than one.
    private const int VirtualHostsAtOnce = 16;

    private static readonly Lazy<Task<Broker>> Shared = new(() =>
        Environment.GetEnvironmentVariable("AVVIK_RABBITMQ") is { Length: > 0 } uri ? Task.FromResult(new Broker(new Uri(uri), folder: null)) : StartAsync());

    private readonly string? _folder;
    private readonly Guard? _guard;
    private readonly Queue<string> _unused = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _made;

    private Broker(Uri uri, string? folder)
    {
        (Uri, _folder) = (uri, folder);
        if (folder is not null)
            _guard = new Guard("""
                "$1" stop "$2"; rm -rf "$2"
                """, Path.Combine(RepositoryRoot.Path, "compose/broker"), folder);
    }

    /// <summary>With the user, the password and the default virtual host.</summary>
    public Uri Uri { get; }

    /// <summary>The one that the tests of this process share. Leave it running.</summary>
    public static Task<Broker> SharedAsync() => Shared.Value;

    /// <summary>A node of one's own, to stop and kill.</summary>
    public static async Task<Broker> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("avvik-broker-").FullName;
        return new Broker(new Uri(await Script.RunAsync("compose/broker", "start", folder)), folder);
    }

    /// <summary>An empty virtual host. On a broker that AVVIK_RABBITMQ names there is one, emptied, and for one test at a time.</summary>
    public async Task<VirtualHost> NewVirtualHostAsync()
    {
        await _turn.WaitAsync();
        if (_folder is null)
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

    /// <summary>The node stays up and serves nobody.</summary>
    public Task StopAppAsync() => CommandAsync("stop-app");

    public Task StartAppAsync() => CommandAsync("start-app");

    /// <summary>SIGKILL. <see cref="RestartAsync"/> brings it back on the same port, with what it had on disk.</summary>
    public Task KillAsync() => CommandAsync("kill");

    public Task RestartAsync() => CommandAsync("start");

    /// <summary>rabbitmqctl; answers what it prints.</summary>
    public Task<string> ControlAsync(params IEnumerable<string> arguments) => CommandAsync("ctl", arguments);

    /// <summary>What <c>rabbitmqctl list_queues</c> says of a virtual host, a line per queue.</summary>
    public async Task<IReadOnlyList<string>> ListQueuesAsync(VirtualHost host, params IEnumerable<string> columns) =>
        (await ControlAsync(["list_queues", "-q", "--no-table-headers", "-p", host.Name, .. columns])).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<string> CommandAsync(string command, params IEnumerable<string> arguments) => Script.RunAsync("compose/broker",
        [command, _folder ?? throw new InvalidOperationException("This test needs a broker of its own to command; AVVIK_RABBITMQ names somebody else's."), .. arguments]);

    private async Task AddVirtualHostsAsync()
    {
        var names = Enumerable.Range(0, VirtualHostsAtOnce).Select(_ => string.Create(CultureInfo.InvariantCulture, $"test-{++_made}")).ToList();
        var user = Uri.UserInfo.Split(':')[0];
        var definitions = Path.Combine(_folder!, "virtual-hosts.json");
        await File.WriteAllTextAsync(definitions, JsonSerializer.Serialize(new
        {
            vhosts = names.Select(name => new { name }),
            permissions = names.Select(vhost => new { user, vhost, configure = ".*", write = ".*", read = ".*" }),
        }));
        await ControlAsync("import_definitions", definitions);
        foreach (var name in names) _unused.Enqueue(name);
    }

    /// <summary>Stops and removes a node of one's own, in the background.</summary>
    public void Dispose()
    {
        _guard?.Dispose();
        _turn.Dispose();
    }
}

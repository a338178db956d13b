using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Avvik.Client;
using Avvik.Testing;
using Microsoft.Data.Sqlite;

// Two systems at a time would have half the machine each.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Avvik.System.Tests;

/// <summary>
/// All of Avvik as a newcomer starts it: <c>compose/up</c> with a port and a data folder of its own, real processes, a real broker. Shared by
/// the tests of this assembly, which therefore never ask for totals but for what they themselves sent.
/// </summary>
public sealed class RunningSystem : IAsyncLifetime
{
    public static readonly string[] Services = ["reporting", "triage", "routing", "statistics", "notices"];

    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly HttpClient _identity = new();
    private MeldeStandIn? _melde;

    public string Data { get; } = global::System.IO.Directory.CreateTempSubdirectory("avvik-system-").FullName;
    public int Port { get; } = FreePort();
    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public async Task InitializeAsync()
    {
        // These tests command the broker through its folder and read its files: a private node even where a container engine answers.
        Environment.SetEnvironmentVariable("AVVIK_CONTAINERS", "never");
        Environment.SetEnvironmentVariable("AVVIK_DATA", Data);
        Environment.SetEnvironmentVariable("AVVIK_PORT", Port.ToString(CultureInfo.InvariantCulture));
        Environment.SetEnvironmentVariable("AccessLog__AnchorSeconds", "2");
        // A second longer than a transaction, instead of a minute: what waits for completeness is tested, too.
        Environment.SetEnvironmentVariable("Watermarks__MarginSeconds", "1");
        _melde = await MeldeStandIn.StartForProcessesAsync(Data);
        await UpAsync();
    }

    public async Task DisposeAsync()
    {
        await Script.RunAsync("compose/down");
        if (_melde is not null) await _melde.DisposeAsync();
        _identity.Dispose();
        global::System.IO.Directory.Delete(Data, recursive: true);
    }

    /// <summary>Starts the processes that are not running, from the build of these tests.</summary>
    public Task UpAsync() => Script.RunAsync("compose/up", "--no-build");

    public async Task<int> ProcessIdAsync(string service) =>
        int.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "run", $"{service}.pid")), CultureInfo.InvariantCulture);

    /// <summary>SIGKILL; answers the process that is no more.</summary>
    public async Task<int> KillAsync(string service)
    {
        var pid = await ProcessIdAsync(service);
        using var process = Process.GetProcessById(pid);
        process.Kill();
        await process.WaitForExitAsync();
        return pid;
    }

    public Task StopBrokerAsync() => Script.RunAsync("compose/broker", "stop-app", Path.Combine(Data, "broker"));

    public Task StartBrokerAsync() => Script.RunAsync("compose/broker", "start-app", Path.Combine(Data, "broker"));

    public HttpClient Http(string token)
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async Task<IAvvikClient> ClientAsync(string organization, string role, string? unit = null) =>
        AvvikClient.Connect(Address, await TokenAsync(organization, role, unit));

    public async Task<string> TokenAsync(string organization, string role, string? unit = null, string? subject = null, string? scope = null)
    {
        var key = $"{organization} {role} {unit} {subject} {scope}";
        lock (_tokens)
            if (_tokens.TryGetValue(key, out var known)) return known;
        using var form = new FormUrlEncodedContent(new[] { ("organization", organization), ("role", role), ("unit", unit), ("subject", subject),
            ("scope", scope) }
            .Where(f => f.Item2 is not null).Select(f => KeyValuePair.Create(f.Item1, f.Item2!)));
        using var response = await _identity.PostAsync($"http://127.0.0.1:{await PortOfAsync("identity")}/token", form);
        response.EnsureSuccessStatusCode();
        using var document = global::System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        var token = document.RootElement.GetProperty("access_token").GetString()!;
        lock (_tokens) _tokens[key] = token;
        return token;
    }

    public async Task<int> PortOfAsync(string process) => int.Parse(
        (await File.ReadAllLinesAsync(Path.Combine(Data, "ports"))).Single(l => l.StartsWith(process + "=", StringComparison.Ordinal))[(process.Length + 1)..],
            CultureInfo.InvariantCulture);

    /// <summary>What is on disk in a service's database, read beside it.</summary>
    public async Task<List<T>> QueryAsync<T>(string service, string sql, Func<SqliteDataReader, T> read)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Data, "db", service + ".db")};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    public async Task<long> CountAsync(string service, string sql) => (await QueryAsync(service, sql, r => r.GetInt64(0)))[0];

    private static int FreePort()
    {
        // Below 32768: above it the kernel may give the port to some client.
        for (var port = Random.Shared.Next(12_000, 19_000); ; port++)
        {
            using var probe = new TcpListener(global::System.Net.IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException) { /* taken; the next one */ }
        }
    }
}

[CollectionDefinition(nameof(RunningSystem))]
public sealed class RunningSystemCollection : ICollectionFixture<RunningSystem>;

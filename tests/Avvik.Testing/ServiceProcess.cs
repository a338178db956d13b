using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Avvik.Testing;

/// <summary>A service as a process of its own: started from what was built, killed, started again. It does not outlive the test process.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly string _assembly;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private Guard? _guard;

    /// <param name="project">As in <c>Avvik.Routing</c>; it must have been built in Release.</param>
    /// <param name="environment">Configuration; both <c>A:B</c> and <c>A__B</c> will do. <c>ASPNETCORE_URLS</c> says where it listens.</param>
    public ServiceProcess(string project, IReadOnlyDictionary<string, string> environment)
    {
        (Name, _assembly, _environment) = (project, RepositoryRoot.Built(project), environment);
        if (!File.Exists(_assembly)) throw new InvalidOperationException($"{_assembly} is missing: build {project} with -c Release.");
    }

    public string Name { get; }

    /// <summary>The first of <c>ASPNETCORE_URLS</c>.</summary>
    public Uri Address => new(_environment["ASPNETCORE_URLS"].Split(';')[0]);

    public int Id => _process!.Id;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it wrote, over all its starts.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>A port nobody listens on now, below those that the kernel hands to clients.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (System.Net.Sockets.SocketException) { /* taken: another */ }
        }
    }

    /// <summary>Starts it without waiting for it to be ready.</summary>
    public void Start()
    {
        if (IsRunning) throw new InvalidOperationException($"{Name} runs already.");
        var start = new ProcessStartInfo("dotnet", [_assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(_assembly)
        };
        foreach (var (key, value) in _environment) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        // By this the guard knows the process again: its number may have been given to another.
        var mark = $"AVVIK_TEST_PROCESS={Guid.CreateVersion7()}";
        start.Environment[mark.Split('=')[0]] = mark.Split('=')[1];
        _process?.Dispose();
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Capture;
        _process.ErrorDataReceived += Capture;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _guard?.Dispose();
        _guard = new Guard("""grep -qzxF "$2" "/proc/$1/environ" && kill -KILL "$1" """, _process.Id.ToString(CultureInfo.InvariantCulture), mark);
    }

    /// <summary>Starts it and waits until <c>/health/ready</c> says yes.</summary>
    public async Task StartAsync(TimeSpan? within = null)
    {
        Start();
        await ReadyAsync(within);
    }

    /// <summary>Waits until <c>/health/ready</c> says yes; fails with the log if the process ends instead.</summary>
    public async Task ReadyAsync(TimeSpan? within = null)
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.IsTrue(async () =>
        {
            if (!IsRunning) throw new InvalidOperationException($"{Name} ended with {_process?.ExitCode}:\n{Log}");
            try
            {
                using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                return answer.IsSuccessStatusCode;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException) { return false; }
        }, within ?? TimeSpan.FromSeconds(60), () => Task.FromResult($"{Name} is not ready:\n{Log}"));
    }

    /// <summary>SIGKILL: nothing is flushed, closed or said.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as an operator stops it; answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        // .NET has no other signal than SIGKILL.
        if (IsRunning) Process.Start("bash", ["-c", "kill -TERM \"$1\"", "stop", _process!.Id.ToString(CultureInfo.InvariantCulture)]).Dispose();
        await _process!.WaitForExitAsync();
        return _process.ExitCode;
    }

    private void Capture(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_log) _log.AppendLine(line.Data);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await KillAsync();
        _process?.Dispose();
        _guard?.Dispose();
    }
}

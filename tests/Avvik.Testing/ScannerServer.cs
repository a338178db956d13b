using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Avvik.Testing;

/// <summary>A private clamd of a test, from Debian's packages. It knows one virus: EICAR's test file.</summary>
public sealed class ScannerServer : IAsyncDisposable
{
    /// <summary>Written in two parts, so that no scanner takes this file for it.</summary>
    public static readonly byte[] Eicar = Encoding.ASCII.GetBytes(@"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*");

    private readonly string _folder;
    private Process? _process;
    private Guard? _guard;

    private ScannerServer(string folder, int port) => (_folder, Port) = (folder, port);

    public int Port { get; }

    /// <param name="longestStream">Bytes of the longest file that it scans.</param>
    public static async Task<ScannerServer> StartAsync(long longestStream = 20 << 20)
    {
        var server = new ScannerServer(Directory.CreateTempSubdirectory("avvik-scanner-").FullName, ServiceProcess.FreePort());
        var database = Directory.CreateDirectory(Path.Combine(server._folder, "db")).FullName;
        // Anywhere in a file of any kind.
        await File.WriteAllTextAsync(Path.Combine(database, "eicar.ndb"), $"Eicar-Test-Signature:0:*:{Convert.ToHexStringLower(Eicar)}\n");
        await File.WriteAllLinesAsync(server.Configuration, [$"DatabaseDirectory {database}", "TCPAddr 127.0.0.1", $"TCPSocket {server.Port}", "Foreground yes",
            string.Create(CultureInfo.InvariantCulture, $"StreamMaxLength {longestStream}")]);
        await server.StartAgainAsync();
        Containers.Report("ClamAV: private server");
        return server;
    }

    private string Configuration => Path.Combine(_folder, "clamd.conf");

    public async Task StartAgainAsync()
    {
        _process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec clamd --config-file=\"$1\" >\"$1.log\" 2>&1", "scanner", Configuration]))!;
        _guard = new Guard("""kill -KILL "$1" """, _process.Id.ToString(CultureInfo.InvariantCulture));
        await Eventually.IsTrue(async () =>
        {
            if (_process.HasExited) throw new InvalidOperationException($"clamd ended: {await File.ReadAllTextAsync($"{Configuration}.log")}");
            using var connection = new TcpClient();
            try
            {
                await connection.ConnectAsync("127.0.0.1", Port);
                await connection.GetStream().WriteAsync("zPING\0"u8.ToArray());
                var answer = new byte[5];
                await connection.GetStream().ReadExactlyAsync(answer);
                return answer.AsSpan().SequenceEqual("PONG\0"u8);
            }
            catch (Exception error) when (error is SocketException or IOException) { return false; }
        }, TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGKILL.</summary>
    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _guard!.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Avvik.Reporting.Tests.Attachments;

/// <summary>A stand-in for clamd that speaks its INSTREAM (clamd(8)) and knows one virus: EICAR's test file.</summary>
internal sealed class Clamd : IAsyncDisposable
{
    /// <summary>Written in two parts, so that no scanner takes this file for it.</summary>
    public static readonly byte[] Eicar = Encoding.ASCII.GetBytes(@"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _running;

    public Clamd()
    {
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    public (string, string) Setting => ("Attachments:ClamdAddress", $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Bytes of the last file that was scanned.</summary>
    public int Scanned { get; private set; }

    /// <summary>What it answers instead of scanning; empty: it hangs up.</summary>
    public string? Answer { get; set; }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var command = new byte[10];
                await stream.ReadExactlyAsync(command);
                using var file = new MemoryStream();
                for (var head = new byte[4]; ;)
                {
                    await stream.ReadExactlyAsync(head);
                    if (BinaryPrimitives.ReadInt32BigEndian(head) is var length && length == 0) break;
                    var block = new byte[length];
                    await stream.ReadExactlyAsync(block);
                    file.Write(block);
                }
                Scanned = (int)file.Length;
                var reply = Answer ?? (!command.AsSpan().SequenceEqual("zINSTREAM\0"u8) ? "UNKNOWN COMMAND"
                    : file.ToArray().AsSpan().IndexOf(Eicar) >= 0 ? "stream: Eicar-Test-Signature FOUND" : "stream: OK");
                if (reply.Length > 0) await stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\0"));
            }
        }
        // It was told to stop.
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException or OperationCanceledException) { return; }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
    }
}

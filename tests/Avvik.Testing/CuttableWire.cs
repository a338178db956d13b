using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Avvik.Testing;

public enum WireMode
{
    /// <summary>A working network.</summary>
    Pass,
    /// <summary>Connections are reset, new ones immediately.</summary>
    Cut,
    /// <summary>Connections stay open and transfer nothing, as in most real outages.</summary>
    Freeze,
    /// <summary>Everything arrives <see cref="CuttableWire.Delay"/> late.</summary>
    Delay,
}

/// <summary>A TCP relay between a client and a server that simulates network faults.</summary>
public sealed class CuttableWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly (string Host, int Port) _server;
    private readonly ConcurrentDictionary<Socket, bool> _ends = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private TaskCompletionSource _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WireMode _mode = WireMode.Pass;
    private int _accepted, _cut, _heldBack;
    private volatile string? _cutBeforeReplyTo;

    public CuttableWire(string host, int port)
    {
        _server = (host, port);
        _flowing.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where the client connects to, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Connections made so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that a cut has reset: evidence that the test disturbed something.</summary>
    public int ConnectionsCut => Volatile.Read(ref _cut);

    /// <summary>Pieces of traffic and new connections that a freeze has delayed: evidence as above.</summary>
    public int HeldBack => Volatile.Read(ref _heldBack);

    /// <summary>
    /// Cuts once between a request and its reply: the server receives the next piece of traffic that contains this text and answers it, and the connection
    /// is reset instead of relaying the answer. Counted in <see cref="ConnectionsCut"/>.
    /// </summary>
    public string? CutBeforeReplyTo
    {
        get => _cutBeforeReplyTo;
        set => _cutBeforeReplyTo = value;
    }

    public WireMode Mode
    {
        get => _mode;
        set
        {
            lock (_lock)
            {
                if (value == WireMode.Freeze && _flowing.Task.IsCompleted) _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _mode = value;
                if (value != WireMode.Freeze) _flowing.TrySetResult();
                if (value != WireMode.Cut) return;
                // Counts the current connections first: when one end is reset, the relay also closes the other without counting it.
                foreach (var (end, isClient) in _ends.ToArray()) Reset(end, isClient);
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = RelayAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException) { /* disposed */ }
    }

    private async Task RelayAsync(Socket client)
    {
        Interlocked.Increment(ref _accepted);
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _ends[client] = true;
        try
        {
            await PassAsync();
            if (_mode == WireMode.Cut)
            {
                Reset(client, isClient: true);
                return;
            }
            await server.ConnectAsync(_server.Host, _server.Port);
            _ends[server] = false;
            if (_mode == WireMode.Cut) Reset(client, isClient: true);
            // True from the marked request on: the next answer is not passed on.
            var answerIsCut = new StrongBox<bool>();
            await Task.WhenAll(
                PumpAsync(client, server, request => answerIsCut.Value |= Marked(request), () => false),
                PumpAsync(server, client, _ => { }, () => Volatile.Read(ref answerIsCut.Value)));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException) { /* one end is gone: the finally takes the other along */ }
        finally
        {
            _ends.TryRemove(client, out _);
            _ends.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private bool Marked(ReadOnlySpan<byte> request)
    {
        if (_cutBeforeReplyTo is not { } marker || request.IndexOf(Encoding.ASCII.GetBytes(marker)) < 0) return false;
        _cutBeforeReplyTo = null;
        return true;
    }

    private async Task PumpAsync(Socket from, Socket to, ReadPiece read, Func<bool> cut)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var length and > 0)
            {
                await PassAsync();
                if (cut())
                {
                    Reset(to, isClient: true);
                    Reset(from, isClient: false);
                    return;
                }
                read(buffer.AsSpan(0, length));
                for (var sent = 0; sent < length;) sent += await to.SendAsync(buffer.AsMemory(sent, length - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // When one end breaks, the relay closes the other, so that its peer does not wait for ever.
            to.Dispose();
            from.Dispose();
        }
    }

    private delegate void ReadPiece(ReadOnlySpan<byte> piece);

    private async Task PassAsync()
    {
        if (_mode == WireMode.Delay)
        {
            using var timer = new PeriodicTimer(Delay);
            await timer.WaitForNextTickAsync();
        }
        if (_flowing.Task.IsCompleted) return;
        Interlocked.Increment(ref _heldBack);
        await _flowing.Task;
    }

    private void Reset(Socket end, bool isClient)
    {
        _ends.TryRemove(end, out _);
        if (isClient) Interlocked.Increment(ref _cut);
        try { end.LingerState = new LingerOption(true, 0); }
        catch (ObjectDisposedException) { /* its other end broke off first */ }
        end.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Mode = WireMode.Cut;
        await _accepting;
        _listener.Dispose();
    }
}

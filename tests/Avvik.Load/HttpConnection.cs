using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Avvik.Load;

internal readonly record struct Answer(int Status, TimeSpan? RetryAfter, ReadOnlyMemory<byte> Body);

/// <summary>
/// A kept-alive HTTP/1.1 connection that sends requests already written. Just enough of the protocol for our own gateway:
/// the machine's two cores are for what is measured, and HttpClient would take a visible part of them.
/// </summary>
internal sealed class HttpConnection(int port) : IDisposable
{
    private readonly byte[] _received = new byte[64 * 1024];
    private Socket? _socket;

    /// <summary>The answer is valid until the next request.</summary>
    public async ValueTask<Answer> SendAsync(ReadOnlyMemory<byte> request)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(IPAddress.Loopback, port);
            }
            for (var sent = 0; sent < request.Length;) sent += await _socket.SendAsync(request[sent..]);
            for (var length = 0; ;)
            {
                var count = await _socket.ReceiveAsync(_received.AsMemory(length));
                if (count == 0) throw new IOException("The connection was closed before the answer was complete");
                length += count;
                if (Read(_received.AsMemory(0, length), out var last) is not { } answer) continue;
                if (last) Dispose();
                return answer;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private static Answer? Read(ReadOnlyMemory<byte> received, out bool last)
    {
        last = false;
        var end = received.Span.IndexOf("\r\n\r\n"u8);
        if (end < 0) return null;
        var head = received.Span[..(end + 2)];
        var body = received[(end + 4)..];
        // Without a length it is chunked; JSON holds no bare line break, so the empty last chunk cannot be part of the text.
        var complete = Header(head, "\r\nContent-Length: "u8) is { } length
            ? body.Length >= int.Parse(length, CultureInfo.InvariantCulture)
            : body.Span.EndsWith("0\r\n\r\n"u8);
        if (!complete) return null;
        last = head.IndexOf("\r\nConnection: close"u8) >= 0;
        var wait = Header(head, "\r\nRetry-After: "u8) is { } seconds && int.TryParse(seconds, CultureInfo.InvariantCulture, out var s)
            ? TimeSpan.FromSeconds(s) : (TimeSpan?)null;
        return new(int.Parse(head.Slice(9, 3), CultureInfo.InvariantCulture), wait, body);
    }

    private static string? Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        var at = head.IndexOf(name);
        if (at < 0) return null;
        var value = head[(at + name.Length)..];
        return Encoding.ASCII.GetString(value[..value.IndexOf("\r\n"u8)]);
    }
}

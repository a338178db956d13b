using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Attachments;

/// <summary>The scanner found something in the file.</summary>
internal sealed class VirusFoundException() : IOException("The virus scanner found something in a file.");

/// <summary>The scanner did not say that the file is clean.</summary>
internal sealed class ScannerUnavailableException(string reason, Exception? inner = null) : IOException($"The virus scanner is unavailable: {reason}.", inner);

/// <summary>
/// A file on its way, read once: each block goes to the scanner too (clamd's INSTREAM), and counts towards the limit. Without a scanner it only counts.
/// </summary>
internal sealed class ScannedStream : Stream
{
    private const int MaxReply = 4096;
    private readonly Stream _file;
    private readonly long _limit;
    private readonly TcpClient? _scanner;
    private readonly byte[] _length = new byte[4];
    private long _read;

    private ScannedStream(Stream file, long limit, TcpClient? scanner) => (_file, _limit, _scanner) = (file, limit, scanner);

    /// <exception cref="ScannerUnavailableException">There is a scanner, and it cannot be reached.</exception>
    public static async Task<ScannedStream> OpenAsync(Stream file, IOptions<AttachmentOptions> options, CancellationToken ct)
    {
        if (options.Value.Clamd is not var (host, port)) return new(file, AttachmentOptions.MaxSize, null);
        var scanner = new TcpClient { NoDelay = true };
        try
        {
            await scanner.ConnectAsync(host, port, ct);
            await scanner.GetStream().WriteAsync("zINSTREAM\0"u8.ToArray(), ct);
            return new(file, AttachmentOptions.MaxSize, scanner);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            scanner.Dispose();
            throw new ScannerUnavailableException("no connection", error);
        }
    }

    /// <summary>True when the file is larger than may be.</summary>
    public bool IsTooLarge => _read > _limit;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try { count = await _file.ReadAsync(buffer, cancellationToken); }
        // The form ends before the file does.
        catch (Exception error) when (error is (IOException or InvalidDataException) and not Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            throw new UnreadableFileException();
        }
        _read += count;
        if (IsTooLarge) throw new FileTooLargeException();
        if (_scanner is not null && count > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(_length, count);
            try
            {
                await _scanner.GetStream().WriteAsync(_length, cancellationToken);
                await _scanner.GetStream().WriteAsync(buffer[..count], cancellationToken);
            }
            catch (IOException error) { throw new ScannerUnavailableException("the connection broke", error); }
        }
        return count;
    }

    /// <summary>Reads what is left, and waits for what the scanner says.</summary>
    /// <exception cref="VirusFoundException">It found something.</exception>
    /// <exception cref="ScannerUnavailableException">It did not say that the file is clean.</exception>
    public async Task EndAsync(CancellationToken ct)
    {
        var block = new byte[64 * 1024];
        while (await ReadAsync(block, ct) > 0) { }
        if (_scanner is null) return;
        string reply;
        try
        {
            await _scanner.GetStream().WriteAsync(new byte[4], ct);
            var (answer, length) = (new byte[MaxReply], 0);
            while (length < answer.Length && await _scanner.GetStream().ReadAsync(answer.AsMemory(length), ct) is > 0 and var count)
            {
                length += count;
                if (answer[length - 1] == 0) break;
            }
            reply = Encoding.ASCII.GetString(answer, 0, length).TrimEnd('\0', '\n');
        }
        catch (IOException error) { throw new ScannerUnavailableException("the connection broke", error); }
        if (reply.EndsWith(" FOUND", StringComparison.Ordinal)) throw new VirusFoundException();
        if (reply != "stream: OK") throw new ScannerUnavailableException("it did not say that the file is clean");
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _read; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _scanner?.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>The file is larger than may be.</summary>
internal sealed class FileTooLargeException() : IOException("A file is larger than may be.");

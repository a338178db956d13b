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
    private readonly TcpClient? _scanner;
    private readonly TimeSpan _patience;
    private readonly byte[] _length = new byte[4];
    private long _read;

    private ScannedStream(Stream file, AttachmentOptions options, TcpClient? scanner) =>
        (_file, _scanner, _patience) = (file, scanner, TimeSpan.FromSeconds(options.ScanSeconds));

    /// <exception cref="ScannerUnavailableException">There is a scanner, and it cannot be reached.</exception>
    public static async Task<ScannedStream> OpenAsync(Stream file, IOptions<AttachmentOptions> options, CancellationToken ct)
    {
        if (options.Value.Clamd is not var (host, port)) return new(file, options.Value, null);
        var scanned = new ScannedStream(file, options.Value, new TcpClient { NoDelay = true });
        try
        {
            await scanned.AskAsync(async (scanner, soon) =>
            {
                await scanner.ConnectAsync(host, port, soon);
                await scanner.GetStream().WriteAsync("zINSTREAM\0"u8.ToArray(), soon);
            }, ct);
            return scanned;
        }
        catch
        {
            await scanned.DisposeAsync();
            throw;
        }
    }

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
        if (_read > AttachmentOptions.MaxSize) throw new FileTooLargeException();
        if (_scanner is not null && count > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(_length, count);
            await AskAsync(async (scanner, soon) =>
            {
                await scanner.GetStream().WriteAsync(_length, soon);
                await scanner.GetStream().WriteAsync(buffer[..count], soon);
            }, cancellationToken);
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
        var reply = "";
        await AskAsync(async (scanner, soon) =>
        {
            await scanner.GetStream().WriteAsync(new byte[4], soon);
            var (answer, length) = (new byte[MaxReply], 0);
            while (length < answer.Length && await scanner.GetStream().ReadAsync(answer.AsMemory(length), soon) is > 0 and var count)
            {
                length += count;
                if (answer[length - 1] == 0) break;
            }
            reply = Encoding.ASCII.GetString(answer, 0, length).TrimEnd('\0', '\n');
        }, ct);
        if (reply.EndsWith(" FOUND", StringComparison.Ordinal)) throw new VirusFoundException();
        if (reply != "stream: OK") throw new ScannerUnavailableException("it did not say that the file is clean");
    }

    // A scanner that is there and says nothing is as one that is away.
    private async Task AskAsync(Func<TcpClient, CancellationToken, Task> ask, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(_patience);
        try { await ask(_scanner!, patience.Token); }
        catch (Exception error) when (error is SocketException or IOException) { throw new ScannerUnavailableException("the connection broke", error); }
        catch (OperationCanceledException error) when (!ct.IsCancellationRequested) { throw new ScannerUnavailableException("it does not answer", error); }
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

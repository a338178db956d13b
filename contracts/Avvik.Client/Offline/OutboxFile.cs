using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Avvik.Client;

/// <summary>
/// A log of encrypted frames: added, or «the oldest was removed». A frame is its length, a nonce, a tag and the ciphertext, which is bound to the frame's
/// position in the file. The first frame holds nothing, and shows that the key is right.
/// </summary>
internal sealed class OutboxFile : IDisposable
{
    private const byte Header = 0, Added = 1, Removed = 2;
    private const int LengthSize = 4, NonceSize = 12, TagSize = 16, Overhead = LengthSize + NonceSize + TagSize, HeaderSize = Overhead + 1;
    private readonly FileStream _stream;
    private readonly AesGcm _cipher;

    private OutboxFile(FileStream stream, AesGcm cipher) => (_stream, _cipher) = (stream, cipher);

    /// <summary>Opens or creates the file, and answers what was added and not removed. A write that a crash interrupted is undone.</summary>
    public static OutboxFile Open(string path, byte[] key, out IReadOnlyCollection<byte[]> entries)
    {
        if (key.Length != 32) throw new ArgumentException("The key must have 32 bytes.", nameof(key));
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new OutboxFile(new FileStream(path, options), new AesGcm(key, TagSize));
        try
        {
            entries = file.Read(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Add(byte[] entry) => Append(Added, entry);

    public void RemoveOldest(bool isLast)
    {
        // Cutting the file off removes the only one at once, and keeps the file small.
        if (isLast) Cut(HeaderSize);
        else Append(Removed, []);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _cipher.Dispose();
    }

    private Queue<byte[]> Read(string path)
    {
        var entries = new Queue<byte[]>();
        // Nothing is acknowledged before the first frame is on the disk.
        if (_stream.Length < HeaderSize)
        {
            Cut(0);
            Append(Header, []);
            return entries;
        }
        var content = new byte[_stream.Length];
        _stream.ReadExactly(content);
        for (var position = 0; position < content.Length;)
        {
            var rest = content.AsSpan(position);
            var size = rest.Length < LengthSize ? 0 : BinaryPrimitives.ReadInt32LittleEndian(rest);
            var isCutOff = rest.Length < Overhead || size < 1 || size > rest.Length - Overhead;
            var plain = isCutOff ? null : Decrypt(position, rest[..(size + Overhead)]);
            if (plain is null)
            {
                if (position == 0) throw new InvalidDataException($"{path} is not an outbox, or has another key.");
                // Only the last write can be unfinished, and it was never acknowledged. Kept beside, in case it was something else.
                if (!isCutOff && size + Overhead < rest.Length) throw new InvalidDataException($"{path} is damaged at {position}.");
                File.WriteAllBytes($"{path}.unfinished", rest);
                Cut(position);
                break;
            }
            if (plain[0] == Added) entries.Enqueue(plain[1..]);
            else if (plain[0] == Removed) entries.Dequeue();
            position += size + Overhead;
        }
        if (entries.Count == 0 && _stream.Length > HeaderSize) Cut(HeaderSize);
        _stream.Seek(0, SeekOrigin.End);
        return entries;
    }

    private byte[]? Decrypt(long position, ReadOnlySpan<byte> frame)
    {
        var plain = new byte[frame.Length - Overhead];
        var nonce = frame.Slice(LengthSize, NonceSize);
        var tag = frame.Slice(LengthSize + NonceSize, TagSize);
        try { _cipher.Decrypt(nonce, frame[Overhead..], tag, plain, BitConverter.GetBytes(position)); }
        catch (AuthenticationTagMismatchException) { return null; }
        return plain;
    }

    private void Append(byte kind, ReadOnlySpan<byte> entry)
    {
        var position = _stream.Length;
        byte[] plain = [kind, .. entry];
        var frame = new byte[plain.Length + Overhead];
        BinaryPrimitives.WriteInt32LittleEndian(frame, plain.Length);
        var nonce = frame.AsSpan(LengthSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(nonce, plain, frame.AsSpan(Overhead), frame.AsSpan(LengthSize + NonceSize, TagSize), BitConverter.GetBytes(position));
        try
        {
            _stream.Seek(position, SeekOrigin.Begin);
            _stream.Write(frame);
            _stream.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A full disk: what was half written must not stand before the next frame.
            _stream.SetLength(position);
            throw;
        }
    }

    private void Cut(long length)
    {
        _stream.SetLength(length);
        _stream.Seek(length, SeekOrigin.Begin);
        _stream.Flush(flushToDisk: true);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Avvik.Reporting.Attachments;

/// <summary>
/// A file encrypted in chunks, so that it is never whole in memory (AES-256-GCM; the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
/// A chunk's nonce is its number, and whether it is the last: chunks that are changed, missing, repeated or in another order do not open, nor does a file
/// that was cut. The key is the file's own, so a number is used once; the file's id is authenticated, so that files cannot be exchanged.
/// </summary>
internal static class ChunkedCipher
{
    public const int KeySize = 32;
    private const int ChunkSize = 64 * 1024, TagSize = 16, NonceSize = 12;

    /// <summary>Encrypts what <paramref name="write"/> writes.</summary>
    public static async Task<long> EncryptAsync(Stream file, byte[] key, Guid id, Func<Stream, Task> write, CancellationToken ct)
    {
        using var cipher = new AesGcm(key, TagSize);
        await using var writer = new Writer(file, cipher, id.ToByteArray(), ct);
        await write(writer);
        await writer.EndAsync();
        return writer.Position;
    }

    /// <summary>Writes the content to <paramref name="to"/>, each chunk after it was authenticated.</summary>
    /// <exception cref="CryptographicException">The file is not as it was written; what came before the place has been written out.</exception>
    public static async Task DecryptAsync(Stream file, byte[] key, Guid id, Stream to, CancellationToken ct)
    {
        using var cipher = new AesGcm(key, TagSize);
        var (context, chunk, plain, next) = (id.ToByteArray(), new byte[ChunkSize + TagSize], new byte[ChunkSize], new byte[ChunkSize + TagSize]);
        var length = await file.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, ct);
        for (var number = 0L; ; number++)
        {
            var following = length == chunk.Length ? await file.ReadAtLeastAsync(next, next.Length, throwOnEndOfStream: false, ct) : 0;
            if (length < TagSize) throw new CryptographicException("A file was cut.");
            var content = plain.AsMemory(0, length - TagSize);
            Open(cipher, Nonce(number, isLast: following == 0), chunk.AsSpan(0, length), content.Span, context);
            await to.WriteAsync(content, ct);
            if (following == 0) return;
            (chunk, next, length) = (next, chunk, following);
        }
    }

    private static void Open(AesGcm cipher, byte[] nonce, ReadOnlySpan<byte> chunk, Span<byte> content, byte[] context) =>
        cipher.Decrypt(nonce, chunk[..^TagSize], chunk[^TagSize..], content, context);

    private static byte[] Nonce(long number, bool isLast)
    {
        var nonce = new byte[NonceSize];
        BinaryPrimitives.WriteInt64LittleEndian(nonce, number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }

    private sealed class Writer(Stream file, AesGcm cipher, byte[] context, CancellationToken ct) : Stream
    {
        private readonly byte[] _plain = new byte[ChunkSize], _sealed = new byte[ChunkSize + TagSize];
        private int _filled;
        private long _number, _written;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (buffer.Length > 0)
            {
                // A full chunk is written when there is more: the last one is marked.
                if (_filled == ChunkSize) await FlushChunkAsync(isLast: false);
                var part = buffer[..Math.Min(buffer.Length, ChunkSize - _filled)];
                part.CopyTo(_plain.AsMemory(_filled));
                (_filled, _written, buffer) = (_filled + part.Length, _written + part.Length, buffer[part.Length..]);
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public Task EndAsync() => FlushChunkAsync(isLast: true);

        private async Task FlushChunkAsync(bool isLast)
        {
            cipher.Encrypt(Nonce(_number++, isLast), _plain.AsSpan(0, _filled), _sealed.AsSpan(0, _filled), _sealed.AsSpan(_filled, TagSize), context);
            await file.WriteAsync(_sealed.AsMemory(0, _filled + TagSize), ct);
            _filled = 0;
        }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => _written;
        public override long Position { get => _written; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

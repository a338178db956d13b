using System.Buffers.Binary;
using System.Text;

namespace Avvik.Reporting.Attachments;

/// <summary>The file is not what its beginning says, or none of the types that are taken.</summary>
internal sealed class UnreadableFileException() : IOException("A file is none of the types that are taken, or is damaged.");

/// <summary>
/// Tells what a file is by its content, and copies it without what it says beside the picture: where and when it was taken, by whom and with what.
/// </summary>
internal static class FileContent
{
    public const string Pdf = "application/pdf", Jpeg = "image/jpeg", Png = "image/png", PlainText = "text/plain";
    private const int BlockSize = 64 * 1024, MaxSegment = 64 * 1024;
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    // What a picture needs to look as it does (PNG, third edition, 11); every other chunk is text, time, EXIF or unknown.
    private static readonly HashSet<string> PngChunks = new(StringComparer.Ordinal)
        { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "cICP", "acTL", "fcTL", "fdAT" };

    /// <summary>Copies a file, a picture without its metadata, and answers its type.</summary>
    /// <exception cref="UnreadableFileException">It is none of the types that are taken, or damaged.</exception>
    public static async Task<string> CopyAsync(Stream from, Stream to, CancellationToken ct)
    {
        var start = new byte[8];
        var length = await from.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, ct);
        if (length == 0) throw new UnreadableFileException();
        try
        {
            if (length == 8 && start.AsSpan().SequenceEqual(PngSignature))
            {
                await to.WriteAsync(start, ct);
                await CopyPngAsync(from, to, ct);
                return Png;
            }
            if (length == 8 && start is [0xFF, 0xD8, 0xFF, ..])
            {
                await to.WriteAsync(start.AsMemory(0, 2), ct);
                await CopyJpegAsync(new PrefixedReader(start.AsMemory(2), from), to, ct);
                return Jpeg;
            }
            if (length == 8 && start.AsSpan().StartsWith("%PDF-"u8))
            {
                await to.WriteAsync(start, ct);
                await CopyPdfAsync(from, to, ct);
                return Pdf;
            }
            await CopyTextAsync(start.AsMemory(0, length), from, to, ct);
            return PlainText;
        }
        catch (EndOfStreamException) { throw new UnreadableFileException(); }
    }

    private static async Task CopyPngAsync(Stream from, Stream to, CancellationToken ct)
    {
        var (head, isFirst) = (new byte[8], true);
        while (true)
        {
            await from.ReadExactlyAsync(head, ct);
            var (size, type) = (BinaryPrimitives.ReadUInt32BigEndian(head), Encoding.ASCII.GetString(head, 4, 4));
            if (size > int.MaxValue - 4 || isFirst != (type == "IHDR") || !type.All(char.IsAsciiLetter)) throw new UnreadableFileException();
            isFirst = false;
            var isKept = PngChunks.Contains(type);
            if (isKept) await to.WriteAsync(head, ct);
            // With its checksum.
            await CopyBytesAsync(from, isKept ? to : Stream.Null, (int)size + 4, ct);
            // What follows the end is no part of the picture.
            if (type == "IEND") return;
        }
    }

    private static async Task CopyJpegAsync(PrefixedReader from, Stream to, CancellationToken ct)
    {
        var segment = new byte[MaxSegment + 4];
        int? orientation = null;
        var isScanned = false;
        for (var marker = await from.MarkerAsync(ct); ;)
        {
            switch (marker)
            {
                case 0xD9:
                    if (!isScanned) throw new UnreadableFileException();
                    await to.WriteAsync(new byte[] { 0xFF, 0xD9 }, ct);
                    return;
                case 0xDA:
                    await WriteSegmentAsync(await from.SegmentAsync(marker, segment, ct));
                    isScanned = true;
                    marker = await from.CopyScanAsync(to, ct);
                    continue;
                case 0x01 or (>= 0xD0 and <= 0xD8): throw new UnreadableFileException();
            }
            var whole = await from.SegmentAsync(marker, segment, ct);
            if (marker == 0xE1) orientation ??= OrientationOf(whole.Span[4..]);
            // The picture is turned as the camera was held: that alone is kept of what the camera wrote, before the picture itself.
            if (orientation is > 1 and <= 8 && marker is not (>= 0xE0 and <= 0xEF or 0xFE))
            {
                await to.WriteAsync(Oriented(orientation.Value), ct);
                orientation = 1;
            }
            if (IsNeeded(marker, whole.Span[4..])) await WriteSegmentAsync(whole);
            marker = await from.MarkerAsync(ct);
        }

        ValueTask WriteSegmentAsync(ReadOnlyMemory<byte> whole) => to.WriteAsync(whole, ct);
    }

    // Of the application segments: JFIF without its thumbnail's owner, the colour profile, and Adobe's colour transform. No comments.
    private static bool IsNeeded(int marker, ReadOnlySpan<byte> data) => marker switch
    {
        0xE0 => data.StartsWith("JFIF\0"u8),
        0xE2 => data.StartsWith("ICC_PROFILE\0"u8),
        0xEE => data.StartsWith("Adobe"u8),
        >= 0xE0 and <= 0xEF or 0xFE => false,
        _ => true,
    };

    /// <summary>Which way up the picture is (EXIF, tag 0x0112); null when it is not said.</summary>
    private static int? OrientationOf(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith("Exif\0\0"u8) || data.Length < 14) return null;
        var tiff = data[6..];
        var little = tiff[0] == 'I';
        var at = UInt(tiff, 4, 4, little);
        if (at > tiff.Length - 2) return null;
        var entries = UInt(tiff, (int)at, 2, little);
        for (var i = 0; i < entries && at + 14 + i * 12 <= tiff.Length; i++)
        {
            var entry = (int)at + 2 + i * 12;
            if (UInt(tiff, entry, 2, little) == 0x0112) return (int)UInt(tiff, entry + 8, 2, little);
        }
        return null;
    }

    private static uint UInt(ReadOnlySpan<byte> data, int at, int size, bool little)
    {
        var bytes = data.Slice(at, size);
        return (size, little) switch
        {
            (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (_, true) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        };
    }

    // An EXIF segment with one entry: the orientation.
    private static byte[] Oriented(int orientation) =>
    [
        0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
    ];

    private static async Task CopyPdfAsync(Stream from, Stream to, CancellationToken ct)
    {
        // Where a reader looks for the end: in the last kilobyte.
        var (block, tail) = (new byte[BlockSize], Array.Empty<byte>());
        while (await from.ReadAsync(block, ct) is > 0 and var count)
        {
            await to.WriteAsync(block.AsMemory(0, count), ct);
            byte[] joined = [.. tail, .. block.AsSpan(0, count)];
            tail = joined.Length > 1024 ? joined[^1024..] : joined;
        }
        if (tail.AsSpan().IndexOf("%%EOF"u8) < 0) throw new UnreadableFileException();
    }

    /// <summary>UTF-8 that prints: anything else could be taken for something else by whoever opens it.</summary>
    private static async Task CopyTextAsync(ReadOnlyMemory<byte> start, Stream from, Stream to, CancellationToken ct)
    {
        var decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
        var (block, characters) = (new byte[BlockSize], new char[BlockSize + 1]);
        await TakeAsync(start);
        while (await from.ReadAsync(block, ct) is > 0 and var count) await TakeAsync(block.AsMemory(0, count));
        Check([], flush: true);

        async Task TakeAsync(ReadOnlyMemory<byte> bytes)
        {
            Check(bytes.Span, flush: false);
            await to.WriteAsync(bytes, ct);
        }

        void Check(ReadOnlySpan<byte> bytes, bool flush)
        {
            try
            {
                var count = decoder.GetChars(bytes, characters, flush);
                foreach (var c in characters.AsSpan(0, count))
                    if (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\f')) throw new UnreadableFileException();
            }
            catch (DecoderFallbackException) { throw new UnreadableFileException(); }
        }
    }

    private static async Task CopyBytesAsync(Stream from, Stream to, int count, CancellationToken ct)
    {
        for (var block = new byte[Math.Min(count, BlockSize)]; count > 0;)
        {
            var part = block.AsMemory(0, Math.Min(count, block.Length));
            await from.ReadExactlyAsync(part, ct);
            await to.WriteAsync(part, ct);
            count -= part.Length;
        }
    }

    /// <summary>Reads a JPEG's markers and segments, of which some bytes have been read already (ITU-T T.81, annex B).</summary>
    private sealed class PrefixedReader(ReadOnlyMemory<byte> prefix, Stream from)
    {
        private readonly byte[] _block = new byte[BlockSize];
        private ReadOnlyMemory<byte> _left = prefix;

        /// <summary>The next marker, which may have fill bytes before it.</summary>
        public async Task<int> MarkerAsync(CancellationToken ct)
        {
            if (await ByteAsync(ct) != 0xFF) throw new UnreadableFileException();
            int marker;
            do marker = await ByteAsync(ct);
            while (marker == 0xFF);
            return marker == 0 ? throw new UnreadableFileException() : marker;
        }

        /// <summary>A segment with its marker and length.</summary>
        public async Task<ReadOnlyMemory<byte>> SegmentAsync(int marker, byte[] buffer, CancellationToken ct)
        {
            (buffer[0], buffer[1]) = (0xFF, (byte)marker);
            (buffer[2], buffer[3]) = ((byte)await ByteAsync(ct), (byte)await ByteAsync(ct));
            var length = (buffer[2] << 8) | buffer[3];
            if (length < 2) throw new UnreadableFileException();
            for (var i = 4; i < length + 2; i++) buffer[i] = (byte)await ByteAsync(ct);
            return buffer.AsMemory(0, length + 2);
        }

        /// <summary>Copies the coded picture up to the next marker that is none of its own, and answers that.</summary>
        public async Task<int> CopyScanAsync(Stream to, CancellationToken ct)
        {
            while (true)
            {
                if (_left.IsEmpty) await FillAsync(ct);
                var at = _left.Span.IndexOf((byte)0xFF);
                var plain = at < 0 ? _left : _left[..at];
                await to.WriteAsync(plain, ct);
                _left = _left[plain.Length..];
                if (at < 0) continue;
                await ByteAsync(ct);
                int next;
                do next = await ByteAsync(ct);
                while (next == 0xFF);
                // A stuffed zero and restart markers belong to the picture.
                if (next is not (0 or (>= 0xD0 and <= 0xD7))) return next;
                await to.WriteAsync(new byte[] { 0xFF, (byte)next }, ct);
            }
        }

        private async ValueTask<int> ByteAsync(CancellationToken ct)
        {
            if (_left.IsEmpty) await FillAsync(ct);
            var value = _left.Span[0];
            _left = _left[1..];
            return value;
        }

        private async Task FillAsync(CancellationToken ct)
        {
            var count = await from.ReadAsync(_block, ct);
            if (count == 0) throw new EndOfStreamException();
            _left = _block.AsMemory(0, count);
        }
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Avvik.Statistics.Documents.Charts;

/// <summary>
/// A white picture to fill areas of, with smooth edges, and its PNG (ISO/IEC 15948). No clock and no chance: the same areas are the same bytes.
/// </summary>
/// <param name="times">Points of the picture for each of what is drawn.</param>
internal sealed class Picture(int width, int height, int times)
{
    private readonly byte[] _points = [.. Enumerable.Repeat((byte)255, width * height * 3)];

    /// <summary>Fills what lies within the lines, each closed; one inside another, the other way round, is a hole.</summary>
    public void Fill(IReadOnlyList<(double X, double Y)[]> lines, string colour)
    {
        var edges = lines.SelectMany(l => l.Select((p, i) => (A: p, B: l[(i + 1) % l.Length]))).Where(e => e.A.Y != e.B.Y)
            .Select(e => (X1: e.A.X * times, Y1: e.A.Y * times, X2: e.B.X * times, Y2: e.B.Y * times)).ToList();
        if (edges.Count == 0) return;
        // Each row of points is crossed by four lines, and what lies between two crossings is measured exactly along it.
        const int crossings = 4;
        var ink = Convert.FromHexString(colour.AsSpan(1));
        var (first, last) = ((int)Math.Max(0, edges.Min(e => Math.Min(e.Y1, e.Y2))), (int)Math.Min(height - 1, edges.Max(e => Math.Max(e.Y1, e.Y2))));
        for (var y = first; y <= last; y++)
        {
            var covered = new double[width];
            for (var n = 0; n < crossings; n++)
            {
                var at = y + (n + 0.5) / crossings;
                var met = edges.Where(e => (e.Y1 <= at) != (e.Y2 <= at))
                    .Select(e => (X: e.X1 + (at - e.Y1) * (e.X2 - e.X1) / (e.Y2 - e.Y1), Way: e.Y1 < e.Y2 ? 1 : -1)).OrderBy(m => m.X).ToList();
                for (var (i, inside) = (0, 0); i < met.Count - 1; i++)
                {
                    inside += met[i].Way;
                    if (inside != 0) Cover(covered, met[i].X, met[i + 1].X, 1.0 / crossings);
                }
            }
            for (var x = 0; x < width; x++)
                if (covered[x] > 0)
                    for (var part = 0; part < 3; part++)
                    {
                        ref var point = ref _points[3 * (y * width + x) + part];
                        point = (byte)Math.Round(point + (ink[part] - point) * Math.Min(1, covered[x]));
                    }
        }
    }

    public byte[] Encode()
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2); // eight bits each of red, green and blue
        Chunk(file, "IHDR", header);
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(_points, 3 * y * width, 3 * width);
            }
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private void Cover(double[] covered, double from, double to, double much)
    {
        (from, to) = (Math.Max(0, from), Math.Min(width, to));
        for (var x = (int)from; x < to && x < width; x++) covered[x] += much * (Math.Min(to, x + 1) - Math.Max(from, x));
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Checksum(chunk.AsSpan(4, 4 + data.Length)));
        file.Write(chunk);
    }

    // CRC-32 as PNG has it.
    private static uint Checksum(ReadOnlySpan<byte> of)
    {
        var sum = 0xFFFFFFFFu;
        foreach (var part in of)
        {
            sum ^= part;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) > 0 ? (sum >> 1) ^ 0xEDB88320u : sum >> 1;
        }
        return ~sum;
    }
}

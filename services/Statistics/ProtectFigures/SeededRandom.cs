using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>The same numbers for the same seed, and not to be foretold without it: SHA-256 of the seed and a counter.</summary>
internal sealed class SeededRandom(byte[] seed)
{
    private readonly byte[] _input = [.. seed, .. new byte[sizeof(long)]];
    private readonly byte[] _block = new byte[SHA256.HashSizeInBytes];
    private int _used = SHA256.HashSizeInBytes;
    private long _counter;

    /// <summary>From 0 to one less than <paramref name="below"/>.</summary>
    public int Next(int below)
    {
        if (_used == _block.Length)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_input.AsSpan(seed.Length), _counter++);
            SHA256.HashData(_input, _block);
            _used = 0;
        }
        var number = BinaryPrimitives.ReadUInt32LittleEndian(_block.AsSpan(_used));
        _used += sizeof(uint);
        return (int)((ulong)number * (uint)below >> 32);
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}

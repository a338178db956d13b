using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>The same numbers for the same seed, and not to be foretold without it: AES-256 in counter mode, with the SHA-256 of the seed as its key.</summary>
internal sealed class SeededRandom(byte[] seed)
{
    private const int BlockBytes = 16;

    private readonly byte[] _key = SHA256.HashData(seed);
    // 256 numbers at a time: a search takes millions.
    private readonly byte[] _counters = new byte[64 * BlockBytes], _numbers = new byte[64 * BlockBytes];
    private int _used = 64 * BlockBytes;
    private long _counter;

    /// <summary>From 0 to one less than <paramref name="below"/>.</summary>
    public int Next(int below)
    {
        if (_used == _numbers.Length) Fill();
        var number = BinaryPrimitives.ReadUInt32LittleEndian(_numbers.AsSpan(_used));
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

    private void Fill()
    {
        for (var at = 0; at < _counters.Length; at += BlockBytes) BinaryPrimitives.WriteInt64LittleEndian(_counters.AsSpan(at), _counter++);
        using var aes = Aes.Create();
        aes.SetKey(_key);
        // Each block is another counter, so the same block never comes twice.
        aes.EncryptEcb(_counters, _numbers, PaddingMode.None);
        _used = 0;
    }
}

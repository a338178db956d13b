using System.Buffers.Binary;

namespace Avvik.Triage.Assessments;

/// <summary>
/// Similarity of two texts without storing their words: of the hashes of all pairs of neighbouring words under sixteen keyed functions, the
/// smallest (MinHash, Broder 1997). The share of equal minima estimates the share of pairs that the texts have in common.
/// </summary>
internal static class Similarity
{
    public const int Functions = 16;
    /// <summary>Similarity from which two texts seem to report the same event; unrelated texts never reach it.</summary>
    public const double Same = 0.5;

    // Odd multipliers, one for each function.
    private static readonly ulong[] Multipliers = [.. Enumerable.Range(1, Functions).Select(i => Mix(0x9E3779B97F4A7C15UL * (ulong)i) | 1)];

    /// <summary>The seed of this installation.</summary>
    public static ulong SeedOf(TextProtection.TextProtector texts) => texts.Seed("likeness");

    /// <summary>Four bytes for each function. The seed is a secret: without it nobody can test words against a signature.</summary>
    public static byte[] SignatureOf(string text, ulong seed)
    {
        Span<uint> minima = stackalloc uint[Functions];
        minima.Fill(uint.MaxValue);
        var (word, before, length) = (seed, 0UL, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                word = (word ^ char.ToLowerInvariant(text[i])) * 0x100000001B3UL;
                length++;
            }
            else if (length > 0)
            {
                if (before != 0) Take(Mix(before * 31 + word), minima);
                (before, word, length) = (word, seed, 0);
            }
        }
        var sketch = new byte[Functions * sizeof(uint)];
        for (var f = 0; f < Functions; f++) BinaryPrimitives.WriteUInt32LittleEndian(sketch.AsSpan(f * sizeof(uint)), minima[f]);
        return sketch;
    }

    /// <summary>0 (nothing in common) to 1.</summary>
    public static double Of(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length) return 0;
        var equal = 0;
        for (var at = 0; at < a.Length; at += sizeof(uint))
            // A text of a single word has no pair, and is similar to nothing.
            if (BinaryPrimitives.ReadUInt32LittleEndian(a[at..]) is not uint.MaxValue and var minimum
                && minimum == BinaryPrimitives.ReadUInt32LittleEndian(b[at..])) equal++;
        return (double)equal / Functions;
    }

    private static void Take(ulong pair, Span<uint> minima)
    {
        for (var f = 0; f < Functions; f++)
        {
            var hash = (uint)(pair * Multipliers[f] >> 32);
            if (hash < minima[f]) minima[f] = hash;
        }
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}

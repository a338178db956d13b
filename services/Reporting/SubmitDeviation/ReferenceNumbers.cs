using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Avvik.TextProtection;

namespace Avvik.Reporting.SubmitDeviation;

/// <summary>
/// Reference numbers in an order that only the key knows: from two of them nobody can tell how many others reported in between. Each of a year's numbers is
/// given once: the order is a permutation, a Feistel network of 24 bits that is walked until the number has seven digits.
/// </summary>
internal sealed class ReferenceNumbers(TextProtector texts)
{
    private const int Rounds = 8, HalfBits = 12, HalfMask = (1 << HalfBits) - 1, First = 1_000_000, Numbers = 9_000_000;

    private readonly ulong _seed = texts.Seed("reference numbers");
    // Every value of every round of a year, as a hash for each would be most of what a number costs.
    private readonly ConcurrentDictionary<int, ushort[]> _rounds = [];

    /// <summary>The n-th reference of a year, from 1: <c>AVV-2026-4830112</c>.</summary>
    public string Of(int year, int n)
    {
        var number = n % Numbers;
        var rounds = _rounds.GetOrAdd(year, RoundsOf);
        do number = Permute(rounds, number);
        while (number >= Numbers);
        return string.Create(CultureInfo.InvariantCulture, $"AVV-{year}-{First + number}");
    }

    private static int Permute(ushort[] rounds, int number)
    {
        var (left, right) = (number >> HalfBits, number & HalfMask);
        for (var round = 0; round < Rounds; round++) (left, right) = (right, left ^ rounds[(round << HalfBits) | right]);
        return (left << HalfBits) | right;
    }

    private ushort[] RoundsOf(int year) =>
        [.. Enumerable.Range(0, Rounds << HalfBits).Select(at => Mix(year, at >> HalfBits, at & HalfMask))];

    private ushort Mix(int year, int round, int half)
    {
        Span<byte> input = stackalloc byte[20], hash = stackalloc byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(input, _seed);
        BinaryPrimitives.WriteInt32LittleEndian(input[8..], year);
        BinaryPrimitives.WriteInt32LittleEndian(input[12..], round);
        BinaryPrimitives.WriteInt32LittleEndian(input[16..], half);
        SHA256.HashData(input, hash);
        return (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(hash) & HalfMask);
    }
}

using System.Buffers.Binary;
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

    /// <summary>The n-th reference of a year, from 1: <c>AVV-2026-4830112</c>.</summary>
    public string Of(int year, int n)
    {
        var number = n % Numbers;
        do number = Permute(year, number);
        while (number >= Numbers);
        return string.Create(CultureInfo.InvariantCulture, $"AVV-{year}-{First + number}");
    }

    private int Permute(int year, int number)
    {
        var (left, right) = (number >> HalfBits, number & HalfMask);
        for (var round = 0; round < Rounds; round++) (left, right) = (right, left ^ Mix(year, round, right));
        return (left << HalfBits) | right;
    }

    private int Mix(int year, int round, int half)
    {
        Span<byte> input = stackalloc byte[20], hash = stackalloc byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(input, _seed);
        BinaryPrimitives.WriteInt32LittleEndian(input[8..], year);
        BinaryPrimitives.WriteInt32LittleEndian(input[12..], round);
        BinaryPrimitives.WriteInt32LittleEndian(input[16..], half);
        SHA256.HashData(input, hash);
        return BinaryPrimitives.ReadUInt16LittleEndian(hash) & HalfMask;
    }
}

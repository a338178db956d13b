using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Avvik.DevIdentity;

/// <summary>A synthetic person number in the tax authority's form for tests: month plus 80. The same name always gets the same number.</summary>
internal static class SyntheticPersonNumber
{
    private static readonly int[] First = [3, 7, 6, 1, 8, 9, 4, 5, 2], Second = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

    public static string Of(string name)
    {
        var seed = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        // Born in the seventies, whose individual numbers are 000 to 499; one in eleven has no control digits.
        for (; ; seed++)
        {
            var digits = string.Create(CultureInfo.InvariantCulture, $"{1 + seed % 28:00}{81 + seed / 28 % 12}{70 + seed / 400 % 10}{seed / 7 % 500:000}");
            if (Control(digits, First) is { } first && Control(digits + first, Second) is { } second) return digits + first + second;
        }
    }

    private static char? Control(string digits, int[] weights) =>
        (11 - digits.Select((d, i) => (d - '0') * weights[i]).Sum() % 11) switch { 10 => null, 11 => '0', var digit => (char)('0' + digit) };
}

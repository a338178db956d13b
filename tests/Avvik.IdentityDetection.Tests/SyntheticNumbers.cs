namespace Avvik.IdentityDetection.Tests;

/// <summary>
/// Generates person numbers that no one has: with the months of synthetic numbers, or felles hjelpenummer. Ordinary fødselsnummer are not generated;
/// the tests use a few published ones.
/// </summary>
internal static class SyntheticNumbers
{
    public static readonly string[] Kinds = ["tenor", "dolly", "dnr-tenor", "dnr-dolly", "hnr", "fhn"];

    /// <param name="random">Seeded, so that a failure can be repeated.</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="newRuleOnly">A first control digit that only the rule from 2032 accepts.</param>
    public static string Next(Random random, string kind, bool newRuleOnly)
    {
        while (true)
        {
            var day = random.Next(1, 29) + (kind.StartsWith("dnr", StringComparison.Ordinal) ? 40 : 0);
            var offset = kind.EndsWith("tenor", StringComparison.Ordinal) ? 80 : kind.EndsWith("dolly", StringComparison.Ordinal) ? 65 : 40;
            var month = random.Next(1, 13) + offset;
            var nine = kind == "fhn"
                ? $"{random.Next(8, 10)}{random.Next(100_000_000):00000000}"
                : $"{day:00}{month:00}{random.Next(100):00}{random.Next(1000):000}";

            var first = (11 - (Sum(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
            // The rule from 2032: the control sum may also leave a remainder of 1, 2 or 3.
            if (newRuleOnly) first = (first + random.Next(1, 4)) % 11;
            var second = (11 - (Sum($"{nine}{first % 10}", [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
            if (first < 10 && second < 10) return $"{nine}{first}{second}";
        }
    }

    private static int Sum(string digits, int[] weights) => weights.Select((w, i) => w * (digits[i] - '0')).Sum();
}

using Avvik.Client;

namespace Avvik.Testing;

/// <summary>Patients that no one is: their numbers have the months of synthetic numbers (80 added), and control digits by the old rule.</summary>
public static class SyntheticPatients
{
    /// <summary>The first of them, always the same ones and each another.</summary>
    public static IReadOnlyList<Patient> Take(int count, int skip = 0) =>
        [.. All().Skip(skip).Take(count).Select(number => new Patient { IdentifierType = "fnr", Identifier = number })];

    private static IEnumerable<string> All()
    {
        for (var year = 50; year < 100; year++)
            for (var month = 81; month <= 92; month++)
                for (var day = 1; day <= 28; day++)
                    for (var individual = 100; individual < 110; individual++)
                        if (WithControlDigits($"{day:00}{month}{year:00}{individual}") is { } number) yield return number;
    }

    private static string? WithControlDigits(string nine)
    {
        var first = Digit(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2]);
        if (first == 10) return null;
        var second = Digit($"{nine}{first}", [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
        return second == 10 ? null : $"{nine}{first}{second}";
    }

    private static int Digit(string digits, int[] weights) => (11 - digits.Zip(weights, (digit, weight) => (digit - '0') * weight).Sum() % 11) % 11;
}

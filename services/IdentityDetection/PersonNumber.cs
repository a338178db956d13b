namespace Avvik.IdentityDetection;

/// <summary>
/// Validates Norwegian person numbers. Birth date, age, century and gender must not be derived from a number: numbers issued from 2032 do not
/// contain them.
/// </summary>
public static class PersonNumber
{
    private static ReadOnlySpan<byte> FirstWeights => [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
    private static ReadOnlySpan<byte> SecondWeights => [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

    /// <param name="elevenDigits">ASCII digits only, without separators.</param>
    /// <param name="identifierType"><c>fnr</c>, <c>dnr</c>, <c>hnr</c> or <c>fhn</c>; null for any of them.</param>
    public static bool IsValid(ReadOnlySpan<char> elevenDigits, string? identifierType)
    {
        if (elevenDigits.Length != 11 || elevenDigits.ContainsAnyExceptInRange('0', '9')) return false;
        var type = TypeOf(elevenDigits);
        return type is not null && (identifierType is null || identifierType == type)
            // A remainder of 0 is the old rule. Numbers issued from 2032 may also have 1, 2 or 3; both rules are valid at the same time.
            && Sum(elevenDigits, FirstWeights) % 11 <= 3
            && Sum(elevenDigits, SecondWeights) % 11 == 0;
    }

    private static string? TypeOf(ReadOnlySpan<char> number)
    {
        // A felles hjelpenummer contains no date.
        if (number[0] >= '8') return "fhn";

        var type = "fnr";
        int day = Pair(number, 0), month = Pair(number, 2), year = Pair(number, 4);
        if (day > 40)
        {
            type = "dnr";
            day -= 40;
        }
        // Synthetic numbers have 80 (Tenor) or 65 (Dolly) added to the month, also synthetic D-numbers; Dolly also has D-numbers with 40.
        if (month > 80) month -= 80;
        else if (month > 65) month -= 65;
        else if (month > 40)
        {
            if (type == "fnr") type = "hnr";
            month -= 40;
        }
        // The century is unknown, so every fourth year counts as a leap year, as in this century.
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(2000 + year, month) ? type : null;
    }

    private static int Pair(ReadOnlySpan<char> digits, int at) => ((digits[at] - '0') * 10) + digits[at + 1] - '0';

    private static int Sum(ReadOnlySpan<char> digits, ReadOnlySpan<byte> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++) sum += (digits[i] - '0') * weights[i];
        return sum;
    }
}

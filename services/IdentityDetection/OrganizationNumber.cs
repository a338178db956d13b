namespace Avvik.IdentityDetection;

public static class OrganizationNumber
{
    private static ReadOnlySpan<byte> Weights => [3, 2, 7, 6, 5, 4, 3, 2, 1];

    /// <param name="nineDigits">ASCII digits only, without separators.</param>
    public static bool IsValid(ReadOnlySpan<char> nineDigits)
    {
        if (nineDigits.Length != 9 || nineDigits.ContainsAnyExceptInRange('0', '9') || nineDigits[0] == '0') return false;
        var sum = 0;
        for (var i = 0; i < Weights.Length; i++) sum += (nineDigits[i] - '0') * Weights[i];
        return sum % 11 == 0;
    }
}

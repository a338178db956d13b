using System.Collections.Frozen;

namespace Avvik.Hosting.FreeTexts;

/// <summary>A municipality's number (SSB, Klass 131): four digits, of which the first two are its county's.</summary>
public static class MunicipalityNumber
{
    // Counties since 2024-01-01 (SSB, Klass 104), and Svalbard, Jan Mayen and the continental shelf.
    private static readonly FrozenSet<string> Counties =
        FrozenSet.Create("03", "11", "15", "18", "21", "22", "23", "31", "32", "33", "34", "39", "40", "42", "46", "50", "55", "56");

    /// <summary>True for four digits in a county that exists, whether or not the municipality is a party.</summary>
    public static bool IsValid(string number) => number.Length == 4 && number.All(char.IsAsciiDigit) && Counties.Contains(number[..2]);
}

using System.Buffers;

namespace Avvik.IdentityDetection;

/// <summary>
/// Finds what identifies a person in free text: person numbers, HPR numbers, telephones and e-mail addresses.
/// A missed person number is a leak and a false one a refused report, so numbers with control digits are found in
/// any writing, and the rest only where the words or the grouping around them say what they are (README).
/// </summary>
public static class IdentityDetector
{
    // Digits of every script: people paste, and a full-width or Arabic-Indic number identifies as well as another.
    private static readonly SearchValues<char> s_starts = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(char.IsDigit), '@', '＠']);

    /// <returns>The findings by offset, none overlapping another.</returns>
    public static IReadOnlyList<IdentityFinding> Find(string text)
    {
        var position = text.AsSpan().IndexOfAny(s_starts);
        if (position < 0) return [];

        var scan = new IdentityScan(text, stackalloc char[IdentityScan.Window], stackalloc int[IdentityScan.Window], stackalloc Gap[IdentityScan.Window]);
        while (position < text.Length)
        {
            var step = text.AsSpan(position).IndexOfAny(s_starts);
            if (step < 0) break;
            position = scan.Step(position + step);
        }
        return scan.Findings;
    }

    /// <summary>
    /// What may identify, and what only a person can judge: names beside words for people, birth dates, addresses. Precision first: what is found
    /// makes a deviation wait for a coordinator.
    /// </summary>
    /// <returns>The findings by offset, none overlapping another.</returns>
    public static IReadOnlyList<IdentityFinding> FindPossible(string text) => new PossibleIdentityScan(text).Find();
}

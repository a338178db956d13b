using System.Buffers;
using System.Text.RegularExpressions;

namespace Avvik.IdentityDetection;

/// <summary>
/// Finds what identifies a person in free text: person numbers, HPR numbers, telephones and e-mail addresses.
/// A missed person number is a leak and a false one a refused report, so numbers with control digits are found in
/// any writing, and the rest only where the words or the grouping around them say what they are (README).
/// </summary>
public static partial class IdentityDetector
{
    private static readonly SearchValues<char> s_starts = SearchValues.Create("0123456789@");

    /// <param name="text">Any text; it is normalized first, so that other writings of the same characters hide nothing.</param>
    /// <returns>The findings by offset in the text as given, none overlapping another.</returns>
    public static IReadOnlyList<IdentityFinding> Find(string text)
    {
        var normalized = NormalizedText.Of(text);
        var plain = normalized.Text;
        var position = plain.AsSpan().IndexOfAny(s_starts);
        if (position < 0) return [];

        var scan = new IdentityScan(plain, stackalloc char[IdentityScan.Window], stackalloc int[IdentityScan.Window], stackalloc Gap[IdentityScan.Window]);
        while (position < plain.Length)
        {
            var step = plain.AsSpan(position).IndexOfAny(s_starts);
            if (step < 0) break;
            position = scan.Step(position + step);
        }
        List<IdentityFinding>? others = null;
        var groups = DigitGroup.In(plain, stackalloc DigitGroup[64]);
        SplitPersonNumbers.Find(plain, groups, ref others);
        OtherPersonalNumbers.Find(plain, groups, ref others);
        if (others is null && scan.Findings.Count == 0) return [];
        return [.. OutsideUuids(plain, others is null ? scan.Findings : Merge(scan.Findings, others)).Select(normalized.InOriginal)];
    }

    /// <summary>
    /// Senders give their references as UUIDs, and one in some thousands has digits that look like a person's number. A token with all 32 hexadecimal
    /// digits and a letter among them is no writing of a number.
    /// </summary>
    private static IEnumerable<IdentityFinding> OutsideUuids(string plain, IEnumerable<IdentityFinding> found)
    {
        var uuids = Uuid().Matches(plain);
        return uuids.Count == 0 ? found : found.Where(f => !uuids.Any(u => f.Offset >= u.Index && f.Offset + f.Length <= u.Index + u.Length));
    }

    [GeneratedRegex(@"(?<![0-9A-Za-z])(?=[0-9-]*[A-Fa-f])[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}(?![0-9A-Za-z])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Uuid();

    /// <summary>Of two that overlap, the surer stays: a person number with its control digits, then what has a name or a control, then a telephone.</summary>
    private static IEnumerable<IdentityFinding> Merge(IReadOnlyList<IdentityFinding> scanned, List<IdentityFinding> others)
    {
        var kept = new List<IdentityFinding>();
        foreach (var found in scanned.Where(f => f.Kind == IdentityKind.PersonNumber).Concat(others).Concat(scanned.Where(f => f.Kind != IdentityKind.PersonNumber)))
            if (!kept.Exists(k => k.Offset < found.Offset + found.Length && found.Offset < k.Offset + k.Length)) kept.Add(found);
        return kept.OrderBy(f => f.Offset);
    }

    /// <summary>
    /// What may identify, and what only a person can judge: names beside words for people, birth dates, addresses. Precision first: what is found
    /// makes a deviation wait for a coordinator.
    /// </summary>
    /// <returns>The findings by offset, none overlapping another.</returns>
    public static IReadOnlyList<IdentityFinding> FindPossible(string text)
    {
        var normalized = NormalizedText.Of(text);
        return [.. new PossibleIdentityScan(normalized.Text).Find().Select(normalized.InOriginal)];
    }
}

using System.Buffers;
using System.Text.RegularExpressions;

namespace Avvik.IdentityDetection;

/// <summary>
/// Finds what identifies a person in free text: person numbers, HPR numbers, telephone numbers, e-mail addresses and others (README). A missed person
/// number is a leak and a false one a refused report, so numbers with control digits are found in any notation, and the others only where words or
/// grouping show what they are.
/// </summary>
public static partial class IdentityDetector
{
    private static readonly SearchValues<char> s_starts = SearchValues.Create("0123456789@");

    /// <param name="text">Any text; it is normalized first, so that variants of the same characters hide nothing.</param>
    /// <returns>The findings by offset in the given text, without overlaps.</returns>
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
    /// Senders use UUIDs as references, and one in some thousands contains the digits of a valid person number. A token of 32 hexadecimal digits with
    /// at least one letter is a UUID and not a number.
    /// </summary>
    private static IEnumerable<IdentityFinding> OutsideUuids(string plain, IEnumerable<IdentityFinding> found)
    {
        var uuids = Uuid().Matches(plain);
        return uuids.Count == 0 ? found : found.Where(f => !uuids.Any(u => f.Offset >= u.Index && f.Offset + f.Length <= u.Index + u.Length));
    }

    [GeneratedRegex(@"(?<![0-9A-Za-z])(?=[0-9-]*[A-Fa-f])[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}(?![0-9A-Za-z])",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Uuid();

    /// <summary>Of two overlapping findings the more certain is kept: person numbers first, then the other rules, then the scan's other kinds.</summary>
    private static IEnumerable<IdentityFinding> Merge(IReadOnlyList<IdentityFinding> scanned, List<IdentityFinding> others)
    {
        var kept = new List<IdentityFinding>();
        var byCertainty = scanned.Where(f => f.Kind == IdentityKind.PersonNumber)
            .Concat(others)
            .Concat(scanned.Where(f => f.Kind != IdentityKind.PersonNumber));
        foreach (var found in byCertainty)
            if (!kept.Exists(k => k.Offset < found.Offset + found.Length && found.Offset < k.Offset + k.Length)) kept.Add(found);
        return kept.OrderBy(f => f.Offset);
    }

    /// <summary>
    /// Finds what may identify and only a person can judge: names, birth dates, addresses. Favours precision over recall, since each finding makes a
    /// deviation wait for a coordinator.
    /// </summary>
    /// <returns>The findings by offset in the given text, without overlaps.</returns>
    public static IReadOnlyList<IdentityFinding> FindPossible(string text)
    {
        var normalized = NormalizedText.Of(text);
        return [.. new PossibleIdentityScan(normalized.Text).Find().Select(normalized.InOriginal)];
    }
}

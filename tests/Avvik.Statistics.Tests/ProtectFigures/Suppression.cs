namespace Avvik.Statistics.Tests.ProtectFigures;

/// <summary>
/// What rounding is compared with: small counts are hidden in every table of two properties and their sums, and more until no hidden one is alone in its row
/// or column, the smallest first, as GaussSuppression and tau-Argus do for one table at a time.
/// </summary>
internal sealed class Suppression
{
    private const int Threshold = 5;

    /// <param name="counts">The whole, the counts by one property and those by two, by cell.</param>
    public Suppression(IReadOnlyDictionary<string, int> counts)
    {
        Counts = counts;
        Hidden = [.. counts.Where(c => c.Value is > 0 and < Threshold).Select(c => c.Key)];
        Lines = [.. LinesOf(counts.Keys.ToList())];
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var line in Lines.Where(l => l.Cells.Count(Hidden.Contains) == 1 && !Hidden.Contains(l.Sum)))
                if (line.Cells.Where(c => !Hidden.Contains(c) && counts[c] > 0).MinBy(c => counts[c]) is { } other) changed |= Hidden.Add(other);
                else changed |= Hidden.Add(line.Sum);
        }
    }

    public IReadOnlyDictionary<string, int> Counts { get; }

    public HashSet<string> Hidden { get; }

    /// <summary>What adds up to what.</summary>
    public IReadOnlyList<(string Sum, string[] Cells)> Lines { get; }

    /// <summary>What a reader would put in place of a hidden count: an equal part of what its first line lacks.</summary>
    public double Guess(string cell) => Lines.FirstOrDefault(l => l.Cells.Contains(cell) && !Hidden.Contains(l.Sum)) is { Cells: { } cells } line
        ? (Counts[line.Sum] - cells.Where(c => !Hidden.Contains(c)).Sum(c => Counts[c])) / (double)cells.Count(Hidden.Contains) : Threshold / 2.0;

    private static IEnumerable<(string Sum, string[] Cells)> LinesOf(List<string> cells)
    {
        foreach (var table in cells.Where(c => c != "all" && !c.Contains(' ', StringComparison.Ordinal)).GroupBy(c => c.Split(':')[0]))
            yield return ("all", [.. table]);
        foreach (var table in cells.Where(c => c.Contains(' ', StringComparison.Ordinal))
            .GroupBy(c => string.Join(' ', c.Split(' ').Select(part => part.Split(':')[0]))))
            foreach (var side in new[] { 0, 1 })
                foreach (var line in table.GroupBy(c => c.Split(' ')[side])) yield return (line.Key, [.. line]);
    }
}

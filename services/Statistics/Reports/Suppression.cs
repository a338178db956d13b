namespace Avvik.Statistics.Reports;

/// <summary>What hiding cost.</summary>
/// <param name="Primary">Cells hidden because they are small.</param>
/// <param name="Complementary">Cells hidden so that those cannot be computed.</param>
/// <param name="Folded">Divisions of which no part is shown.</param>
/// <param name="Bound">At least so many complementary cells any method needs: one for each division whose small cells do not protect each other.</param>
internal sealed record SuppressionLoss(int Primary, int Complementary, int Folded, int Bound);

/// <summary>
/// Decides which numbers of a tree of divisions are hidden so that none of them can be narrowed to an interval narrower than the threshold.
/// </summary>
/// <remarks>
/// All tables hang in one tree: each divides a number that stands in another (the whole, a region, a direction). Whatever values the parts of two
/// divisions of the same number have, there is a population that has both: so what can be computed of hidden cells is, exactly, what follows from
/// each division alone. Of a shown number and its parts that is one sum: the hidden parts together are known (R), each is at least what is seen
/// below it (l), and so each can be anything from l to l + (R - the sum of all l). That difference is what must not be under the threshold.
/// </remarks>
internal static class Suppression
{
    /// <param name="kept">What must stay hidden: it was in an earlier version, or in a quarter of the year.</param>
    public static SuppressionLoss Protect(Cell whole, int threshold, IReadOnlySet<string> kept)
    {
        var bound = 0;
        if (IsSmall(whole.Count, threshold)) HideBelow(whole);
        else Divide(whole, threshold, kept, ref bound);
        return LossOf(whole, threshold) with { Bound = bound };
    }

    /// <summary>All that is hidden, to be kept so.</summary>
    public static IEnumerable<string> Hidden(Cell whole)
    {
        if (whole.Hidden) yield return whole.Key;
        foreach (var division in whole.Divisions)
        {
            if (division.Folded) yield return FoldKey(whole, division);
            else foreach (var key in division.Cells.SelectMany(Hidden)) yield return key;
        }
    }

    private static void Divide(Cell parent, int threshold, IReadOnlySet<string> kept, ref int bound)
    {
        foreach (var division in parent.Divisions)
        {
            // Of parts that overlap the rest is known too: a rest that is small points at those it is made of.
            var hidden = division.Cells.Where(c => c.Count > 0
                && (IsSmall(c.Count, threshold) || (division.Overlaps && IsSmall(parent.Count - c.Count, threshold)) || kept.Contains(c.Key))).ToList();
            var holds = division.Overlaps ? hidden.Count == 0 || parent.Count >= 2 * threshold : Complete(division, hidden, threshold, ref bound);
            if (!holds || kept.Contains(FoldKey(parent, division)))
            {
                Fold(division);
                continue;
            }
            foreach (var cell in division.Cells)
            {
                if (hidden.Contains(cell)) HideBelow(cell);
                else Divide(cell, threshold, kept, ref bound);
            }
        }
    }

    /// <summary>Adds what must be hidden too; false when all of it would not be enough.</summary>
    private static bool Complete(Division division, List<Cell> hidden, int threshold, ref int bound)
    {
        if (hidden.Count > 0 && !Holds([])) bound++;
        while (hidden.Count > 0 && !Holds([]))
        {
            var others = division.Cells.Where(c => c.Count > 0 && !hidden.Contains(c)).OrderBy(c => c.Count).ThenBy(c => c.Key, StringComparer.Ordinal).ToList();
            // The smallest that is enough; else the one that brings it nearest.
            if ((others.Find(c => Holds([c])) ?? others.MaxBy(c => c.Count - c.Least)) is not { } next) return false;
            hidden.Add(next);
        }
        return true;

        bool Holds(Cell[] more) => hidden.Count + more.Length >= 2 && hidden.Concat(more).Sum(c => c.Count - c.Least) >= threshold;
    }

    private static void HideBelow(Cell cell)
    {
        if (cell.Count == 0) return;
        cell.Hidden = true;
        foreach (var below in cell.Divisions.SelectMany(d => d.Cells)) HideBelow(below);
    }

    private static void Fold(Division division)
    {
        division.Folded = true;
        foreach (var cell in division.Cells)
        {
            cell.Hidden = true;
            foreach (var below in cell.Divisions) Fold(below);
        }
    }

    private static SuppressionLoss LossOf(Cell cell, int threshold)
    {
        var loss = new SuppressionLoss(cell.Hidden && cell.Count < threshold ? 1 : 0, cell.Hidden && cell.Count >= threshold ? 1 : 0, cell.Divisions.Count(d => d.Folded), 0);
        foreach (var below in cell.Divisions.Where(d => !d.Folded).SelectMany(d => d.Cells).Select(c => LossOf(c, threshold)))
            loss = loss with { Primary = loss.Primary + below.Primary, Complementary = loss.Complementary + below.Complementary, Folded = loss.Folded + below.Folded };
        return loss;
    }

    private static string FoldKey(Cell parent, Division division) => $"{parent.Key}/{division.Table}";

    private static bool IsSmall(long count, int threshold) => count > 0 && count < threshold;
}

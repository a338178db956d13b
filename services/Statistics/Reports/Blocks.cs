namespace Avvik.Statistics.Reports;

/// <summary>
/// Tables across two divisions whose sums are known from elsewhere, as region × category is. There hiding single numbers does not hold: so a column
/// is shown for every row or for none, and what is not shown stands as one sum in each row. Of such a block all that can be known of a number is what
/// its row and column leave it (Fréchet): from row + column - all, or nothing, to the lesser of the two; and that is exact.
/// </summary>
internal static class Blocks
{
    /// <summary>Which columns may be shown; <paramref name="hidden"/> are those that must not be, since their sums are hidden elsewhere. Null: the table must not be shown at all.</summary>
    public static bool[]? Shown(IReadOnlyList<long[]> rows, bool[] hidden, int threshold)
    {
        var columns = hidden.Length;
        long[] sums = [.. Enumerable.Range(0, columns).Select(c => rows.Sum(r => r[c]))];
        bool[] shown = [.. Enumerable.Range(0, columns).Select(c => !hidden[c] && rows.All(r => r[c] == 0 || r[c] >= threshold))];
        while (true)
        {
            int[] block = [.. Enumerable.Range(0, columns).Where(c => !shown[c] && sums[c] > 0)];
            long[] rest = [.. rows.Select(r => block.Sum(c => r[c]))];
            var all = rest.Sum();
            if (rest.All(r => r == 0 || r >= threshold) && block.All(c => rows.Index().All(r => r.Item[c] == 0
                || Math.Min(rest[r.Index], sums[c]) - Math.Max(0, rest[r.Index] + sums[c] - all) >= threshold))) return shown;
            if (Enumerable.Range(0, columns).Where(c => shown[c] && sums[c] > 0).OrderBy(c => sums[c]).Cast<int?>().FirstOrDefault() is not { } next) return null;
            shown[next] = false;
        }
    }
}

using System.Globalization;
using Avvik.Statistics.Facts;
using Avvik.Statistics.ProtectFigures;
using Avvik.Statistics.Tests.Reports;
using Xunit.Abstractions;

namespace Avvik.Statistics.Tests.ProtectFigures;

/// <summary>What rounding costs, over all counts by one and by two properties.</summary>
public sealed class Rounding_loss_tests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(12)]
    [InlineData(80)]
    [InlineData(325)]
    [InlineData(3250)]
    public void Rounded_counts_stay_near_the_true_ones(int count)
    {
        var pools = new StringPools();
        CountedFact[] facts = [.. History.Of(71, count, new(2026, 4, 1), new(2026, 6, 30)).Select(e => Cube.Fact(e, pools))];

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var rounded = CubeRounding.Round(facts, [], Cube.At, pools, [1, 2, 3]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} reports, rounded in {clock.Elapsed.TotalSeconds:F1} s"));

        foreach (var dimensions in new[] { 0, 1, 2 })
        {
            var errors = Cube.Errors(facts, rounded, pools, dimensions).ToList();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{count} reports, by {dimensions}: {errors.Count} cells, mean error {errors.Average(e => Math.Abs(e.Error)):F2}, " +
                $"most {errors.Max(e => Math.Abs(e.Error))}, changed {errors.Count(e => e.Error != 0) * 100 / errors.Count} %"));
            // By one always; by two but for a few in a thousand; by two that no report shows together, twice that.
            foreach (var group in errors.GroupBy(e => dimensions < 2 || Cube.IsShown(e.Cell) ? Protection.Base : 2 * Protection.Base))
            {
                Assert.InRange(group.Count(e => Math.Abs(e.Error) > group.Key), 0, dimensions < 2 ? 0 : group.Count() / 200);
                Assert.InRange(group.Max(e => Math.Abs(e.Error)), 0, group.Key + (dimensions < 2 ? 0 : Protection.Base));
            }
            Assert.InRange(errors.Average(e => Math.Abs(e.Error)), 0, dimensions == 0 ? Protection.Base : 3);
        }
        // Nobody's profile is kept but by chance.
        var profiles = facts.Select(f => Cube.Profile(f, pools)).ToHashSet(StringComparer.Ordinal);
        Assert.InRange(rounded.Count(f => profiles.Contains(Cube.Profile(f, pools))), 0, Math.Max(1, rounded.Count / 8));
    }

    /// <summary>
    /// Both ways to protect the same tables: all counts by one property and by two of direction, region, category, kind and harm. Risk is how far a solver can
    /// narrow a small count (1 to 4) from these tables alone, and with the totals of all but one value, which anybody may ask for.
    /// </summary>
    [Theory]
    [InlineData(80)]
    [InlineData(325)]
    [InlineData(3250)]
    public void Rounding_leaves_no_narrow_interval_where_suppression_does(int count)
    {
        var pools = new StringPools();
        CountedFact[] facts = [.. History.Of(75, count, new(2026, 4, 1), new(2026, 6, 30)).Select(e => Cube.Fact(e, pools))];
        var rounded = CubeRounding.Round(facts, [], Cube.At, pools, [4]);
        string[] dimensions = ["direction", "region", "category", "kind", "harm"];
        bool IsOfTables(string cell) => cell == "all" || cell.Split(' ').All(part => dimensions.Contains(part.Split(':')[0]));
        var cells = Enumerable.Range(0, 3).SelectMany(n => Cube.Errors(facts, rounded, pools, n)).Where(e => IsOfTables(e.Cell)).ToList();
        var suppression = new Suppression(cells.ToDictionary(e => e.Cell, e => e.True, StringComparer.Ordinal));

        var (byRounding, bySuppression) = (new Attacker(), new Attacker());
        foreach (var (cell, _, shown, error) in cells) byRounding.LearnRounded(cell, shown, Math.Max(Math.Abs(error), Protection.Base));
        foreach (var (cell, exact) in suppression.Counts.Where(c => !suppression.Hidden.Contains(c.Key))) bySuppression.LearnExact(cell, exact);
        foreach (var (sum, parts) in suppression.Lines)
        {
            byRounding.LearnExactSum(sum, parts);
            bySuppression.LearnExactSum(sum, parts);
        }
        var small = cells.Where(c => c.True is > 0 and < Protection.Base).Select(c => c.Cell).Take(20).ToList();
        long Width(Attacker attacker, string cell) => attacker.Narrow(cell) is var (from, to) ? to - from : 0;
        var (widthsRounded, widthsHidden) = (small.ConvertAll(c => Width(byRounding, c)), small.ConvertAll(c => Width(bySuppression, c)));
        // A filter of all values but one is a total of many, and so it is shown.
        var told = suppression.Hidden.Count(c => !c.Contains(' ', StringComparison.Ordinal) && suppression.Counts[c] < Protection.Base);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} reports a quarter, {cells.Count} cells: rounding: mean error {cells.Average(c => Math.Abs(c.Error)):F2}, "
            + $"{100.0 * cells.Count(c => c.Error != 0) / cells.Count:F0} % changed, none hidden, narrowest of {small.Count} small {widthsRounded.Min()}; "
            + $"suppression: mean error {cells.Average(c => suppression.Hidden.Contains(c.Cell) ? Math.Abs(suppression.Guess(c.Cell) - c.True) : 0):F2}, "
            + $"{100.0 * suppression.Hidden.Count / cells.Count:F0} % hidden, narrowest {widthsHidden.Min()}, {told} told by two totals"));
        Assert.True(widthsRounded.Min() >= Protection.Base, $"rounding narrows to {widthsRounded.Min()}");
        Assert.True(told > 0 || widthsHidden.Min() < Protection.Base, "suppression was to tell one");
    }

    [Fact]
    public void Revision_keeps_most_counts_and_stays_within_the_base()
    {
        var pools = new StringPools();
        CountedFact[] facts = [.. History.Of(73, 400, new(2026, 4, 1), new(2026, 6, 30)).Select(e => Cube.Fact(e, pools))];
        CountedFact[] late = [.. History.Of(74, 60, new(2026, 4, 1), new(2026, 6, 30)).Select(e => Cube.Fact(e, pools))];
        var first = CubeRounding.Round(facts, [], Cube.At, pools, [1]);

        var same = CubeRounding.Round(facts, [first], Cube.At, pools, [2]);
        var second = CubeRounding.Round([.. facts, .. late], [first, same], Cube.At, pools, [3]);

        var (before, after) = (Cube.Counts(first, pools, 1, 5), Cube.Counts(same, pools, 1, 5));
        Assert.InRange(before.Keys.Union(after.Keys).Count(c => before.GetValueOrDefault(c) != after.GetValueOrDefault(c)), 1, before.Count / 3);
        // A count that had been five too high and then five too low would be known.
        Assert.All(before.Keys.Union(after.Keys), c => Assert.InRange(Math.Abs(before.GetValueOrDefault(c) - after.GetValueOrDefault(c)), 0, Protection.Base));
        var errors = Cube.Errors([.. facts, .. late], second, pools, 1).ToList();
        Assert.InRange(errors.Count(e => Math.Abs(e.Error) > Protection.Base), 0, errors.Count / 50);
        Assert.InRange(Math.Abs(Cube.Errors([.. facts, .. late], second, pools, 0).Single().Error), 0, Protection.Base);
    }
}

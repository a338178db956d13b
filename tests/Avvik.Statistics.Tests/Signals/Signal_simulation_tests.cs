using System.Globalization;
using Avvik.Statistics.Signals;
using Xunit.Abstractions;

namespace Avvik.Statistics.Tests.Signals;

/// <summary>
/// Simulated, with seeds: how often chance alone raises a signal in a quarter, and how soon a series that has tripled does. `tests/bench --signals` runs more
/// of them and prints the table of services/Statistics/README.md.
/// </summary>
public sealed class Signal_simulation_tests(ITestOutputHelper output)
{
    private const int Quarter = 91, Year = 364;
    private static readonly int? WholeRuns =
        int.TryParse(Environment.GetEnvironmentVariable("AVVIK_SIGNAL_RUNS"), CultureInfo.InvariantCulture, out var runs) ? runs : null;

    /// <summary>Deviations a year; which series of a category at a unit has tripled, 0 the largest; the most days that the median may take.</summary>
    public static TheoryData<int, int, int> Tripled => WholeRuns is null
        ? new() { { 1_300, 0, 90 }, { 13_000, 0, 30 }, { 13_000, 10, 60 }, { 130_000, 0, 14 } }
        : new()
        {
            { 1_300, 0, 90 }, { 1_300, 10, Year + 1 }, { 1_300, 50, Year + 1 }, { 13_000, 0, 30 }, { 13_000, 10, 60 }, { 13_000, 50, Year },
            { 130_000, 0, 14 }, { 130_000, 10, 14 }, { 130_000, 50, 30 },
        };

    [Theory]
    [InlineData(1_300, 4)]
    [InlineData(13_000, 3)]
    [InlineData(130_000, 1)]
    public void Chance_raises_at_most_two_signals_in_a_quarter(int perYear, int runs)
    {
        var found = Enumerable.Range(0, WholeRuns ?? runs)
            .Select(seed => Simulated.Signals(new(new Simulated(seed, perYear).Counts(Quarter)), Quarter).Count()).ToList();

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{perYear,7} a year: {found.Average():F2} false signals a quarter, most {found.Max()}, {found.Count} quarters"));
        Assert.InRange(found.Average(), 0, 2);
    }

    [Fact]
    public void Sixty_extra_reports_of_a_category_in_21_days_are_found()
    {
        var community = new Simulated(1, 1_300);
        var counts = community.Counts(Quarter).ToList();
        var category = counts.CountBy(c => c.Category).MinBy(c => Math.Abs(c.Value - 186 * 2.5)).Key;
        var first = counts[0].Day.AddDays(SeriesModel.Usual + SeriesModel.Judged);
        string[] units = [.. counts.Where(c => c.Category == category).Select(c => c.Unit).Distinct(StringComparer.Ordinal)];
        counts.AddRange(Enumerable.Range(0, 60).Select(i => new DailyCount(first.AddDays(i * 21 / 60), category, units[i % units.Length], "k00", 1)));

        var found = Simulated.Signals(new(counts), 21).First(s => s.Finding.Series.Category == category);

        Assert.InRange(found.Day, 0, 20);
    }

    [Theory, MemberData(nameof(Tripled))]
    public void Series_that_triples_at_one_unit_is_found(int perYear, int rank, int medianDays)
    {
        var (delays, usual) = (new List<int>(), new List<double>());
        for (var seed = 100; seed < 100 + (WholeRuns ?? 3); seed++)
        {
            var community = new Simulated(seed, perYear);
            var tripled = community.Largest[rank];
            var history = new SeriesHistory(community.Counts(Year, tripled));
            usual.Add(history.Series[tripled].Between(0, history.All.First + SeriesModel.Usual) / 2.0);
            var signals = Simulated.Signals(history, WholeRuns is null ? 2 * medianDays : Year);
            delays.Add(signals.Where(s => tripled.Contains(s.Finding.Series)).Select(s => s.Day + 1).FirstOrDefault(Year + 1));
        }

        var median = delays.Order().ElementAt(delays.Count / 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{perYear,7} a year, a series of {usual.Average():F0} a year: {(median > Year ? "not within a year" : $"{median} days")}, {delays.Count} runs"));
        Assert.InRange(median, 1, medianDays);
    }
}

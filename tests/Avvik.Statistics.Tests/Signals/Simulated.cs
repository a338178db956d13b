using Avvik.Statistics.Signals;
using MathNet.Numerics.Distributions;

namespace Avvik.Statistics.Tests.Signals;

/// <summary>
/// A made-up community: twelve categories, a trust of six units and 46 municipalities with a unit each, of very different size. Deviations have weekdays, a
/// quiet July, growth by a tenth a year, and weeks in which a category, or a category at a unit, has more or less than usual.
/// </summary>
internal sealed class Simulated
{
    private const int Categories = 12, TrustUnits = 6, Municipalities = 46;
    private static readonly DateOnly First = new(2024, 1, 1);
    private static readonly double[] Weekdays = [1.25, 1.25, 1.2, 1.2, 1.2, 0.45, 0.45];

    private readonly Random _random;
    private readonly double _perYear;
    private readonly List<(SeriesKey Series, double Share, double[] Municipalities)> _series = [];

#pragma warning disable CA5394 // not for secrets: for the same community again
    public Simulated(int seed, double perYear)
    {
        (_random, _perYear) = (new(seed), perYear);
        var (categories, units, municipalities) = (Zipf(Categories), Zipf(TrustUnits), Zipf(Municipalities));
        for (var c = 0; c < Categories; c++)
        {
            for (var u = 0; u < TrustUnits; u++)
                _series.Add((new($"c{c:00}", $"t{u}"), 0.6 * categories[c] * units[u] * Differs(), [.. municipalities.Select(m => m * Differs())]));
            for (var m = 0; m < Municipalities; m++)
                _series.Add((new($"c{c:00}", $"m{m:00}"), 0.4 * categories[c] * municipalities[m] * Differs(),
                    [.. municipalities.Select((_, i) => i == m ? 1.0 : 0)]));
        }
        var sum = _series.Sum(s => s.Share);
        _series = [.. _series.Select(s => (s.Series, s.Share / sum, Cumulated(s.Municipalities)))];
    }

    /// <summary>The series of categories at units, the largest first.</summary>
    public IReadOnlyList<SeriesKey> Largest => [.. _series.OrderByDescending(s => s.Share).Select(s => s.Series)];

    /// <summary>Two years and the days judged, and then as many more days.</summary>
    /// <param name="tripled">A series that has three times as many in those.</param>
    public IEnumerable<DailyCount> Counts(int days, SeriesKey? tripled = null)
    {
        var before = SeriesModel.Usual + SeriesModel.Judged;
        var (weekly, weeklyAll) = (new double[_series.Count], new Dictionary<string, double>());
        for (var d = 0; d < before + days; d++)
        {
            var day = First.AddDays(d);
            var common = _perYear / 365 * Weekdays[((int)day.DayOfWeek + 6) % 7] * (day.Month == 7 ? 0.5 : 1) * Math.Pow(1.1, (d - before) / 365.0);
            for (var s = 0; s < _series.Count; s++)
            {
                var (series, share, municipalities) = _series[s];
                if (d % 7 == 0)
                {
                    if (s == 0) weeklyAll.Clear();
                    if (!weeklyAll.ContainsKey(series.Category)) weeklyAll.Add(series.Category, Gamma.Sample(_random, 50, 50));
                    weekly[s] = Gamma.Sample(_random, 20, 20);
                }
                var rate = common * share * weekly[s] * weeklyAll[series.Category] * (series == tripled && d >= before ? 3 : 1);
                for (var n = Poisson.Sample(_random, rate); n > 0; n--)
                {
                    var m = Array.BinarySearch(municipalities, _random.NextDouble());
                    yield return new(day, series.Category, series.Unit, $"k{(m < 0 ? ~m : m):00}", 1);
                }
            }
        }
    }

    /// <summary>The signals of the days after the first two years and twelve weeks.</summary>
    public static IEnumerable<(int Day, Finding Finding)> Signals(SeriesHistory history, int days)
    {
        var recent = new RecentSignals([]);
        for (var d = 0; d < days; d++)
        {
            var day = First.AddDays(SeriesModel.Usual + SeriesModel.Judged + d);
            foreach (var finding in SignalJudge.On(history, day))
                if (recent.Add(finding, day)) yield return (d, finding);
        }
    }

    private double Differs() => Gamma.Sample(_random, 3, 3);
#pragma warning restore CA5394

    private static double[] Zipf(int count)
    {
        var sum = Enumerable.Range(1, count).Sum(i => 1.0 / i);
        return [.. Enumerable.Range(1, count).Select(i => 1.0 / i / sum)];
    }

    private static double[] Cumulated(double[] shares)
    {
        var (sum, total) = (0.0, shares.Sum());
        return [.. shares.Select(s => sum += s / total)];
    }
}

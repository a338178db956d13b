using Avvik.Statistics.Signals;

namespace Avvik.Statistics.Tests.Signals;

/// <summary>Simulated, with a seed: how often chance alone raises a signal, and how soon a rate that has doubled does.</summary>
public sealed class Signal_rules_tests
{
    private const int Runs = 200, Year = 365;
#pragma warning disable CA5394 // not for secrets: for the same series again

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(3)]
    public void Chance_alone_raises_few_signals(double rate)
    {
        var random = new Random(7);
        var raised = Enumerable.Range(0, Runs).Sum(_ => Signals(Series(random, SignalRules.Days + Year, _ => rate)).Count);

        // A year of a series: less than one of all three rules together.
        Assert.InRange(raised / (double)Runs, 0.01, 1.6);
    }

    [Theory]
    [InlineData(0.3, 60)]
    [InlineData(1, 25)]
    [InlineData(3, 10)]
    public void A_rate_that_doubles_is_found_soon(double rate, int medianDays)
    {
        var random = new Random(8);
        var delays = new List<int>();
        for (var run = 0; run < Runs; run++)
        {
            var series = Series(random, SignalRules.Days + 150, day => day < SignalRules.Days ? rate : 2 * rate);
            delays.Add(Signals(series).Where(s => s.Day >= SignalRules.Days).Select(s => s.Day - SignalRules.Days).DefaultIfEmpty(150).Min());
        }

        Assert.InRange(delays.Order().ElementAt(Runs / 2), 0, medianDays);
    }

    [Fact]
    public void A_series_with_too_little_to_compare_with_is_not_judged()
    {
        int[] series = [.. Enumerable.Repeat(0, SignalRules.Days - 7), 1, 1, 1, 1, 1, 1, 1];

        Assert.Empty(SignalRules.On(series));
    }

    [Fact]
    public void Each_rule_finds_what_it_is_for()
    {
        int[] usual = [.. Enumerable.Range(0, SignalRules.Days).Select(day => day % 7 == 0 ? 2 : 0)];

        Assert.Empty(SignalRules.On(usual));
        Assert.Equal([SignalRules.BeyondLimit], SignalRules.On([.. usual[..^7], 0, 0, 8, 0, 0, 0, 0]));
        Assert.Contains(SignalRules.AboveMean, SignalRules.On([.. usual[..^63], .. Enumerable.Range(0, 63).Select(day => day % 7 == 0 ? 3 : 0)]));
        Assert.Contains(SignalRules.Cusum, SignalRules.On([.. usual[..^42], .. Enumerable.Range(0, 42).Select(day => day % 7 < 3 ? 2 : 0)]));
    }

    private static List<(int Day, string Rule)> Signals(int[] series)
    {
        var (found, before) = (new List<(int, string)>(), new HashSet<string>());
        for (var day = SignalRules.Days; day < series.Length; day++)
        {
            var now = SignalRules.On(series.AsSpan(0, day + 1)).ToHashSet(StringComparer.Ordinal);
            found.AddRange(now.Except(before).Select(rule => (day, rule)));
            before = now;
        }
        return found;
    }

    private static int[] Series(Random random, int days, Func<int, double> rate) => [.. Enumerable.Range(0, days).Select(day => Poisson(random, rate(day)))];

    // Knuth's: products of uniform numbers.
    private static int Poisson(Random random, double mean)
    {
        var (count, product, limit) = (0, random.NextDouble(), Math.Exp(-mean));
        while (product > limit)
        {
            count++;
            product *= random.NextDouble();
        }
        return count;
    }
#pragma warning restore CA5394
}

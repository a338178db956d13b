using MathNet.Numerics;

namespace Avvik.Statistics.Signals;

/// <summary>
/// What is usual: how many deviations each series can be expected to have, learnt from the two years that end before the days that are judged. Closed
/// forms only. A category has its own level and trend, and shares weekday and season with all. The share of a unit, and of a municipality at a unit, is
/// shrunk towards what the parent's size and the unit's would give (gamma-Poisson, DuMouchel 1999): the fewer a series has, the more it is like its parent.
/// Counts are negative binomial: wider than Poisson by what is unknown of the level and the trend, and by how much series of that kind vary anyway.
/// </summary>
internal sealed class SeriesModel
{
    /// <summary>Days, ending with the day judged, that a rise is looked for in: whole weeks, so that weekdays matter little.</summary>
    public static readonly int[] Windows = [7, 14, 28, 56, Judged];

    /// <summary>Days that are judged, and so not part of what they are compared with.</summary>
    public const int Judged = 84;

    /// <summary>Days of history: at most those, and at least half a year before anything is judged.</summary>
    public const int Usual = 728, FewestUsual = 182;
    private const int Year = 364, Week = 7;

    // Pseudo-counts: how many deviations the common weekday, season or trend weighs as much as.
    private const double CommonWeight = 20, TrendWeight = 100;
    // Relative variances that are assumed where the history is too short to know the trend, or the season.
    private const double UnknownTrend = 0.05, UnknownSeason = 0.25;
    // How much a level's own dispersion is shrunk towards its parent's, in squared expected counts.
    private const double DispersionWeight = 100, TypicalDispersion = 0.02;
    // Negative binomial with a smaller relative variance is Poisson for all that is asked.
    private const double SmallestDispersion = 1e-4;

    private readonly SeriesHistory _history;
    private readonly int _from, _to, _day;
    private readonly double[] _shape;
    private readonly double _perTotal, _trend;
    private readonly Dictionary<string, Category> _categories = [];
    private readonly Dictionary<SeriesKey, (double Rate, double Shape)> _rates = [];
    private readonly double[,] _dispersion = new double[SeriesKey.Levels, Windows.Length];

    private SeriesModel(SeriesHistory history, int from, int day)
    {
        (_history, _from, _to, _day) = (history, from, day + 1 - Judged, day);
        (_trend, _) = Trend(_history.All, 0, CommonWeight);
        _shape = Shape();
        _perTotal = Count(history.All);
        foreach (var (key, days) in history.Series)
            if (key.Level == 0) AddCategory(key, days);
        AddShares();
        AddDispersion();
    }

    /// <summary>Null when the history before the judged days is too short.</summary>
    public static SeriesModel? Of(SeriesHistory history, DateOnly day)
    {
        if (history.All.Count == 0) return null;
        var to = day.DayNumber + 1 - Judged;
        var length = Math.Min(Usual, to - history.All.First);
        // Whole years, so that no season weighs more than another.
        if (length > Year) length -= length % Year;
        return length < FewestUsual ? null : new(history, to - length, day.DayNumber);
    }

    /// <summary>How many a series can be expected to have from that day to the one judged, both included.</summary>
    public double Expected(SeriesKey key, int from) => _rates[key].Rate * _categories[key.Category].Between(from - _from, _day + 1 - _from);

    /// <summary>How many all series together can be expected to have.</summary>
    public double ExpectedOfAll(int from) => _categories.Values.Sum(c => c.Rate * c.Between(from - _from, _day + 1 - _from));

    /// <summary>How likely so many or more are by chance.</summary>
    /// <param name="window">Index of the window whose dispersion is used.</param>
    public double Tail(SeriesKey key, int count, double expected, int window)
    {
        if (count <= expected) return 1;
        var relative = 1 / _rates[key].Shape + _dispersion[key.Level, window] + _categories[key.Category].TrendVariance;
        var size = 1 / Math.Max(relative, SmallestDispersion);
        return SpecialFunctions.BetaRegularized(count, size, expected / (size + expected));
    }

    private int Count(DayCounts days) => days.Between(_from, _to);

    private bool KnowsSeason => _to - _from >= Year;

    private bool KnowsTrend => _to - _from >= 2 * Year;

    /// <summary>The common course: a factor a day, for weekday, season and trend.</summary>
    private double[] Shape()
    {
        var (length, counts) = (_day + 1 - _from, new int[_day + 1 - _from]);
        foreach (var (day, count) in _history.All.In(_from, _day + 1)) counts[day - _from] = count;
        var usual = _to - _from;
        var total = counts.AsSpan(0, usual).ToArray().Sum();
        double[] shape = [.. Enumerable.Range(0, length).Select(d => Math.Exp(_trend * (d - usual)))];
        Multiply(d => (_from + d) % 7, 7);
        if (KnowsSeason) Multiply(d => DateOnly.FromDayNumber(_from + d).Month - 1, 12);
        return shape;

        void Multiply(Func<int, int> groupOf, int groups)
        {
            var (seen, expected) = (new double[groups], new double[groups]);
            var level = total / shape.Take(usual).Sum();
            for (var d = 0; d < usual; d++)
            {
                seen[groupOf(d)] += counts[d];
                expected[groupOf(d)] += level * shape[d];
            }
            for (var d = 0; d < length; d++) shape[d] *= (seen[groupOf(d)] + CommonWeight) / (expected[groupOf(d)] + CommonWeight);
        }
    }

    /// <summary>
    /// By how much it grows, as a logarithm a day, shrunk towards the common growth; and the relative variance of what that says of the judged days.
    /// </summary>
    private (double PerDay, double Variance) Trend(DayCounts days, double common, double weight)
    {
        if (!KnowsTrend) return (common, UnknownTrend);
        var (before, after) = (days.Between(_from, _from + Year), days.Between(_from + Year, _to));
        var growth = Math.Clamp(Math.Log((after + weight * Math.Exp(common * Year)) / (before + weight)), -1, 1);
        // From the middle of the history to the middle of the judged days.
        var lead = (Year + Judged / 2.0) / Year;
        return (growth / Year, lead * lead * (1 / (before + weight) + 1 / (after + weight)));
    }

    private void AddCategory(SeriesKey key, DayCounts days)
    {
        var (trend, variance) = Trend(days, _trend, TrendWeight);
        var sums = new double[_shape.Length + 1];
        for (var d = 0; d < _shape.Length; d++) sums[d + 1] = sums[d] + _shape[d] * Math.Exp((trend - _trend) * (d - (_to - _from)));
        var shape = Count(days) + 0.5;
        var rate = shape / sums[_to - _from];
        _categories.Add(key.Category, new(sums, rate, variance + (KnowsSeason ? 0 : UnknownSeason)));
        _rates.Add(key, (rate, shape));
    }

    private void AddShares()
    {
        // How many a unit has of all, and a municipality of a unit's.
        var (units, pairs) = (new Dictionary<string, double>(), new Dictionary<(string, string), double>());
        foreach (var (key, days) in _history.Series)
        {
            if (key.Level == 1) units[key.Unit] = units.GetValueOrDefault(key.Unit) + Count(days);
            if (key.Level == 2) pairs[(key.Unit, key.Municipality)] = pairs.GetValueOrDefault((key.Unit, key.Municipality)) + Count(days);
        }
        AddShares(1, key => _perTotal > 0 ? units[key.Unit] / _perTotal : 0);
        AddShares(2, key => units[key.Unit] > 0 ? pairs[(key.Unit, key.Municipality)] / units[key.Unit] : 0);
    }

    private void AddShares(int level, Func<SeriesKey, double> share)
    {
        var series = _history.Series.Where(s => s.Key.Level == level)
            .Select(s => (s.Key, Count: (double)Count(s.Value), Expected: share(s.Key) * Count(_history.Series[s.Key.Parent]))).ToList();
        // The prior's shape by the method of moments: how much shares differ beyond chance.
        var excess = series.Sum(s => (s.Count - s.Expected) * (s.Count - s.Expected) - s.Expected);
        var prior = Math.Clamp(series.Sum(s => s.Expected * s.Expected) / Math.Max(excess, 1e-9), 0.5, 20);
        foreach (var (key, count, expected) in series)
        {
            var parent = _rates[key.Parent];
            // A unit or municipality that has had none at all: as half a deviation.
            var prior0 = parent.Rate * Math.Max(share(key), 0.5 / Math.Max(_perTotal, 1));
            _rates.Add(key, (prior0 * (count + prior) / (expected + prior), count + prior));
        }
    }

    /// <summary>How much the series of a level vary in windows of a length, beyond Poisson and the model: by the method of moments.</summary>
    private void AddDispersion()
    {
        var usual = _to - _from;
        var (excess, square) = (new double[SeriesKey.Levels, Windows.Length], new double[SeriesKey.Levels, Windows.Length]);
        var courses = _categories.ToDictionary(c => c.Key, c => Windows.Select(length => Blocks.Of(c.Value, usual, length)).ToArray(), StringComparer.Ordinal);
        // Every window is whole weeks: the days are gone through once.
        var weeks = new int[usual / Week];
        foreach (var (key, days) in _history.Series)
        {
            var (rate, course) = (_rates[key].Rate, courses[key.Category]);
            days.CountBlocks(_to, Week, weeks);
            for (var window = 0; window < Windows.Length; window++)
            {
                var (shape, sum, squares) = (course[window].Shape, course[window].Sum, course[window].Squares);
                var (seen, both, weeksOf) = (0.0, 0.0, Windows[window] / Week);
                for (var b = 0; b < shape.Length; b++)
                {
                    var count = 0;
                    foreach (var week in weeks.AsSpan(b * weeksOf, weeksOf)) count += week;
                    if (count == 0) continue;
                    seen += (double)count * count;
                    both += count * shape[b];
                }
                excess[key.Level, window] += seen - 2 * rate * both + rate * rate * squares - rate * sum;
                square[key.Level, window] += rate * rate * squares;
            }
        }
        for (var window = 0; window < Windows.Length; window++)
        {
            var blocks = usual / Windows[window];
            var parent = TypicalDispersion;
            for (var level = 0; level < SeriesKey.Levels; level++)
            {
                // Few blocks follow their own mean.
                var own = excess[level, window] * blocks / Math.Max(1, blocks - 1);
                _dispersion[level, window] = parent = Math.Clamp((own + DispersionWeight * parent) / (square[level, window] + DispersionWeight), 0, 2);
            }
        }
    }

    /// <summary>What a category's factors add up to in each block of days, the last block first.</summary>
    private sealed record Blocks(double[] Shape, double Sum, double Squares)
    {
        public static Blocks Of(Category category, int usual, int length)
        {
            double[] shape = [.. Enumerable.Range(0, usual / length).Select(b => category.Between(usual - (b + 1) * length, usual - b * length))];
            return new(shape, shape.Sum(), shape.Sum(x => x * x));
        }
    }

    /// <param name="Sums">Of its factors a day, before each day.</param>
    /// <param name="Rate">Deviations for each unit of the factors.</param>
    private sealed record Category(double[] Sums, double Rate, double TrendVariance)
    {
        public double Between(int from, int to) => Sums[to] - Sums[Math.Max(0, from)];
    }
}

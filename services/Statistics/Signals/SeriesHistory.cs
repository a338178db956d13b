namespace Avvik.Statistics.Signals;

/// <summary>A category in the whole community, at a unit, or at a unit and from or to a municipality; an empty text is all of them.</summary>
internal readonly record struct SeriesKey(string Category, string Unit = "", string Municipality = "")
{
    public const int Levels = 3;

    /// <summary>0 for a category, 1 at a unit, 2 at a unit and a municipality.</summary>
    public int Level => Municipality.Length > 0 ? 2 : Unit.Length > 0 ? 1 : 0;

    /// <summary>The series that this one is a part of; itself for a category.</summary>
    public SeriesKey Parent => Level == 2 ? this with { Municipality = "" } : this with { Unit = "" };

    /// <summary>True for the series itself and for its parts.</summary>
    public bool Contains(SeriesKey other) =>
        other == this || (other.Level > Level && (other.Parent == this || other.Parent.Parent == this));
}

/// <summary>Deviations of a day, category, unit and municipality.</summary>
internal readonly record struct DailyCount(DateOnly Day, string Category, string Unit, string Municipality, int Count);

/// <summary>A community's series: the days on which each had deviations, a day once for each of them.</summary>
internal sealed class SeriesHistory
{
    private readonly Dictionary<SeriesKey, int[]> _series;

    public SeriesHistory(IEnumerable<DailyCount> counts)
    {
        var (series, all) = (new Dictionary<SeriesKey, List<int>>(), new List<int>());
        foreach (var (date, category, unit, municipality, count) in counts)
        {
            Repeat(all, date.DayNumber, count);
            Add(new(category), date, count);
            if (unit.Length == 0) continue;
            Add(new(category, unit), date, count);
            if (municipality.Length > 0) Add(new(category, unit, municipality), date, count);
        }
        All = [.. all.Order()];
        _series = series.ToDictionary(s => s.Key, s => s.Value.Order().ToArray());
        // A part that is the whole, as a municipality's own unit, would be judged twice.
        foreach (var part in _series.Keys.Where(k => k.Level == 2 && _series[k].Length == _series[k.Parent].Length).ToList()) _series.Remove(part);

        void Add(SeriesKey key, DateOnly date, int count)
        {
            if (!series.TryGetValue(key, out var days)) series.Add(key, days = []);
            Repeat(days, date.DayNumber, count);
        }
    }

    /// <summary>The days of all deviations, ascending.</summary>
    public int[] All { get; }

    /// <summary>The days of each series, ascending.</summary>
    public IReadOnlyDictionary<SeriesKey, int[]> Series => _series;

    /// <summary>How many of those days lie in [from, to).</summary>
    public static int Count(int[] days, int from, int to) => IndexOf(days, to) - IndexOf(days, from);

    /// <summary>The first of those days that is not before that one.</summary>
    public static int IndexOf(int[] days, int day)
    {
        var (low, high) = (0, days.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (days[middle] < day) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static void Repeat(List<int> days, int day, int count)
    {
        for (var i = 0; i < count; i++) days.Add(day);
    }
}

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

/// <summary>How many deviations a series had on each day that it had any.</summary>
internal sealed class DayCounts
{
    private readonly int[] _days;
    // How many came before each of those days, and then how many there are.
    private readonly int[] _before;

    /// <param name="counts">By day number; a day may come several times.</param>
    public DayCounts(List<(int Day, int Count)> counts)
    {
        counts.Sort();
        var (days, before, all) = (new List<int>(counts.Count), new List<int>(counts.Count + 1), 0);
        foreach (var (day, count) in counts)
        {
            if (days.Count == 0 || days[^1] != day)
            {
                days.Add(day);
                before.Add(all);
            }
            all += count;
        }
        (_days, _before) = ([.. days], [.. before, all]);
    }

    public int Count => _before[^1];

    /// <summary>The number of the first day.</summary>
    public int First => _days[0];

    /// <summary>How many came before a day.</summary>
    public int Before(int day) => _before[IndexOf(_days, day)];

    /// <summary>How many came in [from, to).</summary>
    public int Between(int from, int to) => Before(to) - Before(from);

    /// <summary>The day of a deviation, in the order of days; the first is 0.</summary>
    public int DayOf(int number) => _days[IndexOf(_before, number + 1) - 1];

    /// <summary>The days in [from, to) that had any, and how many.</summary>
    public IEnumerable<(int Day, int Count)> In(int from, int to)
    {
        for (var i = IndexOf(_days, from); i < _days.Length && _days[i] < to; i++) yield return (_days[i], _before[i + 1] - _before[i]);
    }

    /// <summary>How many came in each block of days, the last of which ends before that day.</summary>
    public void CountBlocks(int end, int length, Span<int> blocks)
    {
        blocks.Clear();
        for (int i = IndexOf(_days, end - length * blocks.Length), last = IndexOf(_days, end); i < last; i++)
            blocks[(end - 1 - _days[i]) / length] += _before[i + 1] - _before[i];
    }

    /// <summary>The first that is not less; how many there are when all are.</summary>
    private static int IndexOf(int[] ascending, int value) => ascending.AsSpan().BinarySearch(value) is var found && found >= 0 ? found : ~found;
}

/// <summary>A community's series, and when each had deviations.</summary>
internal sealed class SeriesHistory
{
    private readonly Dictionary<SeriesKey, DayCounts> _series;

    public SeriesHistory(IEnumerable<DailyCount> counts)
    {
        var (series, all) = (new Dictionary<SeriesKey, List<(int, int)>>(), new List<(int Day, int Count)>());
        foreach (var (date, category, unit, municipality, count) in counts)
        {
            Add(all, date.DayNumber, count);
            AddTo(new(category), date, count);
            if (unit.Length == 0) continue;
            AddTo(new(category, unit), date, count);
            if (municipality.Length > 0) AddTo(new(category, unit, municipality), date, count);
        }
        All = new(all);
        _series = series.ToDictionary(s => s.Key, s => new DayCounts(s.Value));
        // A part that is the whole, as a municipality's own unit, would be judged twice.
        foreach (var part in _series.Keys.Where(k => k.Level == 2 && _series[k].Count == _series[k.Parent].Count).ToList()) _series.Remove(part);

        void AddTo(SeriesKey key, DateOnly date, int count)
        {
            if (!series.TryGetValue(key, out var days)) series.Add(key, days = []);
            Add(days, date.DayNumber, count);
        }
    }

    public DayCounts All { get; }

    public IReadOnlyDictionary<SeriesKey, DayCounts> Series => _series;

    // Where the days come in order, as they do, there is one entry for each.
    private static void Add(List<(int Day, int Count)> days, int day, int count)
    {
        if (days.Count > 0 && days[^1].Day == day) days[^1] = (day, days[^1].Count + count);
        else days.Add((day, count));
    }
}

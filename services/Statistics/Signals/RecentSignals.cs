namespace Avvik.Statistics.Signals;

/// <summary>Which series have had a signal lately: a rise that lasts is one signal, and ends when twelve weeks have passed without it.</summary>
internal sealed class RecentSignals(IEnumerable<(SeriesKey Series, DateOnly LastOn)> signals)
{
    private readonly Dictionary<SeriesKey, DateOnly> _lastOn = signals.GroupBy(s => s.Series, s => s.LastOn).ToDictionary(g => g.Key, g => g.Max());

    /// <summary>True when it is news. What is known of a part is no news of the whole; what is known of the whole does not say which part.</summary>
    public bool Add(Finding finding, DateOnly day)
    {
        var isKnown = _lastOn.Any(s => finding.Series.Contains(s.Key) && s.Value >= day.AddDays(-SeriesModel.Judged));
        if (!isKnown || _lastOn.ContainsKey(finding.Series)) _lastOn[finding.Series] = day;
        return !isKnown;
    }
}

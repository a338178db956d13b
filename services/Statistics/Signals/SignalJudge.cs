namespace Avvik.Statistics.Signals;

/// <summary>A series that had far more than usual on a day.</summary>
/// <param name="Rule">One of the constants of <see cref="SignalJudge"/>.</param>
/// <param name="Days">In which it had them, ending with the day judged.</param>
internal sealed record Finding(SeriesKey Series, string Rule, int Days, int Observed, double Expected);

/// <summary>
/// Which series of a day have more than chance explains, with the share of false ones held down over all series together (Benjamini and Hochberg 1995,
/// weighted as Genovese, Roeder and Wasserman 2006: each level of the hierarchy has a third, so that thousands of small series do not drown the categories).
/// </summary>
internal static class SignalJudge
{
    /// <summary>More in the last 7, 14, 28, 56 or 84 days than the negative binomial explains.</summary>
    public const string Count = "count";

    /// <summary>
    /// A t chart and a g chart of a rare series at once: the last few came within few days, and among few other deviations of the parent (Woodall and
    /// Driscoll 2015). Both, so that a busy time is no signal of everything that is rare.
    /// </summary>
    public const string Rare = "rare";

    /// <summary>The share of false ones among the signals of a day that is accepted, up to <see cref="FullVolume"/> deviations a year.</summary>
    public const double FalseDiscoveryRate = 0.02;

    /// <summary>
    /// With more deviations than this a year, less is accepted, in proportion: what the model does not know of how they vary is then as certain as a true
    /// rise, and a true rise is certain enough anyway.
    /// </summary>
    public const int FullVolume = 13_000;

    /// <summary>With fewer, there is too little to learn from.</summary>
    public const int FewestObserved = 3;

    private const int MostGaps = 6, LongestGaps = 364;
    // A series with fewer than this expected in the longest window is rare.
    private const double RareBelow = 3;

    /// <summary>
    /// The findings of a day, the most certain first; one for each rise, at the level where it is most certain. None while the history is too short.
    /// </summary>
    public static IReadOnlyList<Finding> On(SeriesHistory history, DateOnly day)
    {
        if (SeriesModel.Of(history, day) is not { } model) return [];
        var (levels, candidates) = (new int[SeriesKey.Levels], new List<(double P, Finding Finding)>());
        foreach (var (key, days) in history.Series)
        {
            levels[key.Level]++;
            if (Judge(history, model, key, days, day.DayNumber) is { } judged) candidates.Add(judged);
        }
        var present = levels.Count(l => l > 0);
        var ordered = candidates.Select(c => (P: c.P * levels[c.Finding.Series.Level] * present, c.Finding)).OrderBy(c => c.P).ToList();
        var perYear = history.All.Between(day.DayNumber + 1 - LongestGaps, day.DayNumber + 1);
        var accepted = FalseDiscoveryRate * Math.Min(1, (double)FullVolume / Math.Max(perYear, 1));
        var found = ordered.Count;
        while (found > 0 && ordered[found - 1].P > found * accepted) found--;
        var findings = new List<Finding>();
        foreach (var (_, finding) in ordered.Take(found))
            if (!findings.Exists(f => f.Series.Contains(finding.Series) || finding.Series.Contains(f.Series))) findings.Add(finding);
        return findings;
    }

    private static (double P, Finding Finding)? Judge(SeriesHistory history, SeriesModel model, SeriesKey key, DayCounts days, int day)
    {
        var (end, tests) = (days.Before(day + 1), SeriesModel.Windows.Length);
        if (end - days.Before(day + 1 - LongestGaps) < FewestObserved) return null;
        (double P, Finding Finding)? best = null;
        for (var window = 0; window < SeriesModel.Windows.Length; window++)
        {
            var from = day + 1 - SeriesModel.Windows[window];
            var observed = end - days.Before(from);
            if (observed < FewestObserved) continue;
            var expected = model.Expected(key, from);
            Keep(model.Tail(key, observed, expected, window), Count, SeriesModel.Windows[window], observed, expected);
        }
        const int longest = SeriesModel.Judged;
        if (model.Expected(key, day + 1 - longest) < RareBelow)
            for (var gaps = FewestObserved; gaps <= MostGaps; gaps++)
            {
                tests++;
                if (end - 1 - gaps < 0 || days.DayOf(end - 1 - gaps) is var from && from <= day - LongestGaps) continue;
                var expected = model.Expected(key, from);
                var byDays = model.Tail(key, gaps, expected, SeriesModel.Windows.Length - 1);
                // As many of the parent's as came meanwhile, each with the chance to be one of these.
                var (parents, ofParent) = key.Level == 0 ? (history.All, model.ExpectedOfAll(from))
                    : (history.Series[key.Parent], model.Expected(key.Parent, from));
                var among = parents.Between(from, day + 1) * expected / ofParent;
                Keep(Math.Max(byDays, model.Tail(key, gaps, among, SeriesModel.Windows.Length - 1)), Rare, day + 1 - from, gaps, expected);
            }
        return best is { } b ? (Math.Min(1, b.P * tests), b.Finding) : null;

        void Keep(double p, string rule, int length, int observed, double expected)
        {
            if (p < 1 && (best is null || p < best.Value.P)) best = (p, new(key, rule, length, observed, expected));
        }
    }
}

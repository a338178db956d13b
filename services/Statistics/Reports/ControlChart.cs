namespace Avvik.Statistics.Reports;

/// <summary>
/// The control limits of a series of counts, from the periods before the one that is judged: a u′ chart (Laney 2002), that is, a u chart (counts over
/// exposure) whose limits are widened by what the periods vary beyond chance, as counts of deviations do.
/// </summary>
/// <param name="Lower">Never below zero.</param>
internal sealed record ControlChart(decimal Centre, decimal Lower, decimal Upper)
{
    // The mean moving range over d2, 1.128, estimates a standard deviation.
    private const double MeanRangeToSigma = 1.128;

    /// <summary>Periods before the judged one; with fewer, the limits say more of chance than of the process.</summary>
    public const int FewestValues = 6;

    /// <summary>A set of limits for each period; null where there are too few to say.</summary>
    /// <param name="periods">Oldest first; the last is judged. A count that is null is not known. The exposure is the days of the period.</param>
    public static IReadOnlyList<ControlChart>? Of(IReadOnlyList<(decimal? Count, int Exposure)> periods)
    {
        var known = periods.SkipLast(1).Where(p => p.Count is not null).Select(p => (Count: (double)p.Count!.Value, p.Exposure)).ToList();
        if (known.Count < FewestValues) return null;
        var rate = known.Sum(p => p.Count) / known.Sum(p => p.Exposure);
        double[] z = [.. known.Select(p => rate == 0 ? 0 : (p.Count / p.Exposure - rate) / Math.Sqrt(rate / p.Exposure))];
        var sigma = Math.Max(1, z.Zip(z.Skip(1), (a, b) => Math.Abs(b - a)).Average() / MeanRangeToSigma);
        return [.. periods.Select(p =>
        {
            var (centre, reach) = (rate * p.Exposure, 3 * sigma * Math.Sqrt(rate * p.Exposure));
            return new ControlChart(Round(centre), Round(Math.Max(0, centre - reach)), Round(centre + reach));
        })];
    }

    private static decimal Round(double value) => Math.Round((decimal)value, 1, MidpointRounding.AwayFromZero);
}

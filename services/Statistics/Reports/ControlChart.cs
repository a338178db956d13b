namespace Avvik.Statistics.Reports;

/// <summary>
/// The control limits of one value, three standard deviations either side of the centre line. They are made from the values before the one that is judged,
/// by the chart that is right for what is counted: u for counts, p for shares, g for cases and t for days between events that are rare.
/// </summary>
/// <param name="Lower">Never below zero.</param>
internal sealed record ControlChart(decimal Centre, decimal Lower, decimal Upper)
{
    /// <summary>Values before the judged one; with fewer, the limits say more of chance than of the process.</summary>
    public const int FewestValues = 6;

    // The mean moving range over d2, 1.128, estimates a standard deviation.
    private const double MeanRangeToSigma = 1.128;
    // Days between events are Weibull; this power of them is near normal (Nelson 1994).
    private const double NearNormal = 1 / 3.6;
    // As rare, on each side, as three standard deviations are on one side of a normal distribution.
    private const double Tail = 0.00135;

    /// <summary>
    /// A u′ chart (Laney 2002): counts over exposure, with limits widened by what the periods vary beyond chance, as counts of deviations do. A set of limits
    /// for each period; null where there are too few to say.
    /// </summary>
    /// <param name="periods">Oldest first; the last is judged. A count that is null is not known. The exposure is the days of the period.</param>
    public static IReadOnlyList<ControlChart>? OfCounts(IReadOnlyList<(decimal? Count, int Exposure)> periods) =>
        Laney(periods, (rate, exposure) => Math.Sqrt(rate / exposure)) is not { } limits ? null
            : [.. limits.Zip(periods, (l, p) => Limits(l.Rate * p.Exposure, l.Reach * p.Exposure, double.MaxValue))];

    /// <summary>A p′ chart (Laney 2002) of the share, in percent, that has something.</summary>
    /// <param name="periods">Oldest first; the last is judged. <c>Has</c> is null where the share is not known.</param>
    public static IReadOnlyList<ControlChart>? OfShares(IReadOnlyList<(decimal? Has, int Of)> periods) =>
        Laney(periods, (share, of) => Math.Sqrt(share * (1 - share) / of)) is not { } limits ? null
            : [.. limits.Select(l => Limits(100 * l.Rate, 100 * l.Reach, 100))];

    /// <summary>A g chart (Benneyan 2001): how many cases pass between two of a rare kind; the limits are the geometric distribution's own.</summary>
    /// <param name="gaps">Oldest first; the last is judged.</param>
    public static ControlChart? OfCasesBetween(IReadOnlyList<int> gaps)
    {
        if (gaps.Count - 1 < FewestValues) return null;
        var mean = gaps.SkipLast(1).Average();
        // The chance of n or more between is q to the n.
        var q = mean / (mean + 1);
        return q == 0 ? new(0, 0, 0) : new(Round(mean), Round(Math.Max(0, Math.Floor(Math.Log(1 - Tail) / Math.Log(q)))), Round(Math.Log(Tail) / Math.Log(q)));
    }

    /// <summary>A t chart (Nelson 1994): how many days pass between two events that are rare, made near normal before the limits are found.</summary>
    /// <param name="days">Oldest first; the last is judged.</param>
    public static ControlChart? OfDaysBetween(IReadOnlyList<int> days)
    {
        if (days.Count - 1 < FewestValues) return null;
        double[] normal = [.. days.SkipLast(1).Select(d => Math.Pow(d, NearNormal))];
        var (mean, sigma) = (normal.Average(), normal.Zip(normal.Skip(1), (a, b) => Math.Abs(b - a)).Average() / MeanRangeToSigma);
        decimal Days(double value) => Round(Math.Pow(Math.Max(0, value), 1 / NearNormal));
        return new(Days(mean), Days(mean - 3 * sigma), Days(mean + 3 * sigma));
    }

    private static (double Rate, double Reach)[]? Laney(IReadOnlyList<(decimal? Count, int Exposure)> periods, Func<double, int, double> deviation)
    {
        var known = periods.SkipLast(1).Where(p => p is { Count: not null, Exposure: > 0 }).Select(p => (Count: (double)p.Count!.Value, p.Exposure)).ToList();
        if (known.Count < FewestValues) return null;
        var rate = known.Sum(p => p.Count) / known.Sum(p => p.Exposure);
        double[] z = [.. known.Select(p => deviation(rate, p.Exposure) is > 0 and var d ? (p.Count / p.Exposure - rate) / d : 0)];
        var sigma = Math.Max(1, z.Zip(z.Skip(1), (a, b) => Math.Abs(b - a)).Average() / MeanRangeToSigma);
        return [.. periods.Select(p => (rate, p.Exposure == 0 ? 0 : 3 * sigma * deviation(rate, p.Exposure)))];
    }

    private static ControlChart Limits(double centre, double reach, double most) =>
        new(Round(centre), Round(Math.Max(0, centre - reach)), Round(Math.Min(most, centre + reach)));

    private static decimal Round(double value) => Math.Round((decimal)value, 1, MidpointRounding.AwayFromZero);
}

namespace Avvik.Statistics.Documents;

/// <summary>
/// The control limits of a series of quarters: an XmR chart (individual values and moving ranges, ISO 7870-2). It asks for no distribution and no
/// known number of opportunities, both of which a count of deviations lacks; a u-chart would warn too often where counts are large.
/// </summary>
/// <param name="Lower">Never below zero: there are no fewer than none.</param>
internal sealed record Trend(decimal Centre, decimal Lower, decimal Upper)
{
    // Three standard deviations, where one is estimated as the mean moving range over d2 = 1.128.
    private const decimal ThreeSigma = 2.66m;

    /// <summary>With fewer, the limits say more of chance than of the process.</summary>
    public const int FewestValues = 6;

    /// <summary>Null where there are too few values to say. A hidden value has no moving range on either side.</summary>
    public static Trend? Of(IReadOnlyList<decimal?> values)
    {
        decimal[] known = [.. values.OfType<decimal>()];
        decimal[] ranges = [.. values.Zip(values.Skip(1), (a, b) => b - a).OfType<decimal>().Select(Math.Abs)];
        if (known.Length < FewestValues || ranges.Length < FewestValues - 1) return null;
        var (centre, reach) = (known.Average(), ThreeSigma * ranges.Average());
        return new(Round(centre), Round(Math.Max(0, centre - reach)), Round(centre + reach));
    }

    private static decimal Round(decimal value) => Math.Round(value, 1, MidpointRounding.AwayFromZero);
}

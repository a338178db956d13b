using Avvik.Contracts;

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

    // With fewer, the limits say more of chance than of the process.
    private const int FewestValues = 6;

    /// <summary>Null where there are too few values to say. A hidden value has no moving range on either side.</summary>
    public static Trend? Of(IReadOnlyList<decimal?> values)
    {
        decimal[] known = [.. values.OfType<decimal>()];
        decimal[] ranges = [.. values.Zip(values.Skip(1), (a, b) => b - a).OfType<decimal>().Select(Math.Abs)];
        if (known.Length < FewestValues || ranges.Length < FewestValues - 1) return null;
        var (centre, reach) = (known.Average(), ThreeSigma * ranges.Average());
        return new(Round(centre), Round(Math.Max(0, centre - reach)), Round(centre + reach));
    }

    /// <summary>A section with the series, its limits and its chart.</summary>
    /// <param name="quarters">In time, with what each is called: «3. kv. 2026».</param>
    public static ReportSection Section(string name, string title, string valueTitle, IReadOnlyList<(string Quarter, ReportCell Value)> quarters)
    {
        var limits = Of([.. quarters.Select(q => q.Value.Number)]);
        ReportTable table = new(name,
        [
            new(Texts.Report("quarter"), ColumnType.Text), new(valueTitle, ColumnType.Integer),
            new(Texts.Report("centreLine"), ColumnType.Decimal), new(Texts.Report("lowerLimit"), ColumnType.Decimal), new(Texts.Report("upperLimit"), ColumnType.Decimal),
        ],
        [.. quarters.Select(q => (IReadOnlyList<ReportCell>)[q.Quarter, q.Value, limits?.Centre, limits?.Lower, limits?.Upper])]);
        return new(title, table)
        {
            Introduction = Texts.Report(limits is null ? "tooFewForLimits" : "controlLimits", FewestValues),
            Chart = new TrendChart(title, Labels: 0, Values: 1, Centre: 2, Lower: 3, Upper: 4),
        };
    }

    private static decimal Round(decimal value) => Math.Round(value, 1, MidpointRounding.AwayFromZero);
}

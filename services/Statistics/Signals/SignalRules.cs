namespace Avvik.Statistics.Signals;

/// <summary>
/// The rules by which a series of deviations a day has left its control limits. What is usual is a rate: the mean of a year that ends twelve weeks before,
/// so that what is looked for is not part of what it is compared with. Counts that small are Poisson and far from normal, so limits are Poisson's own.
/// </summary>
internal static class SignalRules
{
    /// <summary>Days that are judged, and the year before them that says what is usual.</summary>
    public const int Judged = 84, Usual = 364, Days = Judged + Usual;

    /// <summary>Nelson's rule 1 (Western Electric's rule 1): the last seven days beyond the limit of three standard deviations.</summary>
    public const string BeyondLimit = "nelson1";
    /// <summary>Nelson's rule 2 (Western Electric's rule 4, with nine): nine weeks in a row above the mean.</summary>
    public const string AboveMean = "nelson2";
    /// <summary>A Poisson CUSUM, tuned to a rate that has doubled (Lucas 1985).</summary>
    public const string Cusum = "cusum";

    // With fewer in a year, three in a week are a signal each time: chance, and too few to learn from.
    private const int FewestInYear = 12;
    // As rare as three standard deviations are on the upper side of a normal distribution.
    private const double Tail = 0.00135;
    private const double CusumLimit = 9;

    /// <summary>Which rules say that the series has left its limits on its last day.</summary>
    /// <param name="series">Deviations a day; <see cref="Days"/> of them.</param>
    public static IEnumerable<string> On(ReadOnlySpan<int> series)
    {
        var usual = 0;
        foreach (var day in series[^Days..^Judged]) usual += day;
        if (usual < FewestInYear) return [];
        var (rate, rules) = ((double)usual / Usual, new List<string>());
        var judged = series[^Judged..];

        if (Exceeds(Week(judged, 0), 7 * rate)) rules.Add(BeyondLimit);
        var above = true;
        for (var week = 0; week < 9; week++) above &= Week(judged, week) > 7 * rate;
        if (above) rules.Add(AboveMean);
        // What lies between the usual rate and twice it, in the likelihood's sense.
        var (sum, reference) = (0.0, rate / Math.Log(2));
        foreach (var day in judged) sum = Math.Max(0, sum + day - reference);
        if (sum >= CusumLimit) rules.Add(Cusum);
        return rules;
    }

    private static int Week(ReadOnlySpan<int> judged, int before)
    {
        var sum = 0;
        foreach (var day in judged.Slice(judged.Length - 7 * (before + 1), 7)) sum += day;
        return sum;
    }

    /// <summary>True when so many or more are as rare as the limit, by Poisson.</summary>
    private static bool Exceeds(int count, double mean)
    {
        var (term, below) = (Math.Exp(-mean), 0.0);
        for (var k = 0; k < count; k++)
        {
            below += term;
            term *= mean / (k + 1);
        }
        return 1 - below < Tail;
    }
}

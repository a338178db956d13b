namespace Avvik.Storage;

/// <summary>How long to wait before what failed is tried again.</summary>
public static class Backoff
{
    // By then every wait is at its longest; a shift by more could overflow.
    private const int MostDoublings = 20;

    /// <summary>The first wait, doubled with each further failure, up to the longest.</summary>
    /// <param name="failures">How many there were in a row, this one included: at least 1.</param>
    /// <param name="first">The wait after the first failure.</param>
    /// <param name="longest">The longest wait.</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest) =>
        TimeSpan.FromTicks(Math.Min(first.Ticks << Math.Min(failures - 1, MostDoublings), longest.Ticks));
}

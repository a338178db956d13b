namespace Avvik.Statistics.Facts;

internal static class Quarter
{
    /// <summary>As in <c>2026-Q3</c>.</summary>
    public static string Of(DateOnly day) => $"{day.Year:0000}-Q{(day.Month + 2) / 3}";

    /// <summary>The first day of the quarter that a day is in.</summary>
    public static DateOnly StartOf(DateOnly day) => new(day.Year, (day.Month - 1) / 3 * 3 + 1, 1);
}

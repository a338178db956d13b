namespace Avvik.Statistics.Facts;

/// <summary>Days and quarters as people in Norway count them: what came in late in the evening belongs to that evening's day, whatever UTC says.</summary>
internal static class NorwegianCalendar
{
    private static readonly TimeZoneInfo Oslo = TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo");

    public static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Oslo).DateTime);

    /// <summary>As in <c>2026-Q3</c>.</summary>
    public static string QuarterOf(DateOnly day) => $"{day.Year:0000}-Q{(day.Month + 2) / 3}";

    public static DateOnly StartOfQuarter(DateOnly day) => new(day.Year, (day.Month - 1) / 3 * 3 + 1, 1);
}

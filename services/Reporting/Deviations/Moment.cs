using System.Globalization;
using Avvik.Hosting.Calendar;

namespace Avvik.Reporting.Deviations;

/// <summary>A point in time as a submission may have it.</summary>
internal static class Moment
{
    /// <summary>A date, or a time with offset (RFC 3339), with its Norwegian day; null when it is neither.</summary>
    public static (DateOnly Day, DateTimeOffset? At)? Read(string? text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return (day, null);
        if (text is { Length: >= 20 and <= 35 } && text[10] is 'T' or 't' && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
            return (NorwegianCalendar.DayOf(at), at);
        return null;
    }
}

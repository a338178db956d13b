using System.Globalization;
using Avvik.Contracts;
using Avvik.Hosting.Problems;

namespace Avvik.Hosting.Calendar;

/// <summary>A point in time as a body may have it: a date, or a time with offset.</summary>
public static class LocalMoment
{
    private const int MaxYearsBack = 10;

    // A client's clock may be ahead of the server's by so much.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>A date, or a time with offset (RFC 3339), with its Norwegian day; null when it is neither, or not from 1900 to 2199.</summary>
    public static (DateOnly Day, DateTimeOffset? At)? Read(string? text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return LocalDay.IsPlausible(day.Year) ? (day, null) : null;
        if (text is { Length: >= 20 and <= 35 } && text[10] is 'T' or 't' && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            && LocalDay.IsPlausible(at.Year))
            return (NorwegianCalendar.DayOf(at), at);
        return null;
    }

    /// <summary>True when a moment is ahead of now by more than clocks differ.</summary>
    public static bool IsAhead(DateTimeOffset at, DateTimeOffset now) => at > now + ClockSkew;

    /// <summary>True when something was at a time before a moment, of which perhaps only the day is known.</summary>
    public static bool IsBefore(DateTimeOffset at, (DateOnly Day, DateTimeOffset? At) moment) =>
        NorwegianCalendar.DayOf(at) < moment.Day || at < moment.At;

    /// <summary>When something occurred: readable, not in the future, and at most ten years back.</summary>
    public static void CheckOccurred(string text, DateTimeOffset now, FieldErrors errors)
    {
        var today = NorwegianCalendar.DayOf(now);
        if (Read(text) is not { } occurred) errors.Add("/occurredAt", FieldCodes.InvalidDate);
        else if (occurred.At is { } at ? IsAhead(at, now) : occurred.Day > today) errors.Add("/occurredAt", FieldCodes.InFuture);
        else if (occurred.Day < today.AddYears(-MaxYearsBack)) errors.Add("/occurredAt", FieldCodes.TooOld);
    }
}

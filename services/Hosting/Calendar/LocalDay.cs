using System.Globalization;
using Avvik.Contracts;
using Avvik.Hosting.Problems;

namespace Avvik.Hosting.Calendar;

/// <summary>Norwegian local dates in requests.</summary>
public static class LocalDay
{
    /// <summary>The day, or null when none is given; anything but a date (<c>2026-08-14</c>) from 1900 to 2199 is an <c>invalidDate</c> error.</summary>
    public static DateOnly? Read(string? text, string pointer, FieldErrors errors)
    {
        if (text is null) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && IsPlausible(day.Year))
            return day;
        errors.Add(pointer, FieldCodes.InvalidDate);
        return null;
    }

    /// <summary>A date that <see cref="Read"/> has accepted.</summary>
    public static DateOnly Of(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Whether days around one of this year can be counted with: 1900 to 2199.</summary>
    public static bool IsPlausible(int year) => year is >= 1900 and < 2200;
}

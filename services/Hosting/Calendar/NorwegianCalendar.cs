using System.Globalization;

namespace Avvik.Hosting.Calendar;

/// <summary>
/// Days in Norwegian local time (Europe/Oslo), not UTC: a report of 23.30 belongs to that day. Working days (<em>virkedager</em>) are Monday to
/// Friday without the public holidays of helligdagsloven § 2 and lov om 1 og 17 mai.
/// </summary>
public static class NorwegianCalendar
{
    private static readonly TimeZoneInfo Oslo = TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo");

    /// <summary>The instant in Norwegian local time.</summary>
    public static DateTimeOffset LocalTimeOf(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Oslo);

    /// <summary>The day an instant falls on.</summary>
    public static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(LocalTimeOf(at).DateTime);

    /// <summary>As in <c>2026-Q3</c>.</summary>
    public static string QuarterOf(DateOnly day) => $"{day.Year:0000}-Q{(day.Month + 2) / 3}";

    /// <summary>The first day of the quarter that a day is in.</summary>
    public static DateOnly StartOfQuarter(DateOnly day) => new(day.Year, (day.Month - 1) / 3 * 3 + 1, 1);

    /// <summary>The first day of a quarter as in <c>2026-Q3</c>, from 2000 on; null for anything else.</summary>
    public static DateOnly? ReadQuarter(string text) =>
        text.Length == 7 && text[4..6] == "-Q" && text[6] is >= '1' and <= '4'
            && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 2000 and <= 2999
            ? new DateOnly(year, (text[6] - '0') * 3 - 2, 1) : null;

    /// <summary>The instant a day begins.</summary>
    public static DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, Oslo.GetUtcOffset(midnight));
    }

    /// <summary>The same local time some days later; the 23- and 25-hour days of daylight saving time count as one day.</summary>
    public static DateTimeOffset AddDays(DateTimeOffset at, int days)
    {
        var local = LocalTimeOf(at).DateTime.AddDays(days);
        // 02:00 to 03:00 does not exist on the night when the clock is set forward.
        if (Oslo.IsInvalidTime(local)) local = local.AddHours(1);
        return new DateTimeOffset(local, Oslo.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>
    /// A deadline some calendar days after an instant: the end of that day, or of the next working day when that day is none. A deadline never
    /// expires on a Sunday or in the middle of a day.
    /// </summary>
    public static DateTimeOffset DeadlineAfter(DateTimeOffset at, int calendarDays) => EndOfWorkingDay(DayOf(at).AddDays(calendarDays));

    /// <summary>A deadline moved by the time in which it was paused, and then to the end of a working day.</summary>
    public static DateTimeOffset Postpone(DateTimeOffset deadline, TimeSpan by) => EndOfWorkingDay(DayOf(deadline + by - TimeSpan.FromMilliseconds(1)));

    private static DateTimeOffset EndOfWorkingDay(DateOnly day)
    {
        while (!IsWorkingDay(day)) day = day.AddDays(1);
        return StartOf(day.AddDays(1)).ToUniversalTime();
    }

    /// <summary>The end of the n-th working day after the day of <paramref name="at"/>: that day itself does not count.</summary>
    public static DateTimeOffset AddWorkingDays(DateTimeOffset at, int days) => StartOf(AddWorkingDays(DayOf(at), days).AddDays(1)).ToUniversalTime();

    /// <summary>The n-th working day after a day; the day itself when n is 0.</summary>
    public static DateOnly AddWorkingDays(DateOnly day, int days)
    {
        for (; days > 0; days--)
            do day = day.AddDays(1);
            while (!IsWorkingDay(day));
        return day;
    }

    /// <summary>True from Monday to Friday, when it is no public holiday.</summary>
    public static bool IsWorkingDay(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !IsHoliday(day);

    /// <summary>True on the public holidays. Christmas Eve and New Year's Eve are working days.</summary>
    public static bool IsHoliday(DateOnly day) => (day.Month, day.Day) is (1, 1) or (5, 1) or (5, 17) or (12, 25) or (12, 26)
        // Maundy Thursday, Good Friday, Easter Day and Monday, Ascension Day, Whit Sunday and Monday.
        || day.DayNumber - EasterSunday(day.Year).DayNumber is -3 or -2 or 0 or 1 or 39 or 49 or 50;

    /// <summary>By the Gregorian computus (Meeus, Jones and Butcher).</summary>
    public static DateOnly EasterSunday(int year)
    {
        var (a, b, c) = (year % 19, year / 100, year % 100);
        var (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
        var g = (b - f + 1) / 3;
        var h = (19 * a + b - d - g + 15) % 30;
        var (i, k) = (c / 4, c % 4);
        var l = (32 + 2 * e + 2 * i - h - k) % 7;
        var m = (a + 11 * h + 22 * l) / 451;
        var n = h + l - 7 * m + 114;
        return new(year, n / 31, n % 31 + 1);
    }
}

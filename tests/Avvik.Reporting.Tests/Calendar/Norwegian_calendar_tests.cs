using Avvik.Hosting.Calendar;

namespace Avvik.Reporting.Tests.Calendar;

public sealed class Norwegian_calendar_tests
{
    // As almanacs print them: New Year, Maundy Thursday, Good Friday, Easter, 1 and 17 May, Ascension Day, Whitsun, Christmas.
    [Theory]
    [InlineData(2020, "01-01 04-09 04-10 04-12 04-13 05-01 05-17 05-21 05-31 06-01 12-25 12-26")]
    [InlineData(2021, "01-01 04-01 04-02 04-04 04-05 05-01 05-13 05-17 05-23 05-24 12-25 12-26")]
    [InlineData(2022, "01-01 04-14 04-15 04-17 04-18 05-01 05-17 05-26 06-05 06-06 12-25 12-26")]
    [InlineData(2023, "01-01 04-06 04-07 04-09 04-10 05-01 05-17 05-18 05-28 05-29 12-25 12-26")]
    [InlineData(2024, "01-01 03-28 03-29 03-31 04-01 05-01 05-09 05-17 05-19 05-20 12-25 12-26")]
    [InlineData(2025, "01-01 04-17 04-18 04-20 04-21 05-01 05-17 05-29 06-08 06-09 12-25 12-26")]
    [InlineData(2026, "01-01 04-02 04-03 04-05 04-06 05-01 05-14 05-17 05-24 05-25 12-25 12-26")]
    [InlineData(2027, "01-01 03-25 03-26 03-28 03-29 05-01 05-06 05-16 05-17 12-25 12-26")]
    [InlineData(2028, "01-01 04-13 04-14 04-16 04-17 05-01 05-17 05-25 06-04 06-05 12-25 12-26")]
    [InlineData(2029, "01-01 03-29 03-30 04-01 04-02 05-01 05-10 05-17 05-20 05-21 12-25 12-26")]
    [InlineData(2030, "01-01 04-18 04-19 04-21 04-22 05-01 05-17 05-30 06-09 06-10 12-25 12-26")]
    [InlineData(2031, "01-01 04-10 04-11 04-13 04-14 05-01 05-17 05-22 06-01 06-02 12-25 12-26")]
    [InlineData(2032, "01-01 03-25 03-26 03-28 03-29 05-01 05-06 05-16 05-17 12-25 12-26")]
    public void Public_holidays_are_those_of_the_almanac(int year, string holidays) => Assert.Equal(holidays, string.Join(' ',
        Enumerable.Range(0, 366).Select(new DateOnly(year, 1, 1).AddDays).Where(d => d.Year == year && NorwegianCalendar.IsHoliday(d))
            .Select(d => $"{d:MM-dd}")));

    [Theory]
    [InlineData(1818, "03-22")]
    [InlineData(1943, "04-25")]
    [InlineData(1954, "04-18")]
    [InlineData(1981, "04-19")]
    [InlineData(2008, "03-23")]
    [InlineData(2011, "04-24")]
    [InlineData(2035, "03-25")]
    [InlineData(2038, "04-25")]
    [InlineData(2076, "04-19")]
    [InlineData(2285, "03-22")]
    public void Easter_is_right_in_the_exceptional_years(int year, string easter) =>
        Assert.Equal(easter, $"{NorwegianCalendar.EasterSunday(year):MM-dd}");

    [Theory]
    // Over a weekend, over Easter, over 1 May, over 17 May and Whitsun, over Christmas and New Year; Christmas Eve is a working day.
    [InlineData("2026-08-20", 2, "2026-08-24")]
    [InlineData("2026-08-22", 1, "2026-08-24")]
    [InlineData("2026-04-01", 1, "2026-04-07")]
    [InlineData("2026-04-30", 1, "2026-05-04")]
    [InlineData("2024-05-16", 1, "2024-05-21")]
    [InlineData("2026-12-23", 1, "2026-12-24")]
    [InlineData("2026-12-23", 5, "2026-12-31")]
    [InlineData("2026-12-23", 6, "2027-01-04")]
    [InlineData("2026-08-20", 0, "2026-08-20")]
    public void Working_days_leave_out_weekends_and_holidays(string from, int days, string expected) =>
        Assert.Equal(DateOnly.Parse(expected, global::System.Globalization.CultureInfo.InvariantCulture),
            NorwegianCalendar.AddWorkingDays(DateOnly.Parse(from, global::System.Globalization.CultureInfo.InvariantCulture), days));

    [Fact]
    public void Working_day_ends_at_midnight_in_Norway() =>
        Assert.Equal([new(2026, 8, 24, 22, 0, 0, TimeSpan.Zero), new(2026, 11, 24, 23, 0, 0, TimeSpan.Zero)], new[]
        {
            NorwegianCalendar.AddWorkingDays(new DateTimeOffset(2026, 8, 20, 21, 59, 59, TimeSpan.Zero), 2),
            NorwegianCalendar.AddWorkingDays(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero), 2),
        });

    [Theory]
    // Late in the evening UTC it is already the next day in Norway.
    [InlineData("2026-08-20T22:30:00Z", "2026-08-21")]
    [InlineData("2026-01-20T22:30:00Z", "2026-01-20")]
    [InlineData("2026-01-20T23:00:00Z", "2026-01-21")]
    public void Day_is_the_Norwegian_day(string at, string day) =>
        Assert.Equal(day, $"{NorwegianCalendar.DayOf(DateTimeOffset.Parse(at, global::System.Globalization.CultureInfo.InvariantCulture)):yyyy-MM-dd}");

    [Fact]
    public void Day_count_ignores_daylight_saving_changes()
    {
        // 29 March and 25 October 2026.
        Assert.Equal(new(2026, 3, 29, 8, 0, 0, TimeSpan.Zero), NorwegianCalendar.AddDays(new(2026, 3, 28, 9, 0, 0, TimeSpan.Zero), 1));
        Assert.Equal(new(2026, 10, 25, 9, 0, 0, TimeSpan.Zero), NorwegianCalendar.AddDays(new(2026, 10, 24, 8, 0, 0, TimeSpan.Zero), 1));
        // 02:30 does not exist that night.
        Assert.Equal(new(2026, 3, 29, 1, 30, 0, TimeSpan.Zero), NorwegianCalendar.AddDays(new(2026, 3, 28, 1, 30, 0, TimeSpan.Zero), 1));
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.FromHours(1)), NorwegianCalendar.StartOf(new(2026, 3, 29)));
        Assert.Equal(TimeSpan.FromHours(23), NorwegianCalendar.StartOf(new(2026, 3, 30)) - NorwegianCalendar.StartOf(new(2026, 3, 29)));
    }
}

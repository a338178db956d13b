using System.Globalization;
using Avvik.Hosting.Calendar;

namespace Avvik.Statistics.Reports;

/// <summary>A quarter (<c>2026-Q3</c>) or a year (<c>2026</c>).</summary>
internal sealed record Period(string Code, DateOnly From, DateOnly To)
{
    public bool IsQuarter => Code.Length == 7;

    /// <summary>The moment after its last day.</summary>
    public DateTimeOffset End => NorwegianCalendar.StartOf(To.AddDays(1));

    public int Days => To.DayNumber - From.DayNumber + 1;

    public static Period? Read(string text) =>
        NorwegianCalendar.ReadQuarter(text) is { } first ? QuarterOf(first)
        : text.Length == 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 2000 and <= 2999
            ? new(text, new(year, 1, 1), new(year, 12, 31)) : null;

    public static Period QuarterOf(DateOnly day) => new(NorwegianCalendar.QuarterOf(day), NorwegianCalendar.StartOfQuarter(day),
        NorwegianCalendar.StartOfQuarter(day).AddMonths(3).AddDays(-1));

    /// <summary>That many quarters before.</summary>
    public Period Before(int quarters) => QuarterOf(From.AddMonths(-3 * quarters));

    public Period YearBefore() => Read((From.Year - 1).ToString(CultureInfo.InvariantCulture))!;

    /// <summary>The four quarters of a year.</summary>
    public IEnumerable<Period> Quarters => Enumerable.Range(0, 4).Select(q => QuarterOf(From.AddMonths(3 * q)));
}

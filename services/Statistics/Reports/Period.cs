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
        text.Length is not (4 or 7) || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            || year is < 2000 or > 2999 ? null
        : text.Length == 4 ? new(text, new(year, 1, 1), new(year, 12, 31))
        : text[4..6] == "-Q" && text[6] is >= '1' and <= '4' ? QuarterOf(new DateOnly(year, (text[6] - '0') * 3, 1))
        : null;

    public static Period QuarterOf(DateOnly day) => new(NorwegianCalendar.QuarterOf(day), NorwegianCalendar.StartOfQuarter(day),
        NorwegianCalendar.StartOfQuarter(day).AddMonths(3).AddDays(-1));

    /// <summary>That many quarters before.</summary>
    public Period Before(int quarters) => QuarterOf(From.AddMonths(-3 * quarters));

    public Period YearBefore() => Read((From.Year - 1).ToString(CultureInfo.InvariantCulture))!;

    /// <summary>The four quarters of a year.</summary>
    public IEnumerable<Period> Quarters => Enumerable.Range(0, 4).Select(q => QuarterOf(From.AddMonths(3 * q)));
}

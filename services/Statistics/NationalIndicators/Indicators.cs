using System.Globalization;
using Avvik.Client;
using Avvik.Statistics.Reports;
using Microsoft.Extensions.Options;

namespace Avvik.Statistics.NationalIndicators;

/// <summary>
/// What others publish of municipalities (Samhandlingsbarometeret, the national quality indicators), from the file
/// <see cref="ReportOptions.IndicatorFile"/>: a line for each indicator, period and municipality.
/// </summary>
internal sealed class Indicators
{
    private const string Header = "indicator;title;unit;period;area;value;source;published";
    private const int LongestCode = 60, LongestText = 200;

    private readonly SortedDictionary<string, Dictionary<string, Published>> _byCode = new(StringComparer.Ordinal);

    public Indicators(IOptions<ReportOptions> options) => MunicipalFile.Read(options.Value.IndicatorFile, Header, Add,
        "an indicator with its title and unit, a quarter or year, a municipality number, a value as 12.5, a source and the day it was published; each once "
            + "for a period and an area, with the same title, unit, source and day on all lines of a period.");

    /// <summary>Of each indicator the last period that had begun when the quarter ended, with its values by municipality number.</summary>
    public IEnumerable<(NationalIndicator Indicator, IReadOnlyDictionary<string, decimal> Values)> At(Period quarter)
    {
        foreach (var (_, periods) in _byCode)
            if (periods.Values.Where(p => p.Period.From <= quarter.To).MaxBy(p => p.Period.To) is { } last)
                yield return (last.Indicator, last.Values);
    }

    private bool Add(string line)
    {
        if (line.Split(';') is not [var code, var title, var unit, var period, var area, var value, var source, var published]
            || !IsText(code, LongestCode) || !IsText(title, LongestText) || !IsText(unit, LongestText) || !IsText(source, LongestText)
            || Period.Read(period) is not { } read || !MunicipalFile.IsMunicipality(area)
            || !decimal.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || !DateOnly.TryParseExact(published, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return false;
        if (!_byCode.TryGetValue(code, out var periods)) _byCode.Add(code, periods = new(StringComparer.Ordinal));
        var indicator = new NationalIndicator(code, title, unit, period, source, day);
        if (!periods.TryGetValue(period, out var known)) periods.Add(period, known = new(read, indicator, []));
        // What is said once of a period must be the same on all its lines.
        return known.Indicator == indicator && known.Values.TryAdd(area, number);
    }

    private static bool IsText(string text, int longest) => text.Length > 0 && text.Length <= longest && text.Trim() == text;

    private sealed record Published(Period Period, NationalIndicator Indicator, Dictionary<string, decimal> Values);
}

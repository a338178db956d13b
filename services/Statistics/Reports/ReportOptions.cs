using System.ComponentModel.DataAnnotations;

namespace Avvik.Statistics.Reports;

/// <summary>Section <c>Reports</c>.</summary>
internal sealed class ReportOptions
{
    /// <summary>Days after the end of a quarter at which it is frozen automatically: what was received on the last day can have been due by then.</summary>
    [Range(45, 365)]
    public int DaysUntilFrozen { get; set; } = 45;

    /// <summary>By year, and in that by municipality number, as of 1 January; where given, reports count per 10,000 too.</summary>
    public Dictionary<string, Dictionary<string, int>> Inhabitants { get; } = [];

    /// <summary>Those of the year, or of the last year before it that is given.</summary>
    public IReadOnlyDictionary<string, int> InhabitantsOf(int year) =>
        Inhabitants.Where(i => string.CompareOrdinal(i.Key, year.ToString("0000", System.Globalization.CultureInfo.InvariantCulture)) <= 0)
            .OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => i.Value).LastOrDefault() ?? [];
}

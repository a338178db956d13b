using System.ComponentModel.DataAnnotations;

namespace Avvik.Statistics.Reports;

/// <summary>Section <c>Reports</c>.</summary>
internal sealed class ReportOptions
{
    /// <summary>Days after the end of a quarter at which it is frozen automatically: what was received on the last day can have been due by then.</summary>
    [Range(45, 365)]
    public int DaysUntilFrozen { get; set; } = 45;

    /// <summary>
    /// File with inhabitants, admissions and discharges of municipalities (<c>measure;period;area;value</c>); null: reports have no rates, and municipalities
    /// are not set side by side.
    /// </summary>
    public string? DenominatorFile { get; set; }

    /// <summary>
    /// File with what others publish of municipalities (<c>indicator;title;unit;period;area;value;source;published</c>); null: there is nothing to set beside
    /// the deviations.
    /// </summary>
    public string? IndicatorFile { get; set; }
}

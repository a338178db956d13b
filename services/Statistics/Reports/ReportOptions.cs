using System.ComponentModel.DataAnnotations;

namespace Avvik.Statistics.Reports;

/// <summary>Section <c>Reports</c>.</summary>
internal sealed class ReportOptions
{
    /// <summary>Days after the end of a quarter at which it is frozen by itself.</summary>
    [Range(1, 365)]
    public int DaysUntilFrozen { get; set; } = 20;

    /// <summary>By municipality number; where given, reports count per 10,000 too.</summary>
    public Dictionary<string, int> Inhabitants { get; } = [];
}

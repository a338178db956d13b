using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>How often patient or next of kin were told of harm, in the cases of the caller's party or unit, whole and as they stand.</summary>
/// <param name="Period">Both days included; by the day a deviation was received, Norwegian local time.</param>
/// <param name="Rows">Mild, moderate and severe harm, and death.</param>
/// <param name="Total">All of them together.</param>
public sealed record PatientInformationFigures(StatisticsPeriod Period, IReadOnlyList<PatientInformationRow> Rows, PatientInformationRow Total);

/// <summary>Deviations with a degree of harm, by what is recorded of telling patient and next of kin.</summary>
public sealed record PatientInformationRow
{
    /// <summary>Code of <c>harm</c>; null for the total.</summary>
    [Code("harm")]
    public required string? Harm { get; init; }
    /// <summary>Deviations.</summary>
    public required long Count { get; init; }
    /// <summary>Of them, with anybody told, by either party.</summary>
    public required long Informed { get; init; }
    /// <summary>Of them, with nobody told, and why recorded.</summary>
    public required long NotInformed { get; init; }
    /// <summary>Of them, with nobody to tell.</summary>
    public required long NotApplicable { get; init; }
    /// <summary>Of them, with nothing recorded.</summary>
    public required long NotRecorded { get; init; }
    /// <summary>Informed, in percent of those with somebody to tell; null when there are none.</summary>
    public required decimal? InformedPercent { get; init; }
}

using System.Text.Json.Serialization;

namespace Avvik.Contracts;

/// <summary>A deviation's facts in codes only, without text, name or patient, so that every service, log and statistic may contain them.</summary>
public sealed record DeviationFacts
{
    /// <summary>For people: <c>AVV-2026-000123</c>.</summary>
    public required string Reference { get; init; }
    /// <summary>Code of the health community whose agreement judges it.</summary>
    public required string Community { get; init; }
    /// <summary>From whom to whom (<see cref="Directions"/>); null between two trusts.</summary>
    public string? Direction { get; init; }
    /// <summary>Organisation number of the reporting party, from the caller's token.</summary>
    public required string ReporterOrganization { get; init; }
    /// <summary>Unit of the reporting party, when given.</summary>
    public string? ReporterUnit { get; init; }
    /// <summary>Organisation number of the party that is to answer.</summary>
    public required string RespondentOrganization { get; init; }
    /// <summary>Unit the reporter named, known to the directory.</summary>
    public string? RespondentUnit { get; init; }
    /// <summary>Site the reporter named, as the directory spells it; null when the directory does not know it.</summary>
    public string? RespondentSite { get; init; }
    /// <summary>Agreement in force on the day it occurred; null when the parties share none.</summary>
    public string? Agreement { get; init; }
    /// <summary>Agreement breach, incident, near miss …</summary>
    public required string Kind { get; init; }
    /// <summary>Norwegian local date.</summary>
    public required DateOnly OccurredOn { get; init; }
    /// <summary>When it happened, where the reporter knew the time of day.</summary>
    public DateTimeOffset? OccurredAt { get; init; }
    /// <summary>When it was discovered.</summary>
    public DateTimeOffset? DiscoveredAt { get; init; }
    /// <summary>When it was stored.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Its current category; null until it is classified.</summary>
    public string? Category { get; init; }
    /// <summary>Point of helse- og omsorgstjenesteloven § 6-2; may be none.</summary>
    public string? Clause { get; init; }
    /// <summary>Number of the clause in the agreement's own list (<c>8-1</c>), when it is another than the point of the statute.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LocalClause { get; init; }
    /// <summary>Codes of the patient groups concerned.</summary>
    public required IReadOnlyList<string> PatientGroups { get; init; }
    /// <summary>Harm that happened; <c>unknown</c> when not given.</summary>
    public required string ActualHarm { get; init; }
    /// <summary>Harm that could have happened.</summary>
    public string? PotentialHarm { get; init; }
    /// <summary>How likely it is to happen again.</summary>
    public string? Likelihood { get; init; }
    /// <summary>The electronic message concerned.</summary>
    public string? AffectedMessage { get; init; }
    /// <summary>How the event differed from what was agreed.</summary>
    public string? Difference { get; init; }
    /// <summary>Municipality where the patient stays (oppholdskommune), four digits.</summary>
    public string? PatientMunicipality { get; init; }
    /// <summary>True when Reporting holds a sealed envelope for it.</summary>
    public bool HasPatient { get; init; }
    /// <summary>How many sealed envelopes Reporting holds for it. It only rises: erasure does not change it. 0 in events from before it was counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int PatientsGiven { get; init; }
    /// <summary>How many patients it affected, as reported or corrected, from 1; null when nobody has said. Never less than this are named: see
    /// <see cref="AffectedPatients"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PatientsAffected { get; init; }
    /// <summary>How many patients it is known to have affected: the number that was said, or that are named when they are more; null when neither is.</summary>
    [JsonIgnore]
    public int? AffectedPatients => Math.Max(PatientsAffected ?? 0, Math.Max(PatientsGiven, HasPatient ? 1 : 0)) is > 0 and var known ? known : null;
    /// <summary>True when the other party is not to know who reported.</summary>
    public bool ReporterConfidential { get; init; }

    /// <summary>With at least so many patients named: what came by another way, or earlier, is not forgotten, whatever the order of arrival.</summary>
    public DeviationFacts WithPatientsGiven(int named) =>
        named <= PatientsGiven ? this : this with { HasPatient = true, PatientsGiven = named };
}

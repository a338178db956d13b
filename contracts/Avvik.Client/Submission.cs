using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>
/// What a clinician or a health record reports: <c>POST /api/v1/deviations</c>. Required: <see cref="ClientReference"/>, <see cref="Kind"/>,
/// <see cref="OccurredAt"/>, the respondent's organisation number and <see cref="Narrative"/>. The reporting organisation comes from the token.
/// </summary>
public sealed record Submission
{
    /// <summary>The sender's own id, at most 100 characters. Sending the same again is answered with the first receipt.</summary>
    [Required]
    public string? ClientReference { get; init; }
    /// <summary>Code of <c>kinds</c>.</summary>
    [Code("kinds")]
    [Required]
    public string? Kind { get; init; }
    /// <summary>A date (Norwegian local) or a time with offset; not in the future, at most ten years back.</summary>
    [Required]
    public string? OccurredAt { get; init; }
    /// <summary>A time with offset.</summary>
    public string? DiscoveredAt { get; init; }
    /// <summary>The party that is to answer.</summary>
    [Required]
    public Respondent? Respondent { get; init; }
    /// <summary>Unit of the reporting party.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary>Municipality where the patient stays (oppholdskommune), four digits.</summary>
    public string? PatientMunicipality { get; init; }
    /// <summary>What happened, at most 8,000 characters, free of identities.</summary>
    [Required]
    public string? Narrative { get; init; }
    /// <summary>Code of <c>categories</c>; without it the narrative decides when it is clear enough, else a coordinator.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>Point of helse- og omsorgstjenesteloven § 6-2.</summary>
    public string? Clause { get; init; }
    /// <summary>Code of <c>messageTypes</c>.</summary>
    [Code("messageTypes")]
    public string? AffectedMessage { get; init; }
    /// <summary>Id of the electronic message concerned, at most 100 characters.</summary>
    public string? MessageId { get; init; }
    /// <summary>Code of <c>differences</c>.</summary>
    [Code("differences")]
    public string? Difference { get; init; }
    /// <summary>Codes of <c>patientGroups</c>.</summary>
    [Code("patientGroups")]
    public IReadOnlyList<string>? PatientGroups { get; init; }
    /// <summary>Code of <c>harm</c>.</summary>
    [Code("harm")]
    public string? ActualHarm { get; init; }
    /// <summary>Code of <c>harm</c>.</summary>
    [Code("harm")]
    public string? PotentialHarm { get; init; }
    /// <summary>Code of <c>likelihood</c>.</summary>
    [Code("likelihood")]
    public string? Likelihood { get; init; }
    /// <summary>What was done at once, at most 4,000 characters.</summary>
    public string? ImmediateAction { get; init; }
    /// <summary>What the reporter would have changed, at most 4,000 characters.</summary>
    public string? SuggestedMeasure { get; init; }
    /// <summary>Who reports.</summary>
    public Reporter? Reporter { get; init; }
    /// <summary>Who it concerned. Sealed on arrival, and never given back.</summary>
    public Patient? Patient { get; init; }
    /// <summary>
    /// Whom it concerned, when that is several: instead of <see cref="Patient"/>, at most 500 here; more are added afterwards
    /// (<c>POST /api/v1/deviations/{id}/patients</c>). Each is sealed on its own. The same patient twice is one.
    /// </summary>
    [HoldsCodes]
    public IReadOnlyList<Patient>? Patients { get; init; }
    /// <summary>
    /// How many patients it affected, 1–1,000,000, also when nobody is named yet. Not lower than the number of patients that are given. It follows the case
    /// to the party that answers; who they are does not.
    /// </summary>
    public int? PatientsAffected { get; init; }

    /// <summary>Everyone who is given, each once.</summary>
    public IReadOnlyList<Patient> AllPatients() =>
        [.. (Patient is { } one ? [one] : Patients ?? []).DistinctBy(p => p.Identifier)];

    /// <summary>Without whoever it concerned.</summary>
    public Submission WithoutPatients() => this with { Patient = null, Patients = null };
}

/// <summary>More patients of a deviation: <c>POST /api/v1/deviations/{id}/patients</c>. The same patient twice is one.</summary>
public sealed record AddPatients
{
    /// <summary>Who, from one to 500 in a call. Each is sealed on arrival, and never given back.</summary>
    [HoldsCodes]
    [Required]
    public IReadOnlyList<Patient>? Patients { get; init; }
}

/// <summary>The party that is to answer.</summary>
public sealed record Respondent
{
    /// <summary>Nine digits.</summary>
    [Required]
    public string? OrganizationNumber { get; init; }
    /// <summary>Name of a place at a trust, as in the directory; an unknown one is kept but decides nothing.</summary>
    public string? Site { get; init; }
    /// <summary>Code of a unit, as in the directory.</summary>
    public string? Unit { get; init; }
}

/// <summary>Who reports.</summary>
public sealed record Reporter
{
    /// <summary>At most 200 characters.</summary>
    [HoldsName]
    public string? Name { get; init; }
    /// <summary>At most 100 characters.</summary>
    public string? Profession { get; init; }
    /// <summary>Number in Helsepersonellregisteret, at most nine digits.</summary>
    [HoldsIdentity]
    public string? HprNumber { get; init; }
    /// <summary>True: the other party is not to know who reported.</summary>
    public bool? Confidential { get; init; }
    /// <summary>True: nobody is to know who reported, and nothing that says it is kept. The receipt is all there is to follow it by.</summary>
    public bool? Anonymous { get; init; }
}

/// <summary>Who a deviation concerned: travels only from the reporter to Reporting.</summary>
public sealed record Patient
{
    /// <summary><c>fnr</c>, <c>dnr</c>, <c>hnr</c> (H-number) or <c>fhn</c> (felles hjelpenummer).</summary>
    public string? IdentifierType { get; init; }
    /// <summary>Eleven digits.</summary>
    [HoldsIdentity]
    public string? Identifier { get; init; }

    /// <summary>Says nothing: an identity is never printed.</summary>
    public override string ToString() => nameof(Patient);
}

using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>A deviation that waits for a coordinator.</summary>
public sealed record TriageItem
{
    /// <summary>The deviation.</summary>
    public required Guid Id { get; init; }
    /// <summary>For people.</summary>
    public required string Reference { get; init; }
    /// <summary><c>triage</c>, or the state it has come to when it waits only to be looked at.</summary>
    [Code("caseStates")]
    public required string State { get; init; }
    /// <summary>When it was on disk.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Code of the health community.</summary>
    public required string Community { get; init; }
    /// <summary>From whom to whom.</summary>
    [Code("directions")]
    public string? Direction { get; init; }
    /// <summary>Who reported.</summary>
    public required string ReporterOrganization { get; init; }
    /// <summary>The party that is to answer, whose coordinators it waits for.</summary>
    public required string RespondentOrganization { get; init; }
    /// <summary>Agreement breach, incident …</summary>
    [Code("kinds")]
    public required string Kind { get; init; }
    /// <summary>Norwegian local date.</summary>
    public required DateOnly OccurredOn { get; init; }
    /// <summary>In force on that day; null when the parties share none.</summary>
    public AgreementReference? Agreement { get; init; }
    /// <summary>The respondent's site that the reporter named.</summary>
    public string? Site { get; init; }
    /// <summary>The site as the reporter wrote it, when the directory does not know it.</summary>
    public string? UnknownSite { get; init; }
    /// <summary>As sent.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>As sent.</summary>
    [Code("harm")]
    public required string ActualHarm { get; init; }
    /// <summary>How many patients it is known to have affected; null when nobody has said.</summary>
    public int? PatientsAffected { get; init; }
    /// <summary>What happened.</summary>
    public required string Narrative { get; init; }
    /// <summary>What was done at once.</summary>
    public string? ImmediateAction { get; init; }
    /// <summary>What the reporter would have changed.</summary>
    public string? SuggestedMeasure { get; init; }
    /// <summary>What it seems to be about, best first.</summary>
    public required IReadOnlyList<CategorySuggestion> Suggestions { get; init; }
    /// <summary>Why it waits.</summary>
    public required IReadOnlyList<TriageFlag> Flags { get; init; }
    /// <summary>When it is to be decided by: working days from receipt, as the agreement says.</summary>
    public required DateTimeOffset DueAt { get; init; }
    /// <summary>True when that has passed and it still waits for a coordinator.</summary>
    public required bool Overdue { get; init; }
    /// <summary>What the reporter was asked, while the state is <c>awaitingReporter</c>.</summary>
    public string? Question { get; init; }
    /// <summary>What the reporter has answered since, oldest first.</summary>
    public required IReadOnlyList<string> Answers { get; init; }
    /// <summary>Why a closed case was reopened; null when it was not.</summary>
    public string? ReopenedBecause { get; init; }
}

/// <summary>What a narrative seems to be about.</summary>
/// <param name="Category">Code of <c>categories</c>.</param>
/// <param name="Confidence">0–1.</param>
/// <param name="Terms">The words of the narrative that spoke for it.</param>
public sealed record CategorySuggestion([property: Code("categories")] string Category, double Confidence, IReadOnlyList<string> Terms);

/// <summary>Why a deviation waits for a person.</summary>
/// <param name="Code"><c>seriousHarm</c>, <c>possibleDuplicate</c>, <c>possibleIdentity</c>, <c>noCategory</c>, <c>unresolvedParty</c>,
/// <c>agreementMissing</c>, <c>reopened</c>.</param>
/// <param name="Reason">In bokmål.</param>
/// <param name="Ids">For <c>possibleDuplicate</c>: the deviations it is like, most like first.</param>
/// <param name="Warnings">For <c>possibleIdentity</c>: where. It must be cleared (<see cref="TriageDecision.IdentityCleared"/>) before the deviation is
/// routed.</param>
public sealed record TriageFlag(string Code, string Reason, IReadOnlyList<Guid>? Ids = null, IReadOnlyList<TextWarning>? Warnings = null);

/// <summary>What a coordinator decides.</summary>
public sealed record TriageDecision
{
    /// <summary><c>route</c>, <c>reject</c>, <c>duplicate</c>, <c>ask</c>, or <c>enterInError</c> for what should never have been sent.</summary>
    [Required]
    public string? Decision { get; init; }
    /// <summary>Code of <c>categories</c>; needed to route when the deviation has none.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>Point of § 6-2; without it the category's own.</summary>
    public string? Clause { get; init; }
    /// <summary>Code of <c>harm</c>, when it is to be changed.</summary>
    [Code("harm")]
    public string? ActualHarm { get; init; }
    /// <summary>Codes of <c>patientGroups</c>, when they are to be changed.</summary>
    [Code("patientGroups")]
    public IReadOnlyList<string>? PatientGroups { get; init; }
    /// <summary>Unit of the respondent; without it the routing rules decide.</summary>
    public string? Unit { get; init; }
    /// <summary>The coordinator has read what may identify someone, and it does not; needed for <c>route</c> and <c>duplicate</c> with the flag
    /// <c>possibleIdentity</c>.</summary>
    public bool IdentityCleared { get; init; }
    /// <summary>Code of <c>rejectionReasons</c>; needed to reject.</summary>
    [Code("rejectionReasons")]
    public string? ReasonCode { get; init; }
    /// <summary>Shown to the reporter; needed to reject, to enter in error, and to change category or lower harm that the reporter gave.</summary>
    public string? Comment { get; init; }
    /// <summary>The case it repeats; needed for <c>duplicate</c>.</summary>
    public Guid? MainCase { get; init; }
    /// <summary>At most 4,000 characters; needed for <c>ask</c>.</summary>
    public string? Question { get; init; }
}

/// <summary>What was decided.</summary>
/// <param name="Id">The deviation.</param>
/// <param name="State">State after it.</param>
public sealed record TriageOutcome(Guid Id, [property: Code("caseStates")] string State) : WrittenAnswer;

using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>A deviation as its reporter's party sees it.</summary>
public sealed record Deviation : WrittenAnswer
{
    /// <summary>UUIDv7; the case's id too.</summary>
    public required Guid Id { get; init; }
    /// <summary>For people: <c>AVV-2026-000123</c>.</summary>
    public required string Reference { get; init; }
    /// <summary><c>submitted</c>, then the case's state.</summary>
    [Code("caseStates", Also = "submitted")]
    public required string State { get; init; }
    /// <summary>When it was on disk.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Code of the health community.</summary>
    public required string Community { get; init; }
    /// <summary>From whom to whom.</summary>
    [Code("directions")]
    public string? Direction { get; init; }
    /// <summary>From the caller's token.</summary>
    public required string ReporterOrganization { get; init; }
    /// <summary>The party that is to answer.</summary>
    public required string RespondentOrganization { get; init; }
    /// <summary>In force on the day it occurred; null when the parties share none.</summary>
    public AgreementReference? Agreement { get; init; }
    /// <summary>As it is classified now.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>As it is judged now.</summary>
    [Code("harm")]
    public required string ActualHarm { get; init; }
    /// <summary>True when there is a sealed envelope.</summary>
    public required bool HasPatient { get; init; }
    /// <summary>How many patients are named, each in a sealed envelope; it stays when they are erased.</summary>
    public int PatientsGiven { get; init; }
    /// <summary>How many patients it is known to have affected: as reported or corrected, or that are named; null when nobody has said.</summary>
    public int? PatientsAffected { get; init; }
    /// <summary>As sent, without the patients.</summary>
    [JsonConverter(typeof(AsSent))]
    public required Submission Submission { get; init; }
    /// <summary>Null until it is routed.</summary>
    public CaseSummary? Case { get; init; }
    /// <summary>The case it repeats, when the state is <c>duplicate</c>: its answer and closing are in the timeline.</summary>
    public Guid? MainCase { get; init; }
    /// <summary>What has happened, oldest first.</summary>
    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }
}

/// <summary>An agreement and the point of helse- og omsorgstjenesteloven § 6-2 it is counted by.</summary>
/// <param name="Code">As in the directory.</param>
/// <param name="Clause">1–13, or null.</param>
/// <param name="LocalClause">Number of the clause in the agreement's own list (<c>8-1</c>), when it is another.</param>
/// <param name="Title">The clause's title in that list, in bokmål.</param>
public sealed record AgreementReference(string Code, [property: Code("clauses")] string? Clause, string? LocalClause = null, string? Title = null)
{
    /// <summary>As the facts of a deviation have it; null when the parties share no agreement.</summary>
    public static AgreementReference? Of(DeviationFacts facts) => facts.Agreement is not { } code ? null : new(code, facts.Clause, facts.LocalClause,
        AgreementClauses.Find(facts.Community, code, facts.LocalClause ?? facts.Clause, facts.OccurredOn)?.Title);
}

/// <summary>Where the case is.</summary>
/// <param name="Id">The deviation's id.</param>
/// <param name="Unit">Unit that has it.</param>
/// <param name="State">Code of <c>caseStates</c>.</param>
/// <param name="DueAt">When the answer is due.</param>
public sealed record CaseSummary(Guid Id, string Unit, [property: Code("caseStates")] string State, DateTimeOffset? DueAt);

/// <summary>Something that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Event">What: <c>submitted</c>, <c>routed</c>, <c>answered</c> …</param>
/// <param name="Organization">Party of whoever did it; null when the system did.</param>
/// <param name="Text">The words that belong to it.</param>
/// <param name="Actor">
/// Who of the caller's own party did it, as the token names them; null for the other party's acts, the system's, and those of a confidential reporter.
/// </param>
public sealed record TimelineEntry(DateTimeOffset At, [property: Code("caseEvents", Also = "submitted")] string Event, string? Organization, string? Text,
    string? Actor = null);

/// <summary>What has changed.</summary>
/// <param name="Items">Oldest first.</param>
/// <param name="NextCursor">Ask with <c>?cursor=</c> for what follows; never null, since there may be more later.</param>
public sealed record Changes(IReadOnlyList<Change> Items, string NextCursor);

/// <summary>A change of a case, in codes alone.</summary>
/// <param name="Cursor">Where it is in the feed: <c>?cursor=</c> gives what follows it.</param>
/// <param name="Id">The deviation and its case.</param>
/// <param name="Reference">For people.</param>
/// <param name="Version">The case's after it; keep the highest.</param>
/// <param name="At">When.</param>
/// <param name="Event">What: code of <c>caseEvents</c>.</param>
/// <param name="State">State after it: code of <c>caseStates</c>.</param>
/// <param name="Unit">Unit that has it; null while it is in triage.</param>
/// <param name="Organization">Party of whoever did it; null when the system did.</param>
/// <param name="DueAt">When the answer is due.</param>
public sealed record Change(
    string Cursor, Guid Id, string Reference, int Version, DateTimeOffset At, [property: Code("caseEvents", Also = "submitted")] string Event,
    [property: Code("caseStates", Also = "submitted")] string State, string? Unit, string? Organization, DateTimeOffset? DueAt);

/// <summary>A page of a list.</summary>
/// <param name="Items">In the list's order.</param>
/// <param name="NextCursor">Ask with <c>?cursor=</c> for what follows; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>What the server would make of a submission.</summary>
/// <param name="Valid">Always true; what is not valid is answered with a problem.</param>
/// <param name="Preview">What would be derived.</param>
/// <param name="Warnings">What may identify someone: a submission is accepted with it, and waits for a coordinator. And a site that the directory does not
/// know: it decides nothing.</param>
public sealed record ValidationAnswer(bool Valid, SubmissionPreview Preview, IReadOnlyList<TextWarning> Warnings);

/// <summary>What the server would derive from a submission.</summary>
public sealed record SubmissionPreview
{
    /// <summary>Code of the health community.</summary>
    public required string Community { get; init; }
    /// <summary>From whom to whom.</summary>
    [Code("directions")]
    public string? Direction { get; init; }
    /// <summary>From the caller's token.</summary>
    public required string ReporterOrganization { get; init; }
    /// <summary>The party that is to answer.</summary>
    public required string RespondentOrganization { get; init; }
    /// <summary>In force on the day it occurred.</summary>
    public AgreementReference? Agreement { get; init; }
    /// <summary>As sent; null: the narrative or a coordinator decides.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>True when there would be a sealed envelope.</summary>
    public required bool HasPatient { get; init; }
    /// <summary>How many patients it would be known to have affected.</summary>
    public int? PatientsAffected { get; init; }
}

/// <summary>Why a deviation is withdrawn.</summary>
public sealed record WithdrawDeviation
{
    /// <summary>At most 4,000 characters, free of identities.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>What the reporter writes to those who hold the case.</summary>
public sealed record ReporterMessage
{
    /// <summary>At most 4,000 characters, free of identities.</summary>
    [Required]
    public string? Text { get; init; }
    /// <summary>True: the reporter asks the coordinators to reopen the case, which is closed.</summary>
    public bool? AsksReopening { get; init; }
    /// <summary>True: the reporter accepts the answer, and the case is closed; for clients that report only.</summary>
    public bool? AcceptsAnswer { get; init; }
}

/// <summary>What is to be struck from a deviation's texts: the case's, the lesson's and every copy of them.</summary>
public sealed record RedactText
{
    /// <summary>Words as they stand in a text, or a whole text, at most 8,000 characters. Struck wherever they stand; kept nowhere.</summary>
    [Required, HoldsIdentity]
    public string? Passage { get; init; }
    /// <summary>Why, at most 4,000 characters; shown to both parties, never the words that are struck.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>A passage that was struck.</summary>
/// <param name="Id">The deviation.</param>
/// <param name="Reference">For people.</param>
/// <param name="Number">From 1 for each deviation.</param>
/// <param name="At">When; backups from before that hold it still.</param>
/// <param name="Organization">Party of whoever struck it.</param>
/// <param name="Actor">Who, as the token names them; null for the other party's eyes.</param>
/// <param name="Reason">Why.</param>
/// <param name="Words">How many words it had.</param>
public sealed record TextRedaction(
    Guid Id, string Reference, int Number, DateTimeOffset At, string Organization, string? Actor, string Reason, int Words) : WrittenAnswer;

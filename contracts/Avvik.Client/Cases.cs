namespace Avvik.Client;

/// <summary>A line of the worklist.</summary>
public sealed record CaseRow
{
    /// <summary>The deviation's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>For people.</summary>
    public required string Reference { get; init; }
    /// <summary>Code of <c>caseStates</c>.</summary>
    public required string State { get; init; }
    /// <summary>Unit that has it.</summary>
    public required string Unit { get; init; }
    /// <summary>Code of the health community.</summary>
    public required string Community { get; init; }
    /// <summary>From whom to whom.</summary>
    public string? Direction { get; init; }
    /// <summary>Who reported.</summary>
    public required string ReporterOrganization { get; init; }
    /// <summary>Who answers.</summary>
    public required string RespondentOrganization { get; init; }
    /// <summary>Agreement breach, incident …</summary>
    public required string Kind { get; init; }
    /// <summary>Code of <c>categories</c>.</summary>
    public required string Category { get; init; }
    /// <summary>Point of § 6-2.</summary>
    public string? Clause { get; init; }
    /// <summary>Code of <c>harm</c>.</summary>
    public required string ActualHarm { get; init; }
    /// <summary><c>urgent</c>, <c>high</c>, <c>normal</c> or <c>low</c>.</summary>
    public required string Priority { get; init; }
    /// <summary>When it was reported.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>When the answer is due.</summary>
    public required DateTimeOffset DueAt { get; init; }
    /// <summary>True when it is past due and not answered.</summary>
    public required bool Overdue { get; init; }
    /// <summary>Wrong-recipient returns so far.</summary>
    public required int Hops { get; init; }
    /// <summary>Rises by one for each accepted action; the ETag.</summary>
    public required int Version { get; init; }
}

/// <summary>A case, as both parties see it. Its ETag is its version.</summary>
public sealed record CaseDetails
{
    /// <summary>The worklist's line.</summary>
    public required CaseRow Case { get; init; }
    /// <summary>Agreement and clause.</summary>
    public AgreementReference? Agreement { get; init; }
    /// <summary>Norwegian local date.</summary>
    public required DateOnly OccurredOn { get; init; }
    /// <summary>What happened.</summary>
    public required string Narrative { get; init; }
    /// <summary>What was done at once.</summary>
    public string? ImmediateAction { get; init; }
    /// <summary>What the reporter would have changed.</summary>
    public string? SuggestedMeasure { get; init; }
    /// <summary>Codes of <c>patientGroups</c>.</summary>
    public required IReadOnlyList<string> PatientGroups { get; init; }
    /// <summary>True when Reporting holds a sealed envelope.</summary>
    public required bool HasPatient { get; init; }
    /// <summary>Why it was classified so.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>Which rule, of which version of the rules, chose the unit.</summary>
    public required RoutingDecision Routing { get; init; }
    /// <summary>The answer, once given.</summary>
    public CaseAnswer? Answer { get; init; }
    /// <summary>Actions this caller may take now.</summary>
    public required IReadOnlyList<string> AllowedActions { get; init; }
    /// <summary>What has happened, oldest first; the same for both parties.</summary>
    public required IReadOnlyList<CaseEvent> Timeline { get; init; }
}

/// <summary>What chose the unit.</summary>
/// <param name="Rule"><c>respondentUnit</c>, <c>categoryService</c>, <c>site</c>, <c>fallback</c>, <c>coordinator</c>, <c>returned</c> or <c>transferred</c>.</param>
/// <param name="Version">Of the rules.</param>
public sealed record RoutingDecision(string Rule, int Version);

/// <summary>Something that happened to a case.</summary>
/// <param name="Version">The case's version after it.</param>
/// <param name="At">When.</param>
/// <param name="Action">What.</param>
/// <param name="Organization">Party of whoever did it; null when the system did.</param>
/// <param name="Actor">Who did it, as the token names them; null for the other party's eyes and for the system.</param>
/// <param name="State">State after it.</param>
/// <param name="Unit">Unit that has it after it.</param>
/// <param name="Text">The reason, or other words.</param>
public sealed record CaseEvent(int Version, DateTimeOffset At, string Action, string? Organization, string? Actor, string State, string Unit, string? Text);

/// <summary>The answer to the one who reported.</summary>
/// <param name="Text">In words.</param>
/// <param name="ContributingFactors">Codes of <c>contributingFactors</c>.</param>
/// <param name="Measures">What is to change.</param>
/// <param name="NoMeasuresReason">Why nothing is.</param>
public sealed record CaseAnswer(string Text, IReadOnlyList<string> ContributingFactors, IReadOnlyList<Measure> Measures, string? NoMeasuresReason);

/// <summary>Something that is to change.</summary>
public sealed record Measure
{
    /// <summary>Given by the server.</summary>
    public Guid? Id { get; init; }
    /// <summary>What, at most 2,000 characters.</summary>
    public string? Description { get; init; }
    /// <summary>Unit or role that sees to it, at most 200 characters; not a person's identity.</summary>
    public string? Owner { get; init; }
    /// <summary>By when (<c>2026-09-30</c>).</summary>
    public string? DueDate { get; init; }
    /// <summary><c>planned</c> when new.</summary>
    public string? State { get; init; }
}

/// <summary>The body of any action on a case; which members an action needs is in the API's table.</summary>
public sealed record CaseAction
{
    /// <summary>For <c>return</c> and <c>transfer</c>, at most 4,000 characters.</summary>
    public string? Reason { get; init; }
    /// <summary>For <c>return</c>: the right unit, if known.</summary>
    public string? SuggestedUnit { get; init; }
    /// <summary>For <c>transfer</c>: a unit of the same party.</summary>
    public string? Unit { get; init; }
    /// <summary>For <c>answer</c>, at most 8,000 characters.</summary>
    public string? Text { get; init; }
    /// <summary>For <c>answer</c>: codes of <c>contributingFactors</c>.</summary>
    public IReadOnlyList<string>? ContributingFactors { get; init; }
    /// <summary>For <c>answer</c>.</summary>
    public IReadOnlyList<Measure>? Measures { get; init; }
    /// <summary>For <c>answer</c> without measures.</summary>
    public string? NoMeasuresReason { get; init; }
    /// <summary>For <c>resolve</c>, at most 4,000 characters.</summary>
    public string? Decision { get; init; }
}

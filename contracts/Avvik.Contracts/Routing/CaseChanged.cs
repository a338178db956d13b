namespace Avvik.Contracts.Routing;

/// <summary>
/// A case has changed: the change, its actor and the current state, in codes only. Triage publishes it until the first routing, Routing
/// from then on, also while Triage decides about a reopened case: a version has one owner, so the highest is the current state, whatever the order of
/// arrival.
/// </summary>
public sealed record CaseChanged : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>What happened: <c>queued</c>, <c>routed</c>, <c>acknowledged</c>, <c>answered</c> …</summary>
    public required string Action { get; init; }
    /// <summary>Party of the actor; null when the system acted.</summary>
    public string? Organization { get; init; }
    /// <summary>State after it (<see cref="CaseStates"/>).</summary>
    public required string State { get; init; }
    /// <summary>The facts as they stand now.</summary>
    public required DeviationFacts Facts { get; init; }
    /// <summary>Unit that has the case now; null while it is in triage.</summary>
    public string? Unit { get; init; }
    /// <summary>When the answer is due.</summary>
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>When it was last answered.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }
    /// <summary>When it was last closed.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
    /// <summary>Of a reminder (<c>reminded</c>): the share of the answer time that has passed, in percent; else null.</summary>
    public int? ReminderPercent { get; init; }
    /// <summary>Wrong-recipient returns so far.</summary>
    public int Hops { get; init; }
    /// <summary>The same, one by one: which unit sent it on to which. Null in events from before they were told apart.</summary>
    public IReadOnlyList<UnitHop>? UnitHops { get; init; }
    /// <summary>
    /// Parties that handed it over to another, oldest first: organisation numbers. No wrong-recipient returns. Null in events from before it could be.
    /// </summary>
    public IReadOnlyList<string>? EarlierRespondents { get; init; }
    /// <summary>Code of <c>rejectionReasons</c>, when a coordinator rejected it.</summary>
    public string? RejectionReason { get; init; }
    /// <summary>When the unit that has it acknowledged it; null until then, and again after it was sent on.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }
    /// <summary>Why it happened, as the last answer states it (codes of <c>contributingFactors</c>); null until answered.</summary>
    public IReadOnlyList<string>? ContributingFactors { get; init; }
    /// <summary>Times the reporter's party disputed the answer.</summary>
    public int Disputes { get; init; }
    /// <summary>Times it was lifted to the coordinators of both parties.</summary>
    public int Escalations { get; init; }
    /// <summary>Times it was taken up again after closing.</summary>
    public int Reopenings { get; init; }
    /// <summary>What is to change, in codes; null until answered.</summary>
    public IReadOnlyList<MeasureFact>? Measures { get; init; }
    /// <summary>Lessons that both parties have approved.</summary>
    public int Lessons { get; init; }
    /// <summary>
    /// Code of <c>patientInformed</c>: <c>informed</c> once patient or next of kin have been told, else what was recorded last; null while nothing is.
    /// </summary>
    public string? PatientInformed { get; init; }
    /// <summary>The case it repeats, when the state is <c>duplicate</c>.</summary>
    public Guid? MainCase { get; init; }
    /// <summary>The event that it and other cases are reports of: linked cases share it. They count as one event, and each as a report.</summary>
    public Guid? EventId { get; init; }
}

/// <summary>A case was sent on by a unit that was not the right one.</summary>
/// <param name="From">Code of the unit that sent it.</param>
/// <param name="To">Code of the unit that got it.</param>
public sealed record UnitHop(string From, string To);

/// <summary>A measure, in codes.</summary>
/// <param name="Id">The measure.</param>
/// <param name="State"><c>planned</c>, <c>inProgress</c>, <c>done</c>, <c>effectChecked</c> or <c>cancelled</c>.</param>
/// <param name="DueOn">Norwegian local date.</param>
/// <param name="DoneOn">Norwegian local date; null until done.</param>
public sealed record MeasureFact(Guid Id, string State, DateOnly DueOn, DateOnly? DoneOn);

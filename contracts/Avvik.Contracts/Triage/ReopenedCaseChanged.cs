namespace Avvik.Contracts.Triage;

/// <summary>
/// What Triage did with a reopened case, other than routing it again. Routing, which owns the versions of a case from its first routing on, adds it to
/// the case and publishes the <see cref="Routing.CaseChanged"/>.
/// </summary>
public sealed record ReopenedCaseChanged : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>Triage's own number of the change, rising for each deviation; not a version of the case.</summary>
    public required int Version { get; init; }
    /// <summary>
    /// Number of the reopening that this answers (<see cref="Routing.CaseChanged.Reopenings"/>). Null in events from before reopenings were numbered.
    /// </summary>
    public int? Reopening { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>What happened, as in <see cref="Routing.CaseChanged.Action"/>.</summary>
    public required string Action { get; init; }
    /// <summary>Party of the actor; null when the system acted.</summary>
    public string? Organization { get; init; }
    /// <summary>Subject of the coordinator who acted, for the case's history; null when the system or a reporter did, and in older events.</summary>
    public string? Actor { get; init; }
    /// <summary>State after it (<see cref="CaseStates"/>).</summary>
    public required string State { get; init; }
    /// <summary>The question, the reason, or other words.</summary>
    public ProtectedText? Text { get; init; }
}

namespace Avvik.Contracts.Triage;

/// <summary>
/// What became of a reopened case while Triage holds it, other than being routed again: Routing, which has the case, follows. The same version
/// is a <see cref="Routing.CaseChanged"/> for the rest.
/// </summary>
public sealed record ReopenedCaseChanged : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>What happened, as in <see cref="Routing.CaseChanged.Action"/>.</summary>
    public required string Action { get; init; }
    /// <summary>Party of whoever did it; null when the system did.</summary>
    public string? Organization { get; init; }
    /// <summary>State after it (<see cref="CaseStates"/>).</summary>
    public required string State { get; init; }
    /// <summary>The question, the reason, or other words.</summary>
    public ProtectedText? Text { get; init; }
}

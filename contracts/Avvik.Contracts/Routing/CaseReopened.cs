namespace Avvik.Contracts.Routing;

/// <summary>
/// A coordinator reopened a closed case: Triage decides about it again and answers with the number of the reopening
/// (<see cref="CaseChanged.Reopenings"/>). The same version is also a <see cref="CaseChanged"/> for those who only follow.
/// </summary>
public sealed record CaseReopened : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>Party of the coordinator.</summary>
    public required string Organization { get; init; }
    /// <summary>The case's current facts.</summary>
    public required CaseChanged Case { get; init; }
    /// <summary>Why.</summary>
    public required ProtectedText Reason { get; init; }
}

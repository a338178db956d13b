namespace Avvik.Contracts.Routing;

/// <summary>
/// A coordinator took up a closed case again: Triage holds it from here, and the line of versions goes on there. The same version is also a
/// <see cref="CaseChanged"/> for those who only follow.
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
    /// <summary>The case as it stands, which Triage carries on with: hops, answer, measures and all that is counted.</summary>
    public required CaseChanged Case { get; init; }
    /// <summary>Why.</summary>
    public required ProtectedText Reason { get; init; }
}

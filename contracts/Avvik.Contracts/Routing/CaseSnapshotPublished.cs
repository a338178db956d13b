namespace Avvik.Contracts.Routing;

/// <summary>
/// The current state of a case, published again by the service that owns it; nothing has happened. Only Statistics consumes it, to rebuild its facts.
/// </summary>
public sealed record CaseSnapshotPublished : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>The case's current version, which a replay does not raise.</summary>
    public required int Version { get; init; }
    /// <summary>When the snapshot was taken.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The case; <c>action</c> is <c>snapshot</c>, and <c>occurredAt</c> is that of the snapshot.</summary>
    public required CaseChanged Case { get; init; }
}

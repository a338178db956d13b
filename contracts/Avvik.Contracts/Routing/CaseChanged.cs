namespace Avvik.Contracts.Routing;

/// <summary>
/// Something happened in the life of a case: what, by whom, and how it stands now, in codes alone. Triage publishes it while it holds the
/// deviation, Routing from then on; the versions are one line, so the highest is how it stands, whatever the order of arrival.
/// </summary>
public sealed record CaseChanged : IEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>What happened: <c>queued</c>, <c>routed</c>, <c>acknowledged</c>, <c>answered</c> …</summary>
    public required string Action { get; init; }
    /// <summary>Party of whoever did it; null when the system did.</summary>
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
    /// <summary>Wrong-recipient returns so far.</summary>
    public int Hops { get; init; }
}

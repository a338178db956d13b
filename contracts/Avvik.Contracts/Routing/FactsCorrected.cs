namespace Avvik.Contracts.Routing;

/// <summary>
/// The facts of a routed case were corrected, or it was handed over to another party. For Triage, which has its own copy; those who only follow have the same
/// in <see cref="CaseChanged"/>.
/// </summary>
public sealed record FactsCorrected : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>As they are now.</summary>
    public required DeviationFacts Facts { get; init; }
}

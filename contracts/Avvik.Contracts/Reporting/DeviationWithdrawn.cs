namespace Avvik.Contracts.Reporting;

/// <summary>The reporter took a deviation back before anyone was given it.</summary>
public sealed record DeviationWithdrawn : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The reporting party.</summary>
    public required string Organization { get; init; }
    /// <summary>Why.</summary>
    public required ProtectedText Reason { get; init; }
}

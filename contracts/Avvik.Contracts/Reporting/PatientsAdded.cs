namespace Avvik.Contracts.Reporting;

/// <summary>The reporter's party named more patients of a deviation. How many, never who: each is in a sealed envelope of Reporting.</summary>
public sealed record PatientsAdded : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>How many are named after it (<see cref="DeviationFacts.PatientsGiven"/>): its own line, not the case's versions.</summary>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The reporting party.</summary>
    public required string Organization { get; init; }
    /// <summary>Earlier deviations of one of these patients, as in <see cref="DeviationSubmitted.SamePatient"/>; null when there are none.</summary>
    public IReadOnlyList<Guid>? SamePatient { get; init; }
}

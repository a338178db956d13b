namespace Avvik.Contracts.Triage;

/// <summary>A deviation repeats one that has a case: what its reporter wrote is added to that case, and its reporter follows that case.</summary>
public sealed record DeviationMerged : ICaseEvent
{
    /// <summary>The duplicate.</summary>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>
    /// Number of the duplicate's reopening when it was merged; 0 when it was never reopened. Null in events from before reopenings were numbered.
    /// </summary>
    public int? Reopening { get; init; }
    /// <summary>What the coordinator writes to the duplicate's reporter, when the duplicate has a case of its own.</summary>
    public ProtectedText? Comment { get; init; }
    /// <summary>Subject of the coordinator who decided, for the case's history; null when the system did, and in older events.</summary>
    public string? Actor { get; init; }
    /// <summary>The case it repeats.</summary>
    public required Guid MainCase { get; init; }
    /// <summary>The duplicate's reference.</summary>
    public required string Reference { get; init; }
    /// <summary>Party that reported the duplicate.</summary>
    public required string ReporterOrganization { get; init; }
    /// <summary>What its reporter wrote.</summary>
    public required ProtectedText Narrative { get; init; }
}

namespace Avvik.Contracts.Triage;

/// <summary>Triage has settled what a deviation is about and whose it is to answer: Routing opens the case, or routes a reopened one again.</summary>
public sealed record DeviationTriaged : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>Version of the case before its first routing; in answer to a reopening, Triage's own number of the change.</summary>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The facts, with category and clause settled.</summary>
    public required DeviationFacts Facts { get; init; }
    /// <summary>How soon it should be looked at (<see cref="Priorities"/>).</summary>
    public required string Priority { get; init; }
    /// <summary>Why it was classified so: <c>category:reporter</c>, <c>clause:category</c>, <c>priority:actualHarm</c> …</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>Unit a coordinator chose; null: the routing rules decide.</summary>
    public string? Unit { get; init; }
    /// <summary>Party of the coordinator who decided; null when the system did.</summary>
    public string? TriagedBy { get; init; }
    /// <summary>Subject of the coordinator who decided, for the case's history; null when the system did, and in older events.</summary>
    public string? Actor { get; init; }
    /// <summary>Number of the reopening that this answers; 0 for the first routing. Null in events from before reopenings were numbered.</summary>
    public int? Reopening { get; init; }
    /// <summary>What the coordinator writes to the reporter about it.</summary>
    public ProtectedText? Comment { get; init; }
    /// <summary>What happened.</summary>
    public required ProtectedText Narrative { get; init; }
    /// <summary>What was done at once.</summary>
    public ProtectedText? ImmediateAction { get; init; }
    /// <summary>What the reporter would have changed.</summary>
    public ProtectedText? SuggestedMeasure { get; init; }
    /// <summary>The reporter's profession, in the reporter's words.</summary>
    public ProtectedText? ReporterProfession { get; init; }
    /// <summary>Id of the electronic message concerned.</summary>
    public ProtectedText? MessageId { get; init; }
    /// <summary>
    /// Earlier deviations of the same patient, parties and days, in either direction: they may be reports of one event. Ids only; the
    /// comparison is Reporting's. Null in events from before it was made.
    /// </summary>
    public IReadOnlyList<Guid>? SamePatient { get; init; }
    /// <summary>The site that the reporter named, when the directory does not know it.</summary>
    public ProtectedText? UnknownSite { get; init; }
}

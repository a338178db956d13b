namespace Avvik.Contracts.Reporting;

/// <summary>A deviation is on disk and its reporter has a receipt. Version 1 of the case's life.</summary>
public sealed record DeviationSubmitted : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>What is known in codes.</summary>
    public required DeviationFacts Facts { get; init; }
    /// <summary>What happened, in the reporter's words, free of identities.</summary>
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
    /// <summary>True when a coordinator must judge whether its texts identify someone; null from a publisher that did not search them.</summary>
    public bool? MayIdentify { get; init; }
}

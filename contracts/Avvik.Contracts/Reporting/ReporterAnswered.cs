namespace Avvik.Contracts.Reporting;

/// <summary>The reporter wrote to those who hold the case: an answer to a question, or a follow-up.</summary>
public sealed record ReporterAnswered : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>Number of the reporter's message, from 1: its own line, not the case's versions.</summary>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The reporting party.</summary>
    public required string Organization { get; init; }
    /// <summary>True when the reporter asks for a closed case to be reopened; missing in events from before that could be.</summary>
    public bool AsksReopening { get; init; }
    /// <summary>True when the reporter accepts the answer; missing in events from before that could be said here.</summary>
    public bool AcceptsAnswer { get; init; }
    /// <summary>What was written.</summary>
    public required ProtectedText Text { get; init; }
}

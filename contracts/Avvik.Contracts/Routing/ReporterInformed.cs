namespace Avvik.Contracts.Routing;

/// <summary>
/// The words that belong to a change of a case, for the reporter. Apart from <see cref="CaseChanged"/>, so that Statistics receives no text, and published
/// before it.
/// </summary>
public sealed record ReporterInformed : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>Version of the <see cref="CaseChanged"/> that the words belong to.</summary>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The words.</summary>
    public required ProtectedText Text { get; init; }
}

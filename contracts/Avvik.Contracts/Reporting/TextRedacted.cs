namespace Avvik.Contracts.Reporting;

/// <summary>A coordinator struck a passage from a deviation's texts: whoever stores any of them strikes it there too, also from what arrives later.</summary>
public sealed record TextRedacted : ICaseEvent
{
    /// <inheritdoc/>
    public required Guid DeviationId { get; init; }
    /// <summary>Number of the redaction, from 1: its own line, not the case's versions.</summary>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>Party of the coordinator.</summary>
    public required string Organization { get; init; }
    /// <summary>How many words the passage has.</summary>
    public required int Words { get; init; }
    /// <summary>Keyed print of the passage's words, in base64: what was struck travels nowhere.</summary>
    public required string Print { get; init; }
    /// <summary>Why.</summary>
    public required ProtectedText Reason { get; init; }
}

namespace Avvik.Messaging.Operations;

/// <summary>
/// A message that could not be applied (<c>inbox</c>), sent (<c>outbox</c>) or read (<c>unreadable</c>), or whose consumer died on it (<c>deadLetter</c>):
/// kept until an operator decides.
/// </summary>
internal sealed class ParkedMessage
{
    /// <summary>The event's id; of an unreadable message or a dead letter, an id of its own.</summary>
    public Guid Id { get; init; }
    public required string Source { get; init; }
    public required string Type { get; init; }
    public string? TraceParent { get; init; }
    /// <summary>As it travelled: text in it is sealed.</summary>
    public required byte[] Body { get; init; }
    public required string ContentType { get; init; }
    /// <summary>Name of the exception's type, or the broker's reason.</summary>
    public required string Error { get; init; }
    public long ParkedAt { get; init; }
    /// <summary>Kept after it is resolved, as the trace of who did what and why.</summary>
    public long? ResolvedAt { get; init; }
    public string? ResolvedBy { get; init; }
    public string? Resolution { get; init; }
    /// <summary>Sealed.</summary>
    public string? Reason { get; init; }
}

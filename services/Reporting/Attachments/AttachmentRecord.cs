namespace Avvik.Reporting.Attachments;

/// <summary>A file of a deviation. Its content is on disk (<see cref="AttachmentFiles"/>), encrypted with a key of its own, which is sealed here.</summary>
internal sealed class AttachmentRecord
{
    public required Guid Id { get; init; }
    public required Guid DeviationId { get; init; }
    /// <summary>Code of <c>attachmentOwners</c>: the report, a message or the answer.</summary>
    public required string BelongsTo { get; init; }
    /// <summary>Sealed: a file's name often holds a person's.</summary>
    public required string Name { get; init; }
    public required string ContentType { get; init; }
    /// <summary>Bytes, as they are given out.</summary>
    public long Size { get; init; }
    /// <summary>SHA-256 of what is given out, in hexadecimal.</summary>
    public required string Hash { get; init; }
    /// <summary>The file's key, sealed for this attachment alone.</summary>
    public required string Key { get; init; }
    public DateTimeOffset At { get; init; }
    /// <summary>The party of whoever added it.</summary>
    public required string Organization { get; init; }
    public required string Subject { get; init; }
}

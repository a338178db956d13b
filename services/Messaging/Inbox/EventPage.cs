using MassTransit;

namespace Avvik.Messaging.Inbox;

/// <summary>
/// Up to 64 events to one exchange as one broker message: the broker's and the client's cost is per message, so this is the largest single
/// gain in throughput. The events keep their own ids, versions and traces; nothing is decided per page.
/// </summary>
[EntityName("avvik.event-page.v1")]
[MessageUrn("urn:avvik:event-page:v1", useDefaultPrefix: false)]
public sealed record EventPage
{
    /// <summary>In the order they were decided.</summary>
    public required IReadOnlyList<PagedEvent> Events { get; init; }
    /// <summary>The service that sent it, as in the catalog.</summary>
    public string? Publisher { get; init; }
    /// <summary>Which of the publisher's keys signed it: the SHA-256 of its public half (SubjectPublicKeyInfo).</summary>
    public string? KeyId { get; init; }
    /// <summary>When it was sent this time.</summary>
    public DateTimeOffset? SignedAt { get; init; }
    /// <summary>ECDSA over P-256 and SHA-256, of all the above. A page without it is refused.</summary>
    public byte[]? Signature { get; init; }
}

/// <summary>An event on its way.</summary>
public sealed record PagedEvent
{
    /// <summary>The same on every attempt (UUIDv7): what the inbox remembers.</summary>
    public required Guid Id { get; init; }
    /// <summary>Wire name, of the catalog.</summary>
    public required string Type { get; init; }
    /// <summary>W3C trace parent of what decided it.</summary>
    public string? TraceParent { get; init; }
    /// <summary>
    /// The event's JSON (UTF-8), to the byte as its publisher wrote and signed it. In the page it is base64: nothing reads or writes it on its way, and the
    /// consumer parses it once.
    /// </summary>
    public required byte[] Body { get; init; }
}

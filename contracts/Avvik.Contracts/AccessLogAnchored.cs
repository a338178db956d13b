namespace Avvik.Contracts;

/// <summary>An event about the service that publishes it. Its version is a time (<see cref="PublisherWatermark.VersionOf"/>).</summary>
public interface IPublisherEvent : IEvent
{
    /// <summary>The service, as the catalog names it; it must be who signed the event.</summary>
    string Publisher { get; }
}

/// <summary>
/// The head of a service's access log, each minute in which it has grown. The other services keep it, so that whoever rewrites the log in one database is found
/// out by the others.
/// </summary>
public sealed record AccessLogAnchored : IPublisherEvent
{
    /// <summary>The publisher's own id, always the same (<see cref="PublisherWatermark.IdOf"/>).</summary>
    public required Guid AggregateId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <inheritdoc/>
    public required string Publisher { get; init; }
    /// <summary>Position of the log's last line.</summary>
    public required long Position { get; init; }
    /// <summary>Its hash (SHA-256, hexadecimal).</summary>
    public required string Hash { get; init; }
    /// <summary>Position of the line that was the last when the publisher sent this event before; null the first time.</summary>
    public long? PreviousPosition { get; init; }
    /// <summary>The hash that this line has now: another than the one sent then shows that the log was rewritten.</summary>
    public string? PreviousHash { get; init; }
}

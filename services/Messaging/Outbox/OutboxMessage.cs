namespace Avvik.Messaging.Outbox;

/// <summary>An event that is not yet confirmed by the broker. Deleted when it is: the table is as small as the backlog.</summary>
internal sealed class OutboxMessage
{
    public long Id { get; init; }
    public short Lane { get; init; }
    /// <summary>What the event is about: its events are sent in order.</summary>
    public Guid AggregateId { get; init; }
    public int Version { get; init; }
    /// <summary>The same on every attempt: what the inbox remembers.</summary>
    public Guid MessageId { get; init; }
    public required string Type { get; init; }
    public required byte[] Body { get; init; }
    public string? TraceParent { get; init; }
    public long EnqueuedAt { get; init; }
    public long DueAt { get; init; }
    public int Attempts { get; init; }
    /// <summary>Name of the exception's type; its message could quote data.</summary>
    public string? LastError { get; init; }
    /// <summary>Set when no more attempts are made: it waits for an operator, and holds back its own aggregate only.</summary>
    public long? ParkedAt { get; init; }
}

/// <summary>What a dispatcher leases: the events of an aggregate are in one lane, so one dispatcher at a time sends them, in order.</summary>
internal sealed class OutboxLane
{
    /// <summary>Lanes of live events.</summary>
    public const int Count = 8;
    /// <summary>The lane of replays.</summary>
    public const short Replay = Count;

    public short Lane { get; init; }
    public Guid? Owner { get; init; }
    public long LeasedUntil { get; init; }

    /// <summary>The tail of a UUIDv7 is random, and the same in every process.</summary>
    public static short Of(Guid aggregateId) => (short)(aggregateId.ToByteArray()[15] % Count);
}

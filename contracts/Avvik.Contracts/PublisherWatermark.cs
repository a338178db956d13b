namespace Avvik.Contracts;

/// <summary>
/// Everything that a service decided before a moment has been handed to the broker. Sent every ten seconds, after those events, so that a consumer that has
/// applied it has applied them too.
/// </summary>
public sealed record PublisherWatermark : IPublisherEvent
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The publisher's own id, always the same (<see cref="IdOf"/>).</summary>
    public required Guid AggregateId { get; init; }
    /// <summary>Seconds from 2026 to <see cref="CompleteUntil"/>: rises with it, and needs no counter.</summary>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>The service, as the catalog names it.</summary>
    public required string Publisher { get; init; }
    /// <summary>Everything decided before this moment has been sent.</summary>
    public required DateTimeOffset CompleteUntil { get; init; }
    /// <summary>
    /// The publisher's watermark before this one: a consumer that does not have it has lost something (its database was restored). Null starts a new line:
    /// the publisher's first, and the first after it has published everything that it owns again.
    /// </summary>
    public DateTimeOffset? Previous { get; init; }
    /// <summary>
    /// Watermarks of others that the publisher had applied before <see cref="CompleteUntil"/>: what follows from their events has been sent too.
    /// </summary>
    public required IReadOnlyList<AppliedWatermark> Applied { get; init; }
    /// <summary>Events that the broker refused and that wait for an operator; they hold <see cref="CompleteUntil"/> back.</summary>
    public int Parked { get; init; }

    /// <summary>The id of a publisher.</summary>
    public static Guid IdOf(string publisher) =>
        new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(publisher)).AsSpan(0, 16));

    /// <summary>The version of a watermark.</summary>
    public static int VersionOf(DateTimeOffset completeUntil) => (int)Math.Max(0, (completeUntil - Epoch).TotalSeconds);
}

/// <summary>A watermark that a publisher had applied.</summary>
/// <param name="Publisher">Whose it is.</param>
/// <param name="CompleteUntil">As in <see cref="PublisherWatermark.CompleteUntil"/>.</param>
public sealed record AppliedWatermark(string Publisher, DateTimeOffset CompleteUntil);

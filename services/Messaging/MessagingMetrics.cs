using System.Diagnostics.Metrics;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging;

/// <summary>
/// The meter <c>Avvik.Messaging</c>. Alarm on <c>inbox.stopped</c> and on age, not on depth: a deep outbox that drains is fine, an old event never is.
/// </summary>
public sealed class MessagingMetrics : IDisposable
{
    // Counting stops here, so that a backlog of millions costs no more than this to measure; a higher depth is shown as this one.
    internal const int MaxCounted = 200_000;

    // A figure that is not refreshed would read as healthy exactly when the refresher is broken: no figure at all shows that.
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    private readonly Meter _meter = new("Avvik.Messaging");
    private readonly TimeProvider _clock;
    private readonly Counter<long> _dispatched, _admitted, _duplicates;
    private readonly Counter<double> _signatures;
    private Snapshot? _snapshot;

    /// <summary>Registers the instruments.</summary>
    public MessagingMetrics(TimeProvider clock, InboxState inbox)
    {
        _clock = clock;
        _dispatched = _meter.CreateCounter<long>("outbox.dispatched", "{message}", "Events confirmed by the broker");
        _admitted = _meter.CreateCounter<long>("inbox.admitted", "{message}", "Events applied for the first time");
        _duplicates = _meter.CreateCounter<long>("inbox.duplicates", "{message}", "Events seen before and dropped");
        _signatures = _meter.CreateCounter<double>("signatures.duration", "s", "Time spent signing pages of events and verifying them");
        _meter.CreateObservableGauge("outbox.oldest_age", () => Observe(s => s.OldestAge.TotalSeconds), "s", "Age of the oldest live event not yet confirmed");
        _meter.CreateObservableGauge("outbox.depth", () => Observe(s => (double)s.Depth), "{message}", "Events not yet confirmed");
        _meter.CreateObservableGauge("messages.parked", () => Observe(s => (double)s.Parked), "{message}", "Messages that wait for an operator");
        _meter.CreateObservableGauge("inbox.stopped", () => inbox.Blocked is { ConsumptionStopped: true } stop
            ? new Measurement<double>(1, new KeyValuePair<string, object?>("reason", stop.Reason))
                : new(0), null, "1 while the service takes no events from its queue");
        _meter.CreateObservableGauge("inbox.held", () => (double)inbox.Held.Count, "{page}", "Received pages that cannot be applied now");
    }

    /// <summary>Events waiting in the outbox when last counted; intake stops taking more before the disk is full.</summary>
    public long OutboxDepth => Volatile.Read(ref _snapshot)?.Depth ?? 0;

    internal void Dispatched(int count) => _dispatched.Add(count);

    internal void SignedOrVerified(TimeSpan duration) => _signatures.Add(duration.TotalSeconds);

    internal void Received(int admitted, int duplicates)
    {
        _admitted.Add(admitted);
        if (duplicates > 0) _duplicates.Add(duplicates);
    }

    /// <summary>Reads the figures on a connection of its own: the one writer is not kept from writing, and each part reads an index, up to a bound.</summary>
    internal async Task RefreshAsync<TDb>(IDbContextFactory<TDb> databases, CancellationToken ct) where TDb : DbContext
    {
        var now = _clock.GetUtcNow();
        // The oldest by id is the oldest by time, but for the milliseconds of transactions that overlap. Replays may wait for long and are not counted.
        var (pending, refused, oldest, parked) = (await databases.ReadAsync(
            $"""
            select (select count(*) from (select 1 from outbox_message where parked_at is null limit {MaxCounted}) pending),
              (select count(*) from (select 1 from outbox_message where attempts > 0 and parked_at is not null limit {MaxCounted}) refused),
              ({OutboxSql.OldestLive}),
              (select count(*) from (select 1 from parked_message where resolved_at is null limit {MaxCounted}) parked)
            """,
            r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? (long?)null : r.GetInt64(2), r.GetInt64(3)), ct))[0];
        var age = oldest is { } at ? now - DateTimeOffset.FromUnixTimeMilliseconds(at) : TimeSpan.Zero;
        Volatile.Write(ref _snapshot, new Snapshot(now, pending + refused, age, refused + parked));
    }

    private IEnumerable<Measurement<double>> Observe(Func<Snapshot, double> figure) =>
        Volatile.Read(ref _snapshot) is { } s && _clock.GetUtcNow() - s.TakenAt < Stale ? [new(figure(s))] : [];

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private sealed record Snapshot(DateTimeOffset TakenAt, long Depth, TimeSpan OldestAge, long Parked);
}

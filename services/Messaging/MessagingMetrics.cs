using System.Diagnostics.Metrics;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging;

/// <summary>The meter <c>Avvik.Messaging</c>. Alarm on age, not on depth: a deep outbox that drains is fine, an old event never is.</summary>
public sealed class MessagingMetrics : IDisposable
{
    // A figure nobody refreshed would read as healthy exactly when the refresher is broken: silence says so.
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    private readonly Meter _meter = new("Avvik.Messaging");
    private readonly TimeProvider _clock;
    private readonly Counter<long> _dispatched, _admitted, _duplicates;
    private Snapshot? _snapshot;

    /// <summary>Registers the instruments.</summary>
    public MessagingMetrics(TimeProvider clock)
    {
        _clock = clock;
        _dispatched = _meter.CreateCounter<long>("outbox.dispatched", "{message}", "Events confirmed by the broker");
        _admitted = _meter.CreateCounter<long>("inbox.admitted", "{message}", "Events applied for the first time");
        _duplicates = _meter.CreateCounter<long>("inbox.duplicates", "{message}", "Events seen before and dropped");
        _meter.CreateObservableGauge("outbox.oldest_age", () => Observe(s => s.OldestAge.TotalSeconds), "s", "Age of the oldest event not yet confirmed");
        _meter.CreateObservableGauge("outbox.depth", () => Observe(s => (double)s.Depth), "{message}", "Events not yet confirmed");
        _meter.CreateObservableGauge("messages.parked", () => Observe(s => (double)s.Parked), "{message}", "Messages that wait for an operator");
    }

    /// <summary>Events waiting in the outbox when last counted; intake stops taking more before the disk is full.</summary>
    public long OutboxDepth => Volatile.Read(ref _snapshot)?.Depth ?? 0;

    internal void Dispatched(int count) => _dispatched.Add(count);

    internal void Received(int admitted, int duplicates)
    {
        _admitted.Add(admitted);
        if (duplicates > 0) _duplicates.Add(duplicates);
    }

    internal async Task RefreshAsync<TDb>(Writer<TDb> writer, TimeProvider clock, CancellationToken ct) where TDb : DbContext
    {
        var now = clock.GetUtcNow();
        Volatile.Write(ref _snapshot, await writer.WriteAsync(async unit => (await unit.Sql.QueryAsync(
            """
            select (select count(*) from outbox_message), (select min(enqueued_at) from outbox_message),
              (select count(*) from outbox_message where parked_at is not null) + (select count(*) from parked_message where resolved_at is null)
            """,
            r => new Snapshot(now, r.GetInt64(0), r.IsDBNull(1) ? TimeSpan.Zero : now - DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1)), r.GetInt64(2))))[0], ct));
    }

    private IEnumerable<Measurement<double>> Observe(Func<Snapshot, double> figure) =>
        Volatile.Read(ref _snapshot) is { } s && _clock.GetUtcNow() - s.TakenAt < Stale ? [new(figure(s))] : [];

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private sealed record Snapshot(DateTimeOffset TakenAt, long Depth, TimeSpan OldestAge, long Parked);
}

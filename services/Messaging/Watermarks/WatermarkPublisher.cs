using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Watermarks;

/// <summary>Section <c>Watermarks</c>.</summary>
public sealed class WatermarkOptions
{
    /// <summary>Seconds between two watermarks of a service.</summary>
    [Range(1, 3600)]
    public int IntervalSeconds { get; set; } = 10;

    /// <summary>
    /// Seconds that a watermark stays behind: longer than any transaction, since one that has not committed may still put an event in the outbox with the
    /// time at which it began, and longer than the clocks of two instances differ.
    /// </summary>
    [Range(0, 3600)]
    public int MarginSeconds { get; set; } = 60;

    internal TimeSpan Margin => TimeSpan.FromSeconds(MarginSeconds);
}

/// <summary>
/// Publishes up to when everything that this service decided has been sent: the margin before the oldest event in its outbox, or before now. Watermarks do
/// not go through the outbox, since they must come after what is in it; when one is not sent, the next one says the same.
/// </summary>
internal sealed class WatermarkPublisher<TDb>(ServiceName service, WatermarkOptions options, Writer<TDb> writer, IDbContextFactory<TDb> databases,
    OutboxDispatcher<TDb> dispatcher, InboxState inbox, Func<bool> isConnected, TimeProvider clock, ILogger<WatermarkPublisher<TDb>> log)
    : PeriodicService(TimeSpan.FromSeconds(options.IntervalSeconds), clock, log) where TDb : DbContext
{
    private static readonly CatalogEntry Entry = MessageCatalog.Of(typeof(PublisherWatermark));

    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();

    // What this process has received before it could apply it must show first, whether as applied or as held.
    protected override Task DoAsync(CancellationToken ct) =>
        isConnected() && Clock.GetUtcNow() - _startedAt > 2 * options.Margin ? PublishAsync(ct) : Task.CompletedTask;

    /// <summary>Null, and nothing is sent, while the inbox is blocked or a replay that starts a new line is not sent yet.</summary>
    internal async Task<PublisherWatermark?> PublishAsync(CancellationToken ct)
    {
        if (inbox.Blocked is not null) return null;
        var now = Clock.GetUtcNow();
        var (oldest, parkedOut, parkedIn, replaying, previous) = (await databases.ReadAsync(
            $"""
            select ({OutboxSql.OldestLive}),
              (select min(enqueued_at) from outbox_message where attempts > 0 and parked_at is not null and lane < {OutboxLane.Count}),
              (select count(*) from outbox_message where attempts > 0 and parked_at is not null),
              (select count(*) from parked_message where resolved_at is null),
              (select count(*) from (select 1 from outbox_message where lane = {OutboxLane.Replay} limit 1) replay),
              (select max(complete_until) from publisher_watermark where publisher = @p1)
            """,
            r => (Earliest(Time(r, 0), Time(r, 1)), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4) > 0, Time(r, 5)), ct, service.Value))[0];
        if (previous is null && replaying) return null;
        var until = Earliest(oldest, now)!.Value - options.Margin;
        // What was applied before that moment put its consequences in the outbox before it, so they are sent. What is parked here has had none.
        var applied = parkedIn > 0 ? [] : await databases.ReadAsync(
            """
            select publisher, max(complete_until) from publisher_watermark where publisher <> @p1 and applied_at >= @p2 and applied_at <= @p3
            group by publisher order by publisher
            """,
            r => new AppliedWatermark(r.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1))), ct,
            service.Value, _startedAt.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());
        var watermark = new PublisherWatermark
        {
            AggregateId = PublisherWatermark.IdOf(service.Value),
            Version = PublisherWatermark.VersionOf(until),
            OccurredAt = now,
            Publisher = service.Value,
            CompleteUntil = until,
            Previous = previous,
            Applied = applied,
            Parked = (int)(parkedOut + parkedIn),
        };
        await dispatcher.PublishInTimeAsync(Entry.Name, new EventPage
        {
            Events = [new PagedEvent { Id = Guid.CreateVersion7(), Type = Entry.Name, Body = JsonSerializer.SerializeToUtf8Bytes(watermark, Entry.Json) }],
        }, ct);
        await writer.WriteAsync(async unit =>
        {
            await unit.ForgetWatermarksAsync(service.Value);
            await unit.KeepAsync(watermark, chained: true, _startedAt);
            return true;
        }, ct);
        return watermark;
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private static DateTimeOffset? Time(System.Data.Common.DbDataReader r, int column) =>
        r.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(column));
}

using System.Diagnostics;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Outbox;

/// <summary>Publishes events in the transaction of the change that they describe.</summary>
public static class OutboxExtensions
{
    /// <summary>Puts an event in the outbox: it is sent if, and only if, this transaction commits.</summary>
    public static Task EnqueueAsync<TDb, T>(this UnitOfWork<TDb> unit, T message) where TDb : DbContext where T : class, IEvent =>
        unit.EnqueueAsync(message, OutboxLane.Of(message.AggregateId));

    /// <summary>Puts a replayed event in the replay lane, which is throttled: millions of them delay no live event.</summary>
    internal static Task EnqueueReplayAsync<TDb, T>(this UnitOfWork<TDb> unit, T message) where TDb : DbContext where T : class, IEvent =>
        unit.EnqueueAsync(message, OutboxLane.Replay);

    private static Task EnqueueAsync<TDb, T>(this UnitOfWork<TDb> unit, T message, short lane) where TDb : DbContext where T : class, IEvent
    {
        unit.SignalCommit();
        var entry = MessageCatalog.Of(typeof(T));
        return unit.Sql.ExecuteAsync(
            "insert into outbox_message (lane, aggregate_id, version, message_id, type, body, trace_parent, enqueued_at, due_at, attempts) " +
            "values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, 0, 0)",
            lane, message.AggregateId, message.Version, Guid.CreateVersion7(), entry.Name,
            JsonSerializer.SerializeToUtf8Bytes(message, entry.Json), Activity.Current?.Id, unit.Clock.GetUtcNow().ToUnixTimeMilliseconds());
    }
}

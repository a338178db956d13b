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
        return unit.InsertAsync(new OutboxMessage
        {
            Lane = lane,
            AggregateId = message.AggregateId,
            Version = message.Version,
            MessageId = Guid.CreateVersion7(),
            Type = entry.Name,
            Body = JsonSerializer.SerializeToUtf8Bytes(message, entry.Json),
            TraceParent = Activity.Current?.Id,
            EnqueuedAt = unit.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
        });
    }
}

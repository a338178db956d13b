using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Operations;

/// <summary>How long the ids of received events are kept.</summary>
internal static class MessagingUpkeep
{
    /// <summary>Longer than any outage, and than a message stays parked.</summary>
    public static readonly TimeSpan InboxRetention = TimeSpan.FromDays(30);
}

/// <summary>Every five seconds: refreshes the metrics, moves dead letters to the database, and deletes the oldest rows of the inbox.</summary>
internal sealed class MessagingUpkeep<TDb>(Writer<TDb> writer, IDbContextFactory<TDb> databases, ParkedMessages<TDb> parked, MessagingMetrics metrics,
    TimeProvider clock, ILogger<MessagingUpkeep<TDb>> log) : PeriodicService(TimeSpan.FromSeconds(5), clock, log) where TDb : DbContext
{
    protected override async Task DoAsync(CancellationToken ct)
    {
        await metrics.RefreshAsync(databases, ct);
        await PruneAsync(writer, Clock.GetUtcNow() - MessagingUpkeep.InboxRetention, ct);
        await parked.CollectDeadLettersAsync(ct);
    }

    /// <summary>Message ids are UUIDv7: age is a range on the key, so no column and no index is spent on it.</summary>
    internal static Task<int> PruneAsync(Writer<TDb> writer, DateTimeOffset before, CancellationToken ct) => writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
        "delete from inbox_message where message_id in (select message_id from inbox_message where message_id < @p1 order by message_id limit 1000)",
        LowestVersion7At(before)), ct);

    private static Guid LowestVersion7At(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(at).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        return new Guid(bytes, bigEndian: true);
    }
}

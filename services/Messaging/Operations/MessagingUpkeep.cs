using Avvik.Messaging.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Operations;

/// <summary>Every few seconds: the figures that alarms are set on, dead letters into the database, and the inbox's oldest memories away.</summary>
internal sealed class MessagingUpkeep<TDb>(Writer<TDb> writer, ParkedMessages<TDb> parked, MessagingMetrics metrics, TimeProvider clock, ILogger<MessagingUpkeep<TDb>> log)
    : BackgroundService where TDb : DbContext
{
    // Longer than any outage and any replay of parked messages.
    private static readonly TimeSpan InboxMemory = TimeSpan.FromDays(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), clock);
        do
        {
            try
            {
                await metrics.RefreshAsync(writer, clock, stoppingToken);
                await PruneAsync(writer, clock.GetUtcNow() - InboxMemory, stoppingToken);
                await parked.CollectDeadLettersAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested) { log.FiguresUnavailable(error.GetType().Name); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Message ids are UUIDv7: age is a range on the key, so no column and no index is spent on it.</summary>
    internal static Task<int> PruneAsync(Writer<TDb> writer, DateTimeOffset before, CancellationToken ct) => writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
        "delete from inbox_message where message_id in (select message_id from inbox_message where message_id < @p1 order by message_id limit 1000)", LowestVersion7At(before)), ct);

    private static Guid LowestVersion7At(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(at).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        return new Guid(bytes, bigEndian: true);
    }
}

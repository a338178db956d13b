using Microsoft.Extensions.Logging;

namespace Avvik.Storage;

internal static partial class Log
{
    [LoggerMessage(1008, LogLevel.Warning, "Periodic work {Work} failed; will retry at the next interval.")]
    public static partial void PeriodicWorkFailed(this ILogger log, Exception error, string work);

    [LoggerMessage(1009, LogLevel.Error, "Scheduled work of {Id} in {Table} failed; will retry.")]
    public static partial void DueWorkFailed(this ILogger log, Exception error, Guid id, string table);

    [LoggerMessage(1020, LogLevel.Warning,
        "Write-ahead log {File} is {Megabytes} MB, limit {Limit} MB: a reader keeps an old snapshot open; it is truncated when the reader ends.")]
    public static partial void WalHeldByReader(this ILogger log, string file, long megabytes, int limit);
}

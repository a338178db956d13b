using Microsoft.Extensions.Logging;

namespace Avvik.Storage;

internal static partial class Log
{
    [LoggerMessage(1008, LogLevel.Warning, "{Work} is interrupted ({Error}); it is tried again.")]
    public static partial void PeriodicWorkInterrupted(this ILogger log, string work, string error);

    [LoggerMessage(1009, LogLevel.Error, "{Id} of {Table} could not be woken ({Error}); it is tried again.")]
    public static partial void NotWoken(this ILogger log, Guid id, string table, string error);
}

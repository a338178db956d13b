namespace Avvik.Reporting;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Warning, "Erasing of envelopes is interrupted ({Error}); what is due is caught up with.")]
    public static partial void ErasingInterrupted(this ILogger log, string error);
}

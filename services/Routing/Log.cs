namespace Avvik.Routing;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "Deadlines are interrupted ({Error}); what is due is caught up with.")]
    public static partial void DeadlinesInterrupted(this ILogger log, string error);

    [LoggerMessage(3002, LogLevel.Error, "Case {Case} could not be woken ({Error}); it is tried again.")]
    public static partial void CaseNotWoken(this ILogger log, Guid @case, string error);
}

namespace Avvik.Triage;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "Deadlines are interrupted ({Error}); what is due is caught up with.")]
    public static partial void DeadlinesInterrupted(this ILogger log, string error);

    [LoggerMessage(2002, LogLevel.Error, "Assessment {Assessment} could not be woken ({Error}); it is tried again.")]
    public static partial void AssessmentNotWoken(this ILogger log, Guid assessment, string error);
}

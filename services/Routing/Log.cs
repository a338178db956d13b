namespace Avvik.Routing;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Error, "Case {CaseId} of a closed unit could not be moved; will retry.")]
    public static partial void CaseNotMoved(this ILogger log, Exception error, Guid caseId);
}

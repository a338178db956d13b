namespace Avvik.Statistics;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "{Quarter} of {Community} is frozen.")]
    public static partial void QuarterFrozen(this ILogger log, string community, string quarter);
}

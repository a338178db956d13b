namespace Avvik.Statistics;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "Froze {Quarter} of {Community}")]
    public static partial void QuarterFrozen(this ILogger log, string community, string quarter);

    [LoggerMessage(4002, LogLevel.Warning, "{Quarter} of {Community} is not frozen, because not everything has arrived: {Missing}; will retry")]
    public static partial void QuarterWaits(this ILogger log, string community, string quarter, string missing);

    [LoggerMessage(4003, LogLevel.Warning, "Signals are not raised, because not everything has arrived: {Missing}; will retry")]
    public static partial void SignalsWait(this ILogger log, string missing);
}

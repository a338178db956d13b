namespace Avvik.Statistics;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "{Quarter} of {Community} is frozen.")]
    public static partial void QuarterFrozen(this ILogger log, string community, string quarter);

    [LoggerMessage(4002, LogLevel.Warning, "Freezing is interrupted ({Error}); what is due is caught up with.")]
    public static partial void FreezingInterrupted(this ILogger log, string error);

    [LoggerMessage(4003, LogLevel.Warning, "Signals are interrupted ({Error}); a week back is looked at again.")]
    public static partial void SignalsInterrupted(this ILogger log, string error);
}

namespace Avvik.Notices;

internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Warning, "Delivery {Delivery} by {Channel} was refused ({Code}); not retried")]
    public static partial void DeliveryRefused(this ILogger log, Guid delivery, string channel, string code);

    [LoggerMessage(6002, LogLevel.Warning, "Delivery {Delivery} by {Channel} failed ({Code}), attempt {Attempt}; retried at {NextAt}")]
    public static partial void DeliveryFailed(this ILogger log, Guid delivery, string channel, string code, int attempt, DateTimeOffset nextAt);

    [LoggerMessage(6003, LogLevel.Warning, "Delivery {Delivery} was under way when its process ended, attempt {Attempt}; sending again with the same id")]
    public static partial void DeliveryRepeated(this ILogger log, Guid delivery, int attempt);

    [LoggerMessage(6004, LogLevel.Warning, "Delivery {Delivery} by {Channel} was returned ({Code}); its address is shown as failing")]
    public static partial void DeliveryReturned(this ILogger log, Guid delivery, string channel, string code);

    [LoggerMessage(6005, LogLevel.Warning, "Returned mails cannot be read ({Error}); retried in {Minutes} minutes")]
    public static partial void ReturnedMailUnread(this ILogger log, string error, int minutes);
}

namespace Avvik.Notices;

internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Warning, "Delivery {Delivery} by {Channel} was refused ({Code}); not retried")]
    public static partial void DeliveryRefused(this ILogger log, Guid delivery, string channel, string code);

    [LoggerMessage(6002, LogLevel.Warning, "Delivery {Delivery} by {Channel} failed ({Code}), attempt {Attempt}; retried at {NextAt}")]
    public static partial void DeliveryFailed(this ILogger log, Guid delivery, string channel, string code, int attempt, DateTimeOffset nextAt);

    [LoggerMessage(6003, LogLevel.Warning, "Delivery {Delivery} was under way when its process ended, attempt {Attempt}; sending again with the same id")]
    public static partial void DeliveryRepeated(this ILogger log, Guid delivery, int attempt);
}

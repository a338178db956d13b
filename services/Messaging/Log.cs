using Microsoft.Extensions.Logging;

namespace Avvik.Messaging;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "Dispatching stopped: {Error}. Events wait in the outbox.")]
    public static partial void DispatchInterrupted(this ILogger log, string error);

    [LoggerMessage(1002, LogLevel.Information, "Dispatching resumed.")]
    public static partial void DispatchResumed(this ILogger log);

    [LoggerMessage(1003, LogLevel.Error, "Event {MessageId} of type {Type} could not be applied ({Error}) and is parked.")]
    public static partial void EventParked(this ILogger log, Guid messageId, string type, string error);

    [LoggerMessage(1004, LogLevel.Warning, "The database is away ({Error}); the page waits.")]
    public static partial void DatabaseAway(this ILogger log, string error);

    [LoggerMessage(1005, LogLevel.Warning, "Parked message {MessageId} was {Resolution} by {Subject} of {Organization}.")]
    public static partial void ParkedMessageResolved(this ILogger log, Guid messageId, string resolution, string subject, string organization);

    [LoggerMessage(1006, LogLevel.Error, "{Count} dead-lettered messages were parked.")]
    public static partial void DeadLettersParked(this ILogger log, int count);
}

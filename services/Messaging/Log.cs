using Microsoft.Extensions.Logging;

namespace Avvik.Messaging;

// Exceptions are passed to the logger, whose formatter writes their type and stack and never their message.
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "Dispatching failed; events wait in the outbox and it will be retried.")]
    public static partial void DispatchInterrupted(this ILogger log, Exception error);

    [LoggerMessage(1002, LogLevel.Information, "Dispatching resumed.")]
    public static partial void DispatchResumed(this ILogger log);

    [LoggerMessage(1003, LogLevel.Error, "Event {MessageId} of type {Type} cannot be applied and is parked.")]
    public static partial void EventParked(this ILogger log, Exception error, Guid messageId, string type);

    [LoggerMessage(1004, LogLevel.Warning, "{Count} received events cannot be applied now; they wait unacknowledged and are retried.")]
    public static partial void PageHeld(this ILogger log, Exception error, int count);

    [LoggerMessage(1005, LogLevel.Warning, "Parked message {MessageId} was {Resolution} by {Subject} of {Organization}.")]
    public static partial void ParkedMessageResolved(this ILogger log, Guid messageId, string resolution, string subject, string organization);

    [LoggerMessage(1006, LogLevel.Error, "{Count} dead-lettered messages were parked.")]
    public static partial void DeadLettersParked(this ILogger log, int count);

    [LoggerMessage(1010, LogLevel.Error, "Consumption stopped ({Reason}); events stay in the queue, and it resumes when one can be applied.")]
    public static partial void ConsumptionStopped(this ILogger log, string reason);

    [LoggerMessage(1011, LogLevel.Information, "Consumption resumed.")]
    public static partial void ConsumptionResumed(this ILogger log);

    [LoggerMessage(1012, LogLevel.Error, "A received message of {Length} bytes is no page of events and is parked as {MessageId}.")]
    public static partial void MessageQuarantined(this ILogger log, Exception error, Guid messageId, int length);

    [LoggerMessage(1013, LogLevel.Warning, "Event {MessageId} could not be parked; will retry.")]
    public static partial void ParkingFailed(this ILogger log, Exception error, Guid messageId);

    [LoggerMessage(1014, LogLevel.Warning, "{Count} parked messages were {Resolution} by {Subject} of {Organization}; {Failed} failed and stay parked.")]
    public static partial void ParkedMessagesResolved(this ILogger log, int count, string resolution, string subject, string organization, int failed);

    [LoggerMessage(1016, LogLevel.Critical,
        "Event {MessageId} of type {Type} has a version far ahead and is parked: applied, it would block those that follow. Somebody may be forging events.")]
    public static partial void VersionTooHigh(this ILogger log, Guid messageId, string type);

    [LoggerMessage(1015, LogLevel.Critical,
        "A page of {Count} events is not from a trusted publisher ({Reason}); it is parked unread. Somebody may be forging events.")]
    public static partial void PageRefused(this ILogger log, int count, string reason);
}

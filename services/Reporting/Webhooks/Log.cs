namespace Avvik.Reporting.Webhooks;

internal static partial class Log
{
    [LoggerMessage(4010, LogLevel.Warning, "Webhook {Webhook} failed ({Code}), attempt {Attempt}; retried at {NextAt}")]
    public static partial void WebhookFailed(this ILogger log, Guid webhook, string code, int attempt, DateTimeOffset nextAt);

    [LoggerMessage(4011, LogLevel.Error, "Webhook {Webhook} of {Organization} was disabled ({Code}); the rest is sent when it is enabled again")]
    public static partial void WebhookDisabled(this ILogger log, Guid webhook, string organization, string code);

    [LoggerMessage(4012, LogLevel.Error, "Sending to webhook {Webhook} broke off; taken up again when its claim runs out")]
    public static partial void WebhookTurnFailed(this ILogger log, Exception error, Guid webhook);
}

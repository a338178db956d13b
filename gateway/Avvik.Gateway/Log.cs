namespace Avvik.Gateway;

internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Warning, "Signing keys of the issuer could not be read. Using cached signing keys: {Cached}.")]
    public static partial void IssuerUnavailable(this ILogger log, Exception error, bool cached);

    // Logs the path's template, never the path: a caller may write there what identifies a person.
    [LoggerMessage(5002, LogLevel.Warning, "Request refused with {Status} ({Reason}): client {Client} of {Organization} from {Address} at {Route}.")]
    public static partial void RequestRefused(this ILogger log, int status, string reason, string client, string organization, string address, string route);
}

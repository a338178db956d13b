namespace Avvik.Workbench;

internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Warning, "The issuer gave no answer to a token refresh; the page asks the user to try again.")]
    public static partial void IssuerUnavailable(this ILogger log, Exception error);
}

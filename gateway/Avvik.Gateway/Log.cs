namespace Avvik.Gateway;

internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Warning, "Signing keys of the issuer could not be read ({Error}). Using cached signing keys: {Cached}.")]
    public static partial void IssuerUnavailable(this ILogger log, string error, bool cached);
}

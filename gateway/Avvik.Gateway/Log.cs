namespace Avvik.Gateway;

internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Warning, "The issuer's keys could not be read ({Error}). Keys that were read before count on: {Known}.")]
    public static partial void IssuerAway(this ILogger log, string error, bool known);
}

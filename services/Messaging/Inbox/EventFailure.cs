using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using Avvik.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Avvik.Messaging.Inbox;

/// <summary>Thrown by a handler for an event that breaks a rule and can never be applied; the event is parked.</summary>
public class EventRejectedException(string message) : Exception(message);

/// <summary>
/// A version far ahead of what is possible. Consumers keep the highest version, so applying it would make them drop every genuine event that follows.
/// </summary>
public sealed class VersionTooHighException(int version) : EventRejectedException($"Version {version} is too far ahead.");

/// <summary>This version of the service has no handler for the event.</summary>
internal sealed class UnknownEventTypeException(string type) : Exception($"There is no handler for {type}.");

/// <summary>The body is not what its type says.</summary>
internal sealed class UnreadableEventException(JsonException inner) : Exception("The body of the event cannot be read.", inner);

/// <summary>Whose fault it is that an event could not be applied.</summary>
internal enum FailureCause
{
    /// <summary>It will fail in the same way wherever and whenever it is applied.</summary>
    Event,
    /// <summary>The database, its schema, its disk or its credentials: every event would fail, and all succeed when that is repaired.</summary>
    Environment,
    /// <summary>Not known: a fault in a handler, or a setting. How other events fare decides.</summary>
    Unexpected,
}

/// <summary>
/// Classifies failures by an allow-list: only those listed as the event's own fault park it at once. An unforeseen failure must never empty a queue.
/// </summary>
internal static class EventFailure
{
    public static FailureCause CauseOf(Exception error) => error switch
    {
        LostRaceException { InnerException: { } race } => CauseOf(race),
        EventRejectedException or UnknownEventTypeException or UnreadableEventException => FailureCause.Event,
        // Class 22: a value that its column cannot hold. Class 23: a constraint.
        PostgresException { SqlState: ['2', '2' or '3', ..] } => FailureCause.Event,
        // Too big, constraint, mismatch.
        SqliteException { SqliteErrorCode: 18 or 19 or 20 } => FailureCause.Event,
        DbException or WriterBusyException or LockOrderException or TimeoutException or IOException or SocketException or OperationCanceledException =>
            FailureCause.Environment,
        _ => error.InnerException is { } inner ? CauseOf(inner) : FailureCause.Unexpected,
    };

    /// <summary>For people and alarms: the type and the engine's code, never the message, which may quote data.</summary>
    public static string NameOf(Exception error) => error switch
    {
        PostgresException postgres => $"{nameof(PostgresException)} {postgres.SqlState}",
        SqliteException sqlite => $"{nameof(SqliteException)} {sqlite.SqliteErrorCode}",
        _ => error.InnerException is DbException inner ? NameOf(inner) : error.GetType().Name,
    };
}

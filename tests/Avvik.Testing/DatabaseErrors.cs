using System.Data.Common;
using Avvik.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Avvik.Testing;

/// <summary>Classifies the errors of both engines.</summary>
public static class DatabaseErrors
{
    /// <summary>True when the same work may succeed later without anyone changing it: the database is unavailable or overloaded.</summary>
    public static bool IsTransient(Exception error) => error switch
    {
        WriterBusyException or TimeoutException => true,
        // Busy, locked, read-only, I/O error, full, cannot open: the file or its disk, not the statement.
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 8 or 10 or 13 or 14,
        // Without a server's answer it is the connection; class 57 is the server being stopped, 53 its resources, 40 a lost race.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState[..2] is "57" or "53" or "40",
        NpgsqlException => true,
        DbException { IsTransient: true } => true,
        _ => error.InnerException is { } inner && IsTransient(inner),
    };
}

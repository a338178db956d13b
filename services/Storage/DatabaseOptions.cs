using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Avvik.Storage;

/// <summary>Section <c>Database</c>, and <c>ConnectionStrings:Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>Which engine holds the service's data.</summary>
    [EnumDataType(typeof(DatabaseProvider))]
    public DatabaseProvider Provider { get; set; }

    /// <summary>The engine's connection string.</summary>
    [Required(ErrorMessage = "ConnectionStrings:Database is missing.")]
    public string ConnectionString { get; set; } = "";

    /// <summary>SQLite's write-ahead log, in megabytes: it is checkpointed at half of this and cut back to it; above it, <c>WalMonitor</c> warns.</summary>
    [Range(1, 4096)]
    public int WalLimitMegabytes { get; set; } = 64;

    /// <summary>One file, one process.</summary>
    public bool IsSqlite => Provider == DatabaseProvider.Sqlite;

    /// <summary>Points a context's options at the database, and at the migrations of its engine.</summary>
    public void Configure(DbContextOptionsBuilder options)
    {
        if (IsSqlite) options.UseSqlite(ConnectionString);
        else options.UseNpgsql(ConnectionString);
        options.ReplaceService<IMigrationsAssembly, EngineMigrations>();
    }

    internal void Configure(DbContextOptionsBuilder options, DbConnection connection)
    {
        if (IsSqlite) options.UseSqlite(connection);
        else options.UseNpgsql(connection);
    }

    internal async Task<DbConnection> OpenAsync(CancellationToken ct)
    {
        DbConnection connection = IsSqlite ? new SqliteConnection(ConnectionString) : new NpgsqlConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            if (IsSqlite)
            {
                await using var pragma = connection.CreateCommand();
                // FULL: a receipt shown to a clinician survives a power cut. WAL: readers never wait for the writer.
                // A checkpoint copies every changed page once: the longer between them, the more changes share a copy.
                // A page is 4 KiB: half the limit in pages is 128 a megabyte.
#pragma warning disable CA2100 // numbers alone; a pragma takes no parameters
                pragma.CommandText = "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32000; "
                    + $"pragma wal_autocheckpoint = {WalLimitMegabytes * 128}; pragma journal_size_limit = {WalLimitMegabytes * 1024L * 1024};";
#pragma warning restore CA2100
                await pragma.ExecuteNonQueryAsync(ct);
            }
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>The engines that every storage test runs on.</summary>
public enum DatabaseProvider
{
    /// <summary>One file, one process: the default.</summary>
    Sqlite,
    /// <summary>As many instances of a service as wanted.</summary>
    Postgres,
}

using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Avvik.Gateway.Tokens.Proofs;

internal enum DatabaseProvider
{
    Sqlite,
    Postgres,
}

/// <summary>Section <c>Database</c> and <c>ConnectionStrings:Database</c>; a deployment with bearer tokens needs neither.</summary>
internal sealed class UsedProofsOptions
{
    [EnumDataType(typeof(DatabaseProvider), ErrorMessage = "Database:Provider must be Sqlite or Postgres.")]
    public DatabaseProvider Provider { get; set; }

    [Required(ErrorMessage = "ConnectionStrings:Database is missing: used DPoP proofs are stored there.")]
    public string ConnectionString { get; set; } = "";
}

/// <summary>
/// Stores which proofs were used until they expire, in a table that all instances of the gateway share: a SQLite file on one machine, PostgreSQL
/// for several. The insert is the check: when two requests use one proof at the same time, the database accepts one.
/// </summary>
internal sealed class UsedProofs : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private readonly bool _sqlite;
    private readonly DbDataSource _database;
    private readonly TimeProvider _clock;
    // SQLite has one writer, and its driver sleeps 150 ms when it finds the database locked; waiting here is shorter.
    private readonly SemaphoreSlim _writer = new(1, 1);
    private DateTimeOffset _nextSweep = DateTimeOffset.MinValue;

    public UsedProofs(IOptions<UsedProofsOptions> options, TimeProvider clock)
    {
        _sqlite = options.Value.Provider == DatabaseProvider.Sqlite;
        DbProviderFactory driver = _sqlite ? SqliteFactory.Instance : NpgsqlFactory.Instance;
        (_database, _clock) = (driver.CreateDataSource(options.Value.ConnectionString), clock);
    }

    public async Task CreateAsync(CancellationToken ct = default)
    {
        if (!_sqlite) await CreateDatabaseAsync(ct);
        await ExecuteAsync((_sqlite
            // NORMAL: the rows that a power cut can lose have expired before the machine is up again.
            ? "pragma journal_mode = wal; pragma synchronous = normal;"
            // Serializes instances that start together: PostgreSQL refuses concurrent creation of one table.
            : "select pg_advisory_xact_lock(6104449);") + """
            create table if not exists used_proof (id bytea not null primary key, until bigint not null);
            create index if not exists used_proof_until on used_proof (until);
            """, ct);
    }

    // As the services' migrations do.
    private async Task CreateDatabaseAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await _database.OpenConnectionAsync(ct);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
            var name = new NpgsqlCommandBuilder().QuoteIdentifier(server.Database!);
            server.Database = "postgres";
            await using var connection = new NpgsqlConnection(server.ConnectionString);
            await connection.OpenAsync(ct);
#pragma warning disable CA2100 // the name is quoted by the engine's own rules
            await using var command = new NpgsqlCommand($"create database {name}", connection);
#pragma warning restore CA2100
            try { await command.ExecuteNonQueryAsync(ct); }
            catch (PostgresException taken) when (taken.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another instance created it.
            }
        }
    }

    /// <summary>Marks the proof as used; false when it was used before.</summary>
    public async Task<bool> TryUseAsync(Proof proof, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        if (now >= _nextSweep)
        {
            _nextSweep = now + SweepInterval;
            await ExecuteAsync("delete from used_proof where until < @until", ct, ("@until", now.ToUnixTimeMilliseconds()));
        }
        // A proof's jti is unique only among the proofs of its key.
        var id = SHA256.HashData(Encoding.UTF8.GetBytes($"{proof.KeyThumbprint} {proof.Id}"));
        var until = (proof.IssuedAt + Proof.MaxAge + Proof.Skew).ToUnixTimeMilliseconds();
        return await ExecuteAsync("insert into used_proof (id, until) values (@id, @until) on conflict do nothing", ct, ("@id", id), ("@until", until)) == 1;
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken ct, params (string Name, object Value)[] parameters)
    {
        if (_sqlite) await _writer.WaitAsync(ct);
        try
        {
            await using var connection = await _database.OpenConnectionAsync(ct);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the text is ours alone: values are parameters
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach (var (name, value) in parameters)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }
            return await command.ExecuteNonQueryAsync(ct);
        }
        finally
        {
            if (_sqlite) _writer.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _writer.Dispose();
    }
}

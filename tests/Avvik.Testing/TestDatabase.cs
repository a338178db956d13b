using System.Data.Common;
using System.Text;
using Avvik.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Avvik.Testing;

/// <summary>A database of one test, looked into from outside the service that uses it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<Task> _remove;

    internal TestDatabase(DatabaseProvider provider, string connectionString, Func<Task> remove) =>
        (Provider, ConnectionString, _remove) = (provider, connectionString, remove);

    public DatabaseProvider Provider { get; }

    public string ConnectionString { get; }

    /// <summary>What a service is configured with to use it.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Database:Provider"] = Provider.ToString(),
        ["ConnectionStrings:Database"] = ConnectionString,
    };

    /// <summary>A wire to the server, and the connection string that goes by way of it.</summary>
    public (CuttableWire Wire, string ConnectionString) ByWire()
    {
        if (Provider == DatabaseProvider.Sqlite) throw new InvalidOperationException("There is no wire to a file.");
        var server = new NpgsqlConnectionStringBuilder(ConnectionString);
        var wire = new CuttableWire(server.Host!, server.Port);
        (server.Host, server.Port) = ("127.0.0.1", wire.Port);
        return (wire, server.ConnectionString);
    }

    /// <summary>Not pooled: it sees the database and not what somebody left in a session.</summary>
    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = Provider == DatabaseProvider.Sqlite
            ? new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString)
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>Every value of every row of a table, or of all tables, as text: what somebody finds who reads the database without the program.</summary>
    public async Task<string> DumpAsync(string? table = null)
    {
        var tables = table is not null ? [table] : await QueryAsync(Provider == DatabaseProvider.Sqlite
            ? "select name from sqlite_master where type = 'table'"
            : "select table_name from information_schema.tables where table_schema = current_schema()", r => r.GetString(0));
        var dump = new StringBuilder();
        foreach (var name in tables)
            foreach (var row in await QueryAsync($"select * from \"{name}\"", r => Enumerable.Range(0, r.FieldCount).Select(r.GetValue).ToList()))
                foreach (var value in row) dump.Append(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value).Append('\n');
        return dump.ToString();
    }

    public async Task<long> CountAsync(string sql) => (await QueryAsync(sql, r => r.IsDBNull(0) ? 0 : r.GetInt64(0)))[0];

    /// <summary>Closes what the pools keep open.</summary>
    internal async Task DisconnectAsync()
    {
        if (Provider == DatabaseProvider.Sqlite)
        {
            using var pool = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(pool);
        }
        else
        {
            await using var pool = new NpgsqlConnection(ConnectionString);
            NpgsqlConnection.ClearPool(pool);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await _remove();
    }
}

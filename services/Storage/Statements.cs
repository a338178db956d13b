using System.Data.Common;

namespace Avvik.Storage;

/// <summary>SQL on the writer's connection, each text prepared once. Parameters are <c>@p1</c>, <c>@p2</c> … in the order given.</summary>
public sealed class Statements : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);

    internal Statements(DbConnection connection) => _connection = connection;

    internal DbTransaction? Transaction { get; set; }

    /// <summary>Runs a statement and answers how many rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, params object?[] values) => Command(sql, values).ExecuteNonQueryAsync();

    /// <summary>The first column of the first row, or default when there is no row or it is null.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] values)
    {
        await using var reader = await Command(sql, values).ExecuteReaderAsync();
        return await reader.ReadAsync() && !await reader.IsDBNullAsync(0) ? await reader.GetFieldValueAsync<T>(0) : default;
    }

    /// <summary>Each row through <paramref name="read"/>.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, params object?[] values)
    {
        await using var reader = await Command(sql, values).ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    private DbCommand Command(string sql, object?[] values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            // The texts are constants; those made for a number of rows are at most a page's worth each.
            if (_prepared.Count >= 500) throw new InvalidOperationException("Statements are constants: values belong in parameters.");
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // the text is ours alone: values are parameters
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= values.Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = $"@p{i}";
                command.Parameters.Add(parameter);
            }
            _prepared.Add(sql, command);
        }
        command.Transaction = Transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var command in _prepared.Values) await command.DisposeAsync();
    }
}

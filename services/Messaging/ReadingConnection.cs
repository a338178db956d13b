using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging;

/// <summary>SQL on a reading connection, for what must not wait for the writer or keep it waiting.</summary>
internal static class ReadingConnection
{
    /// <summary>Each row through <paramref name="read"/>. Parameters are <c>@p1</c>, <c>@p2</c> … in the order given.</summary>
    public static async Task<List<T>> ReadAsync<TDb, T>(this IDbContextFactory<TDb> databases, string sql, Func<DbDataReader, T> read, CancellationToken ct,
        params object[] values) where TDb : DbContext
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.Database.OpenConnectionAsync(ct);
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // the text is ours alone: values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (index, value) in values.Index())
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{index + 1}", value);
            command.Parameters.Add(parameter);
        }
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }
}

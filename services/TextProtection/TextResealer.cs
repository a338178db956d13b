using System.Security.Cryptography;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Logging;

namespace Avvik.TextProtection;

/// <summary>Where a context has sealed texts, beside its <see cref="SealedColumns"/>.</summary>
/// <param name="Columns">The entities and their properties.</param>
public sealed record ResealedColumns<TDb>(IReadOnlyList<(Type Entity, string Property)> Columns) where TDb : DbContext;

/// <summary>
/// Re-encrypts with the active key what an earlier one encrypted, so that the earlier key can be retired: a key changes with the configuration.
/// </summary>
/// <param name="writer">Writes.</param>
/// <param name="databases">Finds what an earlier key sealed.</param>
/// <param name="texts">Has both keys.</param>
/// <param name="columns">Where sealed texts are, beside the <see cref="SealedColumns"/>.</param>
/// <param name="clock">Now.</param>
/// <param name="log">What was done.</param>
public sealed partial class TextResealer<TDb>(
    Writer<TDb> writer, IDbContextFactory<TDb> databases, TextProtector texts, IEnumerable<ResealedColumns<TDb>> columns, TimeProvider clock,
    ILogger<TextResealer<TDb>> log)
    : CatchUpService(clock, log) where TDb : DbContext
{
    private const int Batch = 200;

    /// <inheritdoc/>
    protected override async Task<int> CatchUpAsync(CancellationToken ct)
    {
        var (resealed, unreadable) = await ResealAsync(ct);
        if (resealed > 0) TextsResealed(Log, resealed);
        if (unreadable > 0) TextsUnreadable(Log, unreadable);
        return resealed;
    }

    /// <summary>Returns how many texts were re-encrypted, and how many the ring has no key for; those are left unchanged.</summary>
    public async Task<(int Resealed, int Unreadable)> ResealAsync(CancellationToken ct)
    {
        var (resealed, unreadable) = (0, 0);
        IReadOnlyList<(Type Entity, string Property)> all;
        await using (var db = await databases.CreateDbContextAsync(ct)) all = [.. columns.SelectMany(c => c.Columns), .. SealedColumns.Of(db)];
        foreach (var (entity, property) in all)
        {
            for (object[] after = []; await ReadAsync(entity, property, after, ct) is ({ Count: > 0 } rows, var update); after = rows[^1].Key)
            {
                var renewed = new List<(object[] Key, string Old, string New)>();
                foreach (var (key, old) in rows)
                {
                    try { renewed.Add((key, old, texts.Reseal(old))); }
                    catch (CryptographicException) { unreadable++; }
                }
                resealed += await writer.WriteAsync(async unit =>
                {
                    var changed = 0;
                    // Changed or erased in the meantime: then it stays so.
                    foreach (var (key, old, @new) in renewed) changed += await unit.Sql.ExecuteAsync(update, [@new, old, .. key]);
                    return changed;
                }, ct);
            }
        }
        return (resealed, unreadable);
    }

    /// <summary>The next texts of a column, by key, that the active key did not seal; and the statement that replaces one.</summary>
    private async Task<(List<(object[] Key, string Sealed)> Rows, string Update)> ReadAsync(Type entity, string property, object[] after, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var type = db.Model.FindEntityType(entity)!;
        var table = StoreObjectIdentifier.Table(type.GetTableName()!);
        var column = type.FindProperty(property)!.GetColumnName(table)!;
        var keys = type.FindPrimaryKey()!.Properties.Select(p => p.GetColumnName(table)!).ToList();
        var keyList = string.Join(", ", keys);
        await db.Database.OpenConnectionAsync(ct);
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // names of the model; values are parameters
        command.CommandText = $"select {column}, {keyList} from {table.Name} where substr({column}, 1, {texts.ActivePrefix.Length}) <> @p0 and {column} <> '[]'"
            + (after.Length == 0 ? "" : $" and ({keyList}) > ({string.Join(", ", after.Select((_, i) => $"@p{i + 1}"))})")
            + $" order by {keyList} limit {Batch}";
#pragma warning restore CA2100
        foreach (var (i, value) in after.Prepend(texts.ActivePrefix).Index())
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i}", value);
            command.Parameters.Add(parameter);
        }
        var rows = new List<(object[], string)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) rows.Add(([.. Enumerable.Range(1, keys.Count).Select(reader.GetValue)], reader.GetString(0)));
        return (rows, $"update {table.Name} set {column} = @p1 where {column} = @p2 and {string.Join(" and ", keys.Select((key, i) => $"{key} = @p{i + 3}"))}");
    }

    [LoggerMessage(1021, LogLevel.Information, "{Count} texts were sealed with the active key.")]
    private static partial void TextsResealed(ILogger log, int count);

    [LoggerMessage(1022, LogLevel.Error, "{Count} texts are sealed with a key that is not in the ring; they stay as they are and are shown as unreadable.")]
    private static partial void TextsUnreadable(ILogger log, int count);
}

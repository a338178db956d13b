using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;

namespace Avvik.Storage;

/// <summary>
/// Stops the start on a database that this program cannot upgrade: a newer one, or one whose tables are not those of the migration it records.
/// </summary>
internal static class SchemaCheck
{
    // Columns that the engine computes (search vectors) are not in the model.
    private const string SqliteShape = """
        select t.name, c.name || ' ' || lower(c.type) || case when c."notnull" then ' not null' else '' end
        from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'
        union all
        select t.name, 'index ' || i.name || ' (' || (select group_concat(c.name, ', ' order by c.seqno) from pragma_index_info(i.name) c) || ')'
          || case when i."unique" then ' unique' else '' end
        from sqlite_master t, pragma_index_list(t.name) i where t.type = 'table' and i.origin = 'c'
        """;

    private const string PostgresShape = """
        select t.relname, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
        from pg_class t join pg_attribute a on a.attrelid = t.oid
        where t.relnamespace = current_schema()::regnamespace and t.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        union all
        select t.relname, 'index ' || n.relname || ' ('
          || (select string_agg(a.attname, ', ' order by k.position) from unnest(i.indkey) with ordinality k(attribute, position)
          join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attribute) || ')' || case when i.indisunique then ' unique' else '' end
        from pg_index i join pg_class t on t.oid = i.indrelid join pg_class n on n.oid = i.indexrelid
        where t.relnamespace = current_schema()::regnamespace and not i.indisprimary and 0 <> all (i.indkey)
        """;

    /// <summary>Checks before anything is migrated; a database that does not exist yet, or is empty, passes.</summary>
    /// <exception cref="InvalidOperationException">The database is newer than the program, or has a schema that no released version made.</exception>
    public static async Task VerifyAsync(DbContext db)
    {
        if (!await db.GetService<IRelationalDatabaseCreator>().ExistsAsync()) return;
        // One snapshot: another instance may be migrating now.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var migrations = db.GetService<IMigrationsAssembly>();
        var actual = await ReadAsync(db);
        // Not asked of EF: on PostgreSQL it finds out by a failing statement, which ends the transaction.
        var applied = actual.Any(line => line.Table == HistoryRepository.DefaultTableName)
            ? await db.Database.SqlQueryRaw<string>("select \"MigrationId\" as \"Value\" from \"__EFMigrationsHistory\"").ToListAsync()
            : [];
        applied.Sort(StringComparer.Ordinal);
        if (applied.FindLast(id => !migrations.Migrations.ContainsKey(id)) is { } newer)
            throw new InvalidOperationException(
                $"The database is newer than this program, which does not know its migration {newer}: start the version that made it, or a newer one.");

        if (applied.Count == 0)
        {
            if (Tables(db.GetService<IDesignTimeModel>().Model).FirstOrDefault(t => actual.Any(line => line.Table == t.Name)) is { } table)
                throw new InvalidOperationException($"The database has the table {table.Name} but records no migration: "
                    + "start with an empty database, or with one that a released version made.");
            return;
        }
        var target = migrations.CreateMigration(migrations.Migrations[applied[^1]], db.Database.ProviderName!).TargetModel;
        var expected = Tables(db.GetService<IModelRuntimeInitializer>().Initialize(target, designTime: true)).SelectMany(Lines).ToHashSet();
        var tables = expected.Select(line => line.Table).ToHashSet(StringComparer.Ordinal);
        // An index that an operator has added is no harm.
        var differences = expected.Except(actual).Select(line => $"{line.Table}: {line.Text} is missing")
            .Concat(actual.Except(expected).Where(line => tables.Contains(line.Table) && !line.Text.StartsWith("index ", StringComparison.Ordinal))
                .Select(line => $"{line.Table}: {line.Text} is unknown")).ToList();
        if (differences.Count > 0)
            throw new InvalidOperationException($"The database records migration {applied[^1]} but does not have its schema "
                + $"({string.Join("; ", differences.Order(StringComparer.Ordinal).Take(5))}): "
                + "no released version made it, so start with an empty database or restore a backup of a released version.");
    }

    private static IEnumerable<ITable> Tables(IModel model) => model.GetRelationalModel().Tables;

    private static IEnumerable<(string Table, string Text)> Lines(ITable table) =>
        table.Columns.Select(c => (table.Name, $"{c.Name} {c.StoreType.ToLowerInvariant()}{(c.IsNullable ? "" : " not null")}"))
            .Concat(table.Indexes.Select(i =>
                (table.Name, $"index {i.Name} ({string.Join(", ", i.Columns.Select(c => c.Name))}){(i.IsUnique ? " unique" : "")}")));

    private static async Task<HashSet<(string Table, string Text)>> ReadAsync(DbContext db)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
#pragma warning disable CA2100 // two constants
        command.CommandText = db.Database.IsSqlite() ? SqliteShape : PostgresShape;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new HashSet<(string, string)>();
        while (await reader.ReadAsync()) lines.Add((reader.GetString(0), reader.GetString(1)));
        return lines;
    }
}

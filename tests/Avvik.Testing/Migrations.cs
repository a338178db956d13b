using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Avvik.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Avvik.Testing;

/// <summary>What every service's migrations must do.</summary>
public static partial class Migrations
{
    /// <summary>The model has no change without a migration, and the migrations make the tables of the model.</summary>
    public static async Task AgreeWithTheModelAsync<TDb>(DatabaseProvider provider) where TDb : DbContext
    {
        await using var migrated = await SchemaAgreesWithTheModelAsync<TDb>(provider);
        Assert.Equal(9, await migrated.CountAsync("select count(*) from outbox_lane"));
        Assert.True(await migrated.QueryAsync(AccessLogTriggers(provider), r => r.GetString(0)) is { Count: >= 2 });
    }

    /// <summary>The same for a database without an outbox and an access log; returns the migrated database.</summary>
    public static async Task<TestDatabase> SchemaAgreesWithTheModelAsync<TDb>(DatabaseProvider provider) where TDb : DbContext
    {
        var migrated = await Databases.CreateEmptyAsync(provider);
        await using (var db = migrated.Context(typeof(TDb)))
        {
            Assert.False(db.Database.HasPendingModelChanges(), "The model has changed without a migration: run services/add-migration.");
            await db.Database.MigrateAsync();
        }
        await using var modelled = await Databases.CreateEmptyAsync(provider);
        await using (var db = modelled.Context(typeof(TDb))) await db.Database.EnsureCreatedAsync();

        var schema = await DatabaseSchema.ReadAsync(modelled);
        Assert.NotEmpty(schema);
        Assert.Equal(schema, await DatabaseSchema.ReadAsync(migrated));
        return migrated;
    }

    /// <summary>For <c>[MemberData]</c>: every released version on both engines.</summary>
    public static TheoryData<string, DatabaseProvider> Released
    {
        get
        {
            var all = new TheoryData<string, DatabaseProvider>();
            foreach (var version in Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "tests/Avvik.Testing/Released")).Select(Path.GetFileName)
                .Order(StringComparer.Ordinal))
                foreach (var provider in Enum.GetValues<DatabaseProvider>()) all.Add(version!, provider);
            return all;
        }
    }

    /// <summary>The program starts on a database of a released version, keeps every row, and leaves the schema that it makes itself.</summary>
    /// <param name="version">The released version.</param>
    /// <param name="provider">The engine.</param>
    /// <param name="name">The service, as its file is called.</param>
    /// <param name="read">Reads the content as people do.</param>
    /// <param name="resealed">Columns, as <c>table.column</c>, that the program writes anew after its start: <paramref name="read"/> must read them.</param>
    public static async Task UpgradeAsync<TProgram, TDb>(string version, DatabaseProvider provider, string name, Func<ServiceUnderTest<TProgram>, Task> read,
        params string[] resealed)
        where TProgram : class where TDb : DbContext
    {
        await using var fresh = await Databases.CreateEmptyAsync(provider);
        await using (var db = fresh.Context(typeof(TDb))) await db.Database.MigrateAsync();
        await using var database = await provider.RestoreAsync(version, name);
        // A later version may add columns, and makes none of these disappear.
        var columns = (await database.ColumnsAsync()).Select(c => c with
        {
            Columns = string.Join(',', c.Columns.Split(',').Where(column => !resealed.Contains($"{c.Table}.{column.Trim('"')}", StringComparer.Ordinal))),
        }).ToList();
        var before = await database.ContentAsync(columns);
        Assert.True(before.Count > 3, "There is too little in the stored database to show anything.");

        await using var service = new ServiceUnderTest<TProgram>(database);
        _ = service.Server;

        Assert.Equal(await DatabaseSchema.ReadAsync(fresh), await DatabaseSchema.ReadAsync(database));
        Assert.Equal(await fresh.HandWrittenAsync(), await database.HandWrittenAsync());
        // 0.2 renamed these, with all instances of 0.1 stopped.
        columns = [.. columns.Select(c => c with
        {
            Columns = (c.Table == "outbox_message" ? c.Columns.Replace("deviation_id", "aggregate_id", StringComparison.Ordinal) : c.Columns)
                .Replace("wake_at", "next_due_at", StringComparison.Ordinal),
        })];
        Assert.Empty(before.Except(await database.ContentAsync(columns), StringComparer.Ordinal));
        await read(service);
    }

    private static async Task<List<(string Table, string Columns)>> ColumnsAsync(this TestDatabase database) =>
        await database.QueryAsync(database.Provider == DatabaseProvider.Sqlite
            ? "select t.name, group_concat('\"' || c.name || '\"') from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' "
                + "and t.sql not like '%fts5%' and t.name not like '%\\_search\\_%' escape '\\' group by t.name"
            : "select table_name::text, string_agg(quote_ident(column_name), ',') from information_schema.columns "
                + "where table_schema = 'public' group by table_name",
            r => (r.GetString(0), r.GetString(1)));

    // Leases of the outbox and EF's record of versions change with each start.
    private static async Task<List<string>> ContentAsync(this TestDatabase database, IEnumerable<(string Table, string Columns)> columns)
    {
        var rows = new List<string>();
        foreach (var (table,
            names) in columns.Where(c => c.Table is not ("outbox_lane" or "__EFMigrationsHistory" or "__EFMigrationsLock" or "sqlite_sequence")))
            rows.AddRange(await database.QueryAsync($"select {names} from {table}",
                r => $"{table}: {string.Join(" | ", Enumerable.Range(0, r.FieldCount).Select(i => Text(r.GetValue(i))))}"));
        return rows;
    }

    private static string Text(object value) => value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <summary>A database of a released version, as it was stored by <c>tests/store-release</c>.</summary>
    public static async Task<TestDatabase> RestoreAsync(this DatabaseProvider provider, string version, string service)
    {
        var database = await Databases.CreateEmptyAsync(provider);
        var stored = Path.Combine(RepositoryRoot.Path, "tests/Avvik.Testing/Released", version,
            $"{service}.{(provider == DatabaseProvider.Sqlite ? "db" : "sql")}.gz");
        await using var content = new GZipStream(File.OpenRead(stored), CompressionMode.Decompress);
        if (provider == DatabaseProvider.Sqlite)
        {
            await using var file = File.Create(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource);
            await content.CopyToAsync(file);
        }
        else
        {
            using var reader = new StreamReader(content);
            await database.ExecuteAsync(await reader.ReadToEndAsync());
        }
        return database;
    }

    /// <summary>Triggers, functions and search columns: what the migrations write by hand, and no model knows of.</summary>
    public static async Task<IReadOnlyList<string>> HandWrittenAsync(this TestDatabase database) =>
        [.. (await database.QueryAsync(database.Provider == DatabaseProvider.Sqlite
            ? "select sql from sqlite_master where type = 'trigger' or sql like 'create virtual%' order by name"
            : """
              select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
              union all select prosrc from pg_proc where pronamespace = 'public'::regnamespace
              union all select indexdef from pg_indexes where schemaname = 'public'
              union all select a.attrelid::regclass || '.' || a.attname || ' ' || pg_get_expr(d.adbin, d.adrelid)
                from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attgenerated <> ''
              order by 1
              """, r => r.GetString(0))).Select(sql => Blanks().Replace(sql, " "))];

    private static string AccessLogTriggers(DatabaseProvider provider) => provider == DatabaseProvider.Sqlite
        ? "select name from sqlite_master where type = 'trigger' and name like 'access_log_no_%'"
        : "select tgname::text from pg_trigger where tgname like 'access_log_no_%'";

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}

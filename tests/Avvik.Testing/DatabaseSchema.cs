using Avvik.Storage;

namespace Avvik.Testing;

/// <summary>
/// What a database consists of, a line for each column, key and index, so that two can be compared. Left out are EF's own bookkeeping, text search
/// (which no model knows of; see <see cref="Migrations.HandWrittenAsync"/>) and defaults: a migration that adds a column gives it one for the rows
/// there are, and for instances of the version before.
/// </summary>
public static class DatabaseSchema
{
    private const string Sqlite = """
        select t.name || '.' || c.name || ' ' || c.type || ' notnull=' || c."notnull" || ' key=' || c.pk
        from sqlite_master t, pragma_table_xinfo(t.name) c where t.type = 'table' and t.name not like '\_\_EF%' escape '\'
            and t.name not like 'sqlite\_%' escape '\' and t.name not like '%\_search%' escape '\'
        union all
        select t.name || ' autoincrement' from sqlite_master t where t.type = 'table' and t.sql like '%AUTOINCREMENT%'
        union all
        select t.name || ' index ' || i.name || ' unique=' || i."unique" || ' origin=' || i.origin
            || ' (' || (select group_concat(c.name) from pragma_index_info(i.name) c) || ')'
          || coalesce((select substr(s.sql, instr(s.sql, ' WHERE ')) from sqlite_master s where s.name = i.name and i.partial = 1), '')
        from sqlite_master t, pragma_index_list(t.name) i
        where t.type = 'table' and t.name not like '\_\_EF%' escape '\' and t.name not like '%\_search%' escape '\'
        union all
        select t.name || ' foreign key ' || f."from" || ' -> ' || f."table" || '.' || f."to" || ' on delete ' || f.on_delete
        from sqlite_master t, pragma_foreign_key_list(t.name) f where t.type = 'table'
        union all
        select t.type || ' ' || t.name || ': ' || t.sql from sqlite_master t
        where t.type in ('view', 'trigger') and t.name not like '%\_search' escape '\' and t.name not like 'access\_log\_%' escape '\'
            and t.name not like 'facts\_%' escape '\'
        """;

    private const string Postgres = """
        select table_name || '.' || column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '') || ' nullable=' || is_nullable
          || ' identity=' || coalesce(identity_generation, '-')
        from information_schema.columns where table_schema = 'public' and table_name not like '\_\_EF%' and column_name <> 'search'
        union all
        select tablename || ' ' || indexdef from pg_indexes where schemaname = 'public' and tablename not like '\_\_EF%' and indexname not like '%\_search'
        union all
        select r.relname || ' constraint ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
        from pg_constraint c join pg_class r on r.oid = c.conrelid where c.connamespace = 'public'::regnamespace and r.relname not like '\_\_EF%'
        union all
        select 'view ' || viewname || ': ' || definition from pg_views where schemaname = 'public'
        """;

    public static async Task<IReadOnlyList<string>> ReadAsync(TestDatabase database) =>
        [.. (await database.QueryAsync(database.Provider == DatabaseProvider.Sqlite ? Sqlite : Postgres, r => r.GetString(0))).Order(StringComparer.Ordinal)];
}

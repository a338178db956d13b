using System.Text;
using System.Text.RegularExpressions;
using Avvik.Storage;

namespace Avvik.Testing;

/// <summary>Where a word stands in a database: every column of every table, the outbox too, sealed texts opened.</summary>
public static partial class StoredTexts
{
    /// <summary>Tables and columns that hold the word, sorted.</summary>
    public static async Task<IReadOnlyList<string>> HoldingAsync(this TestDatabase database, string word, Func<string, string> reveal)
    {
        var isSqlite = database.Provider == DatabaseProvider.Sqlite;
        var tables = await database.QueryAsync(isSqlite
            // A text index without its texts cannot be read, only asked.
            ? "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '%search%'"
            : "select table_name from information_schema.tables where table_schema = 'public'", r => r.GetString(0));
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var table in tables)
            foreach (var row in await database.QueryAsync($"select * from \"{table}\"", r => Enumerable.Range(0, r.FieldCount)
                .Select(i => (Column: r.GetName(i), Value: r.IsDBNull(i) ? "" : TextOf(r.GetValue(i)))).ToList()))
                foreach (var (column, value) in row)
                    if (Holds(value) || Sealed().Matches(value).Any(m => Holds(reveal(m.Value)))) found.Add($"{table}.{column}");
        return [.. found];

        bool Holds(string value) => value.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    private static string TextOf(object value) => value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value.ToString() ?? "";

    [GeneratedRegex(@"k1\.[A-Za-z0-9_-]{37,}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sealed();
}

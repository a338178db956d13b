using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Avvik.Storage;

/// <summary>What makes one schema, one set of migrations and one SQL text serve both engines.</summary>
public static partial class SchemaConventions
{
    /// <summary>Instants are Unix milliseconds on both: SQLite cannot order a DateTimeOffset, and two forms would need two texts of every statement.</summary>
    public static void UseAvvikConventions(this ModelConfigurationBuilder conventions) =>
        conventions.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    /// <summary>snake_case columns and lower-case tables, so that hand-written SQL needs no quotes. Call it last.</summary>
    public static void UseSnakeCase(this ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
            // A column that the mapping names keeps its name: a released column outlives the name of its property.
            foreach (var property in entity.GetProperties().Where(p => p.FindAnnotation(RelationalAnnotationNames.ColumnName) is null))
                property.SetColumnName(Humps().Replace(property.Name, "_$0").ToLowerInvariant());
    }

    [GeneratedRegex("(?<!^)[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Humps();

    private sealed class UnixMilliseconds()
        : ValueConverter<DateTimeOffset, long>(at => at.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
}

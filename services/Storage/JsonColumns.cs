using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Avvik.Storage;

/// <summary>Typed properties that are JSON text in their column.</summary>
public static class JsonColumns
{
    /// <summary>
    /// Stores the property as JSON. Change it by assigning a new value: one that is changed in place is not seen. Null is null in the column.
    /// </summary>
    public static PropertyBuilder<T> HasJsonConversion<T>(this PropertyBuilder<T> property, JsonSerializerOptions? options = null) => property.HasConversion(
        value => JsonSerializer.Serialize(value, options),
        text => JsonSerializer.Deserialize<T>(text, options)!,
        ByJson<T>(options));

    /// <summary>As the other, for JSON that is stored in a form of its own, as sealed.</summary>
    public static PropertyBuilder<T> HasJsonConversion<T>(
        this PropertyBuilder<T> property, Func<T, string> store, Func<string, T> read, JsonSerializerOptions? options = null) =>
        property.HasConversion(value => store(value), text => read(text), ByJson<T>(options));

    private static ValueComparer<T> ByJson<T>(JsonSerializerOptions? options) => new(
        (a, b) => ReferenceEquals(a, b) || JsonSerializer.Serialize(a, options) == JsonSerializer.Serialize(b, options),
        value => JsonSerializer.Serialize(value, options).GetHashCode(StringComparison.Ordinal),
        value => value);
}

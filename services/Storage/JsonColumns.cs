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
        new ValueComparer<T>(
            (a, b) => ReferenceEquals(a, b) || JsonSerializer.Serialize(a, options) == JsonSerializer.Serialize(b, options),
            value => JsonSerializer.Serialize(value, options).GetHashCode(StringComparison.Ordinal),
            value => value));
}

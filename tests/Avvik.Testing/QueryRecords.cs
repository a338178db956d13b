using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Avvik.Testing;

/// <summary>A query record of the client from a query string, for tests that are written as tables of them.</summary>
public static class QueryRecords
{
    /// <summary>As in <c>unit=si-tynset&amp;overdue=true</c>; fails for a parameter that the record does not have.</summary>
    public static T Of<T>(string query) where T : new()
    {
        var record = new T();
        foreach (var (name, values) in QueryHelpers.ParseQuery(query))
        {
            var property = typeof(T).GetProperty(char.ToUpperInvariant(name[0]) + name[1..]) ?? throw new ArgumentException($"{typeof(T).Name} has no {name}.",
                nameof(query));
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            property.SetValue(record, type switch
            {
                _ when type == typeof(IReadOnlyList<string>) => name == "by" ? values.ToString().Split(',') : values.ToArray(),
                _ when type == typeof(DateOnly) => DateOnly.Parse(values.ToString(), CultureInfo.InvariantCulture),
                _ when type == typeof(Guid) => Guid.Parse(values.ToString()),
                _ => Convert.ChangeType(values.ToString(), type, CultureInfo.InvariantCulture),
            });
        }
        return record;
    }
}

using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Avvik.Storage;

/// <summary>The insert statement of an entity, made from the model, so that a column is declared once.</summary>
internal sealed class ModelInsert
{
    // By context, entity and engine: the tests have both engines in one process.
    private static readonly ConcurrentDictionary<(Type Context, Type Entity, bool IsSqlite), ModelInsert> s_known = new();
    private readonly (IClrPropertyGetter Value, ValueConverter? Converter)[] _columns;

    private ModelInsert(IEntityType entity)
    {
        IProperty[] properties = [.. entity.GetProperties().Where(p => !p.IsShadowProperty() && p.ValueGenerated == ValueGenerated.Never)];
        _columns = [.. properties.Select(p => (p.GetGetter(), p.GetTypeMapping().Converter))];
        var columns = string.Join(", ", properties.Select(p => p.GetColumnName()));
        Statement = $"insert into {entity.GetTableName()} ({columns}) values ({string.Join(", ", properties.Select((_, i) => $"@p{i + 1}"))})";
        StatementIfNew = Statement + " on conflict do nothing";
    }

    public string Statement { get; }

    public string StatementIfNew { get; }

    public static ModelInsert Of(Type context, Type entity, bool isSqlite, Func<IModel> model) =>
        s_known.GetOrAdd((context, entity, isSqlite), key => new(model().FindEntityType(key.Entity)
            ?? throw new InvalidOperationException($"{key.Entity.Name} is not in the model.")));

    public object?[] ValuesOf(object row)
    {
        var values = new object?[_columns.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (getter, converter) = _columns[i];
            var value = getter.GetClrValue(row);
            values[i] = value is null || converter is null ? value : converter.ConvertToProvider(value);
        }
        return values;
    }
}

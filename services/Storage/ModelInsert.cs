using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Avvik.Storage;

/// <summary>The insert statement of an entity, made from the model, so that a column is declared once.</summary>
internal sealed class ModelInsert
{
    // By the context's options: the tests have services with other engines and keys in one process, and each has a model of its own.
    private static readonly ConditionalWeakTable<DbContextOptions, ConcurrentDictionary<Type, ModelInsert>> s_known = [];
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

    public static ModelInsert Of(DbContextOptions options, Type entity, Func<IModel> model) => s_known.GetOrCreateValue(options)
        .GetOrAdd(entity, type => new(model().FindEntityType(type) ?? throw new InvalidOperationException($"{type.Name} is not in the model.")));

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

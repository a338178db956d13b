using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Statistics.Persistence;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Avvik.Statistics.Facts;

/// <summary>
/// Keeps the event with the highest version of each deviation. Each event carries all that is counted, so the table is the same whatever the
/// order and repetition of what arrives, and nothing needs to be read before it is written.
/// </summary>
internal sealed class FactStore : IHandle<CaseChanged, StatisticsDbContext>, IHandle<CaseSnapshotPublished, StatisticsDbContext>
{
    private IReadOnlyList<IProperty>? _properties;
    private string _upsert = "";

    public Task HandleAsync(CaseChanged message, UnitOfWork<StatisticsDbContext> unit) => KeepAsync(Fact.Of(message), unit);

    public Task HandleAsync(CaseSnapshotPublished message, UnitOfWork<StatisticsDbContext> unit) => KeepAsync(Fact.Of(message.Case), unit);

    private Task KeepAsync(Fact fact, UnitOfWork<StatisticsDbContext> unit) => WriteAsync(fact, "facts.version < excluded.version", unit);

    /// <summary>Keeps what is imported, in place of what was imported under the same id.</summary>
    public Task ReplaceAsync(Fact fact, UnitOfWork<StatisticsDbContext> unit) => WriteAsync(fact, "facts.is_imported", unit);

    private Task WriteAsync(Fact fact, string overwrites, UnitOfWork<StatisticsDbContext> unit)
    {
        if (_properties is null)
        {
            IReadOnlyList<IProperty> properties = [.. unit.Db.Model.FindEntityType(typeof(Fact))!.GetProperties()];
            string[] columns = [.. properties.Select(p => p.GetColumnName())];
            _upsert = $"""
                insert into facts ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select((_, i) => $"@p{i + 1}"))})
                on conflict (deviation_id) do update set {string.Join(", ", columns.Where(c => c != "deviation_id").Select(c => $"{c} = excluded.{c}"))}
                """;
            _properties = properties;
        }
        return unit.Sql.ExecuteAsync($"{_upsert} where {overwrites}", [.. _properties.Select(p =>
            p.GetGetter().GetClrValue(fact) is { } value ? p.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value : null)]);
    }
}

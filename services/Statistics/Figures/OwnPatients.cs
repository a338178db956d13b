using System.Reflection;
using Avvik.Client;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Figures;

/// <summary>
/// How many patients were affected by those of a caller's own deviations that concern several. They are few, and read from an index of their own; the months of
/// counted facts do not have the number. It is no figure of others: it would have to be protected as they are.
/// </summary>
internal sealed class OwnPatients(IDbContextFactory<StatisticsDbContext> databases)
{
    private static readonly Dictionary<Dimension, PropertyInfo> s_values = Dimension.All.ToDictionary(d => d, d => typeof(Fact).GetProperty(d.Property)!);

    /// <summary>Reports of one event are of the same patients: the highest number counts.</summary>
    public async Task<PatientFigures> CountAsync(FiguresQuery query, OwnCases own, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var (community, from, to) = (query.Community, query.From, query.To);
        var several = await db.Facts.AsNoTracking().Where(f => f.Community == community && f.ReceivedOn >= from && f.ReceivedOn <= to
            && f.PatientsAffected > 1 && !Fact.NeverCounted.Contains(f.State)).ToListAsync(ct);
        var affected = several.Where(f => CountedFacts.CountedAs(f.Kind) == CountedAs.Deviation && own.Include(f)
                && query.Filters.All(filter => Matches(f, filter.Dimension, filter.Values)))
            .GroupBy(f => f.EventId ?? f.DeviationId).Sum(g => (long)g.Max(f => f.PatientsAffected!.Value));
        return new() { Affected = affected };
    }

    private static bool Matches(Fact fact, Dimension dimension, string[] values)
    {
        var value = (string?)s_values[dimension].GetValue(fact);
        return dimension.IsSet ? Dimension.Members(value).Any(m => values.Contains(m, StringComparer.Ordinal)) : values.Contains(value, StringComparer.Ordinal);
    }
}

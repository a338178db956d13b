using System.Linq.Expressions;
using System.Reflection;
using Avvik.Client;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Figures;

/// <summary>
/// What is counted of those few of a caller's own deviations that have something which the months of counted facts do not have: they are read from an index of
/// their own. None of it is a figure of others: it would have to be protected as they are.
/// </summary>
internal sealed class OwnFacts(IDbContextFactory<StatisticsDbContext> databases)
{
    private static readonly Dictionary<Dimension, PropertyInfo> s_values = Dimension.All.ToDictionary(d => d, d => typeof(Fact).GetProperty(d.Property)!);

    /// <summary>
    /// How many patients were affected by those that concern several. Reports of one event are of the same patients: the highest number counts.
    /// </summary>
    public async Task<PatientFigures> CountPatientsAsync(FiguresQuery query, OwnCases own, CancellationToken ct)
    {
        var affected = (await ReadAsync(f => f.PatientsAffected > 1, query, own, ct))
            .GroupBy(f => f.EventId ?? f.DeviationId).Sum(g => (long)g.Max(f => f.PatientsAffected!.Value));
        return new() { Affected = affected };
    }

    /// <summary>Those of which it is recorded whether patient or next of kin were told, by harm and what is recorded.</summary>
    public async Task<ILookup<(string Harm, string Informed), Fact>> FindInformedAsync(FiguresQuery query, OwnCases own, CancellationToken ct) =>
        (await ReadAsync(f => f.PatientInformed != null, query, own, ct)).ToLookup(f => (f.ActualHarm, f.PatientInformed!));

    private async Task<IEnumerable<Fact>> ReadAsync(Expression<Func<Fact, bool>> which, FiguresQuery query, OwnCases own, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var (community, from, to) = (query.Community, query.From, query.To);
        var found = await db.Facts.AsNoTracking().Where(f => f.Community == community && f.ReceivedOn >= from && f.ReceivedOn <= to
            && !Fact.NeverCounted.Contains(f.State)).Where(which).ToListAsync(ct);
        return found.Where(f => CountedFacts.CountedAs(f.Kind) == CountedAs.Deviation && own.Include(f)
            && query.Filters.All(filter => Matches(f, filter.Dimension, filter.Values)));
    }

    private static bool Matches(Fact fact, Dimension dimension, string[] values)
    {
        var value = (string?)s_values[dimension].GetValue(fact);
        return dimension.IsSet ? Dimension.Members(value).Any(m => values.Contains(m, StringComparer.Ordinal)) : values.Contains(value, StringComparer.Ordinal);
    }
}

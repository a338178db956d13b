using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.RebuildFacts;

/// <summary>How the facts stand.</summary>
/// <param name="Count">All of them.</param>
/// <param name="Doubted">Those that no owner has told of since they were doubted.</param>
/// <param name="Stamps">The sum of all stamps: another when any fact is another.</param>
internal sealed record FactsState(int Count, int Doubted, long Stamps);

/// <summary>
/// Makes the facts anew from those who own what they tell of (<c>compose/rebuild-facts</c>): first each is doubted, that is, whatever is told of it
/// next overwrites it; then the owners say once more how everything stands. Meanwhile every figure is there, as it was.
/// </summary>
internal static class RebuildFactsEndpoints
{
    private const int PageSize = 5000;

    public static RouteGroupBuilder MapRebuildFacts(this RouteGroupBuilder operations)
    {
        operations.MapGet("/facts", StateAsync).WithName("GetFactsState").WithSummary("How many facts there are, and how many no owner has told of since they were doubted");
        operations.MapPost("/facts/doubt", DoubtAsync).WithName("DoubtFacts").WithSummary("Let whatever is told next of the facts overwrite them, 5000 after the one named");
        return operations;
    }

    private static async Task<FactsState> StateAsync(IDbContextFactory<StatisticsDbContext> databases, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Facts.GroupBy(_ => 1).Select(all => new FactsState(all.Count(), all.Count(f => f.Version == 0), all.Sum(f => f.Stamp))).FirstOrDefaultAsync(ct) ?? new(0, 0, 0);
    }

    private static Task<WalkedPage> DoubtAsync(Guid? after, Writer<StatisticsDbContext> writer, CancellationToken ct) => writer.WriteAsync(async unit =>
    {
        var page = unit.Db.Facts.Where(f => f.DeviationId.CompareTo(after ?? Guid.Empty) > 0).OrderBy(f => f.DeviationId).Take(PageSize).Select(f => f.DeviationId);
        var ids = await page.ToListAsync(ct);
        if (ids.Count == 0) return new WalkedPage(0, null);
        var (first, last) = (ids[0], ids[^1]);
        // The stamp stays as it is: what is counted has not changed.
        await unit.Db.Facts.Where(f => f.DeviationId.CompareTo(first) >= 0 && f.DeviationId.CompareTo(last) <= 0).ExecuteUpdateAsync(f => f.SetProperty(x => x.Version, 0), ct);
        return new WalkedPage(ids.Count, ids.Count < PageSize ? null : last);
    }, ct);
}

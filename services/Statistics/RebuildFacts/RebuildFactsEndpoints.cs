using Avvik.Messaging.Operations;
using Avvik.Messaging.Watermarks;
using Avvik.Storage;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.RebuildFacts;

/// <summary>The state of the facts.</summary>
/// <param name="Count">All of them.</param>
/// <param name="Invalidated">Those that no owner has published since they were invalidated.</param>
/// <param name="ContentHashes">The sum of all content hashes: it differs when any fact does.</param>
/// <param name="Completeness">Up to when the events of each publisher have arrived, and what holds them back.</param>
internal sealed record FactsState(int Count, int Invalidated, long ContentHashes, IReadOnlyList<PublisherCompleteness> Completeness);

/// <summary>
/// Rebuilds the facts from those who own what they count (<c>compose/rebuild-facts</c>): first each fact is invalidated, that is, whatever is published
/// next overwrites it; then the owners publish all their cases again. Every figure stays as it was until then, and nothing is frozen and no signals are
/// raised until every publisher's watermark says that it has published everything again.
/// </summary>
internal static class RebuildFactsEndpoints
{
    private const int PageSize = 5000;

    public static RouteGroupBuilder MapRebuildFacts(this RouteGroupBuilder operations)
    {
        operations.MapGet("/facts", StateAsync).WithName("GetFactsState")
            .WithSummary("How many facts there are, and how many no owner has published since they were invalidated");
        operations.MapPost("/facts/invalidate", InvalidateAsync).WithName("InvalidateFacts")
            .WithSummary("Let whatever is published next overwrite the facts: 5000 after the one named");
        return operations;
    }

    private static async Task<FactsState> StateAsync(StatisticsDbContext db, Completeness<StatisticsDbContext> completeness, CancellationToken ct)
    {
        var publishers = await completeness.ReadAsync(ct);
        return await db.Facts.GroupBy(_ => 1)
            .Select(all => new FactsState(all.Count(), all.Count(f => f.Version == 0), all.Sum(f => f.ContentHash), publishers))
            .FirstOrDefaultAsync(ct) ?? new(0, 0, 0, publishers);
    }

    private static Task<WalkedPage> InvalidateAsync(Guid? after, Writer<StatisticsDbContext> writer, CancellationToken ct) => writer.WriteAsync(async unit =>
    {
        var page = unit.Db.Facts.Where(f => !f.IsImported && f.DeviationId.CompareTo(after ?? Guid.Empty) > 0).OrderBy(f => f.DeviationId).Take(PageSize)
            .Select(f => f.DeviationId);
        var ids = await page.ToListAsync(ct);
        if (after is null) await unit.ForgetWatermarksAsync();
        if (ids.Count == 0) return new WalkedPage(0, null);
        var (first, last) = (ids[0], ids[^1]);
        // The content hash stays: what is counted has not changed.
        await unit.Db.Facts.Where(f => !f.IsImported && f.DeviationId.CompareTo(first) >= 0 && f.DeviationId.CompareTo(last) <= 0)
            .ExecuteUpdateAsync(f => f.SetProperty(x => x.Version, 0), ct);
        return new WalkedPage(ids.Count, ids.Count < PageSize ? null : last);
    }, ct);
}

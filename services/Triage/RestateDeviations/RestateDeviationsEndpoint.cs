using Avvik.Contracts.Routing;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Storage;
using Avvik.Triage.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Triage.RestateDeviations;

/// <summary>Says once more how every deviation stands that has no case, for Statistics to make its facts anew.</summary>
internal static class RestateDeviationsEndpoint
{
    private const int PageSize = 500;

    public static RouteGroupBuilder MapRestateDeviations(this RouteGroupBuilder operations)
    {
        operations.MapPost("/restate", RestateAsync).WithName("RestateDeviations").WithSummary("Say once more how deviations without a case stand, among the 500 after the one named");
        return operations;
    }

    private static async Task<WalkedPage> RestateAsync(Guid? after, IDbContextFactory<TriageDbContext> databases, Writer<TriageDbContext> writer, TimeProvider clock, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var last = after ?? Guid.Empty;
        // Read outside the transaction: what changes in between has told a higher version, and this one is dropped.
        var assessed = await db.Assessments.AsNoTracking().Where(a => a.Id.CompareTo(last) > 0).OrderBy(a => a.Id).Take(PageSize).ToListAsync(ct);
        var now = clock.GetUtcNow();
        CaseRestated[] restated = [.. assessed.Select(a => a.Restated(now)).OfType<CaseRestated>()];
        return await writer.WriteAsync(async unit =>
        {
            foreach (var deviation in restated) await unit.EnqueueAsync(deviation);
            return new WalkedPage(restated.Length, assessed.Count < PageSize ? null : assessed[^1].Id);
        }, ct);
    }
}

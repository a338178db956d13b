using Avvik.Messaging.Operations;
using Avvik.Messaging.Storage;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.RestateCases;

/// <summary>Says once more how every case stands, for Statistics to make its facts anew.</summary>
internal static class RestateCasesEndpoint
{
    private const int PageSize = 500;

    public static RouteGroupBuilder MapRestateCases(this RouteGroupBuilder operations)
    {
        operations.MapPost("/restate", RestateAsync).WithName("RestateCases").WithSummary("Say once more how the cases stand, 500 after the one named");
        return operations;
    }

    private static async Task<WalkedPage> RestateAsync(Guid? after, IDbContextFactory<RoutingDbContext> databases, Writer<RoutingDbContext> writer, TimeProvider clock, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var last = after ?? Guid.Empty;
        // Read outside the transaction: what changes in between has told a higher version, and this one is dropped.
        var cases = await db.Cases.AsNoTracking().Include(c => c.Measures).Where(c => c.Id.CompareTo(last) > 0).OrderBy(c => c.Id).Take(PageSize).ToListAsync(ct);
        var now = clock.GetUtcNow();
        return await writer.WriteAsync(async unit =>
        {
            foreach (var @case in cases) await unit.EnqueueAsync(@case.Restated(now));
            return new WalkedPage(cases.Count, cases.Count < PageSize ? null : cases[^1].Id);
        }, ct);
    }
}

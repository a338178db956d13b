using Avvik.Contracts.Routing;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Operations;

/// <summary>An owner says once more how everything it holds stands, for Statistics to make its facts anew; the caller must require the administrator's role on the group.</summary>
public static class Restatement
{
    private const int PageSize = 500;

    /// <summary>Maps <c>POST restate</c>, a page of a walk.</summary>
    /// <param name="operations">The service's operations.</param>
    /// <param name="name">Of the operation.</param>
    /// <param name="rows">What the service holds, by an <c>Id</c>.</param>
    /// <param name="restate">How one stands; null for what another service holds.</param>
    public static RouteGroupBuilder MapRestatement<TDb, TRow>(this RouteGroupBuilder operations, string name, Func<TDb, IQueryable<TRow>> rows, Func<TRow, DateTimeOffset, CaseRestated?> restate)
        where TDb : DbContext where TRow : class
    {
        operations.MapPost("/restate", async (Guid? after, IDbContextFactory<TDb> databases, Writer<TDb> writer, TimeProvider clock, CancellationToken ct) =>
            {
                await using var db = await databases.CreateDbContextAsync(ct);
                var last = after ?? Guid.Empty;
                // Read outside the transaction: what changes in between has told a higher version, and this one is dropped.
                var page = await rows(db).AsNoTracking().Select(row => new { Id = EF.Property<Guid>(row, "Id"), Row = row }).Where(r => r.Id.CompareTo(last) > 0).OrderBy(r => r.Id).Take(PageSize).ToListAsync(ct);
                var now = clock.GetUtcNow();
                CaseRestated[] restated = [.. page.Select(r => restate(r.Row, now)).OfType<CaseRestated>()];
                return await writer.WriteAsync(async unit =>
                {
                    foreach (var @case in restated) await unit.EnqueueAsync(@case);
                    return new WalkedPage(restated.Length, page.Count < PageSize ? null : page[^1].Id);
                }, ct);
            })
            .WithName(name).WithSummary("Say once more how everything that the service holds stands, among the 500 after the one named");
        return operations;
    }
}

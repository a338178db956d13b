using Avvik.Contracts.Routing;
using Avvik.Messaging.Outbox;
using Avvik.Messaging.Watermarks;
using Avvik.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Operations;

/// <summary>Publishes the current state of everything a service owns, so that Statistics can rebuild its facts.</summary>
public static class ReplayEndpoints
{
    private const int PageSize = 500;

    /// <summary>Maps <c>POST replay</c>, which publishes one page; the group must require the administrator's role.</summary>
    /// <param name="operations">The service's operations.</param>
    /// <param name="name">Name of the operation.</param>
    /// <param name="rows">What the service owns; each row has an <c>Id</c>.</param>
    /// <param name="snapshot">Current state of a row; null when another service owns it.</param>
    public static RouteGroupBuilder MapReplay<TDb, TRow>(this RouteGroupBuilder operations, string name, Func<TDb, IQueryable<TRow>> rows,
        Func<TRow, DateTimeOffset, CaseSnapshotPublished?> snapshot) where TDb : DbContext where TRow : class
    {
        operations.MapPost("/replay", async (Guid? after, IDbContextFactory<TDb> databases, Writer<TDb> writer, ServiceName service, TimeProvider clock,
            CancellationToken ct) =>
            {
                await using var db = await databases.CreateDbContextAsync(ct);
                var last = after ?? Guid.Empty;
                // Read outside the transaction: a change in between publishes a higher version, and consumers drop this one.
                var page = await rows(db).AsNoTracking().Select(row => new { Id = EF.Property<Guid>(row, "Id"), Row = row })
                    .Where(r => r.Id.CompareTo(last) > 0).OrderBy(r => r.Id).Take(PageSize).ToListAsync(ct);
                var now = clock.GetUtcNow();
                CaseSnapshotPublished[] snapshots = [.. page.Select(r => snapshot(r.Row, now)).OfType<CaseSnapshotPublished>()];
                return await writer.WriteAsync(async unit =>
                {
                    foreach (var @case in snapshots) await unit.EnqueueReplayAsync(@case);
                    // Everything has been published again: a consumer that had lost something has it when these have been sent.
                    if (page.Count < PageSize) await unit.ForgetWatermarksAsync(service.Value);
                    return new WalkedPage(snapshots.Length, page.Count < PageSize ? null : page[^1].Id);
                }, ct);
            })
            .WithName(name).WithSummary("Publish the current state of up to 500 items after the given id");
        return operations;
    }
}

using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.WatchDeadlines;

internal sealed class DeadlineWatch(Writer<RoutingDbContext> writer, IDbContextFactory<RoutingDbContext> databases, TextProtector texts,
    TimeProvider clock, ILogger<DeadlineWatch> log)
    : DueWorkService<RoutingDbContext>(writer, databases, "cases", clock, log)
{
    protected override IQueryable<Guid> Due(RoutingDbContext db, DateTimeOffset now) => db.Cases.Where(c => c.NextDueAt <= now).OrderBy(c => c.NextDueAt)
        .Select(c => c.Id);

    protected override async Task DoDueWorkAsync(UnitOfWork<RoutingDbContext> unit, Guid id, DateTimeOffset now)
    {
        if (await unit.FindCaseAsync(id) is not { } @case) return;
        foreach (var recorded in @case.ApplyDue(now)) await unit.RecordAsync(@case, recorded, texts);
    }
}

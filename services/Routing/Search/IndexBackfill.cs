using Avvik.Storage;
using Avvik.Routing.Lessons;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Search;

/// <summary>Puts into the text indexes what is not there: what an earlier version stored. A migration cannot, since it has no key.</summary>
internal sealed class IndexBackfill(Writer<RoutingDbContext> writer, IDbContextFactory<RoutingDbContext> databases, CaseIndex cases, LessonIndex lessons,
    TimeProvider clock, ILogger<IndexBackfill> log)
    : PeriodicService(TimeSpan.FromHours(1), clock, log)
{
    private const int Batch = 200;

    protected override async Task DoAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        while (await db.Cases.Where(c => !c.IsIndexed).OrderBy(c => c.Id).Select(c => c.Id).Take(Batch).ToListAsync(ct) is { Count: > 0 } ids)
            await writer.WriteAsync(async unit =>
            {
                await unit.SerializeAsync([.. ids]);
                foreach (var @case in await unit.Db.Cases.Where(c => ids.Contains(c.Id) && !c.IsIndexed).ToListAsync(CancellationToken.None))
                    await cases.ReplaceAsync(unit, @case);
                return true;
            }, ct);
        var found = await db.Lessons.Where(l => l.State == Lesson.Approved && !db.LessonWords.Any(w => w.LessonId == l.Id)).ToListAsync(ct);
        foreach (var lesson in found)
            await writer.WriteAsync(async unit =>
            {
                if (await unit.Db.Lessons.FirstOrDefaultAsync(l => l.Id == lesson.Id, CancellationToken.None) is { } current)
                    await lessons.ReplaceAsync(unit, current);
                return true;
            }, ct);
    }
}

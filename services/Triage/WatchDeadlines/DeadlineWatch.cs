using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Triage.WatchDeadlines;

internal sealed class DeadlineWatch(Writer<TriageDbContext> writer, IDbContextFactory<TriageDbContext> databases, TextProtector texts,
    TimeProvider clock, ILogger<DeadlineWatch> log)
    : DueWorkService<TriageDbContext>(writer, databases, "assessments", clock, log)
{
    protected override IQueryable<Guid> Due(TriageDbContext db, DateTimeOffset now) => db.Assessments.Where(a => a.NextDueAt <= now).OrderBy(a => a.NextDueAt)
        .Select(a => a.Id);

    protected override async Task DoDueWorkAsync(UnitOfWork<TriageDbContext> unit, Guid id, DateTimeOffset now)
    {
        if (await unit.Db.Assessments.FindAsync(id) is not { } assessment) return;
        foreach (var (changed, text) in assessment.ApplyDue(now)) await unit.RecordAsync(assessment, changed, text, texts);
    }
}

using Avvik.Messaging.Storage;
using Avvik.Messaging.TextProtection;
using Avvik.Triage.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Triage.WatchDeadlines;

/// <summary>
/// Wakes the assessments that time has come for. An assessment's own row says when, so a restart or an outage loses nothing; and it is read again, locked, in the
/// transaction that wakes it, so that of several instances one does it, once.
/// </summary>
internal sealed class DeadlineWatch(Writer<TriageDbContext> writer, IDbContextFactory<TriageDbContext> databases, IOptions<DatabaseOptions> database, TextProtector texts, TimeProvider clock, ILogger<DeadlineWatch> log) : BackgroundService
{
    private const int Batch = 200;
    // Deadlines are days and working days: ten seconds are at once.
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, clock);
        do
        {
            try
            {
                while (await WakeAsync(stoppingToken) == Batch) { }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested) { log.DeadlinesInterrupted(error.GetType().Name); }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Answers how many it woke.</summary>
    internal async Task<int> WakeAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        var due = await db.Assessments.Where(c => c.WakeAt <= now).OrderBy(c => c.WakeAt).Select(c => c.Id).Take(Batch).ToListAsync(ct);
        // A unit of work each: one that fails holds back no other, and those that wait at the same time share a commit.
        return (await Task.WhenAll(due.Select(id => WakeOneAsync(id, now, ct)))).Count(woken => woken);
    }

    private async Task<bool> WakeOneAsync(Guid id, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await writer.WriteAsync(async unit =>
            {
                if (database.Value.Provider == DatabaseProvider.Postgres
                    && await unit.Sql.ScalarAsync<Guid>("select id from assessments where id = @p1 and wake_at <= @p2 for update skip locked", id, now.ToUnixTimeMilliseconds()) != id) return false;
                if (await unit.Db.Assessments.FindAsync([id], ct) is not { } assessment) return false;
                foreach (var (changed, text) in assessment.Wake(now)) await unit.RecordAsync(assessment, changed, text, texts);
                return true;
            }, ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            log.AssessmentNotWoken(id, error.GetType().Name);
            return false;
        }
    }
}

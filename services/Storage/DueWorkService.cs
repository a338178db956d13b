using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Avvik.Storage;

/// <summary>
/// Runs the scheduled work of rows whose time has come. The time is a column of the row, so a restart or an outage loses nothing; the row is read again,
/// locked, in the transaction that does the work, so that of several instances one does it, once.
/// </summary>
/// <param name="writer">Writes.</param>
/// <param name="databases">Reads what is due.</param>
/// <param name="table">Has the columns <c>id</c> and <c>next_due_at</c> (Unix milliseconds); it goes into the SQL, so it never comes from a caller.</param>
/// <param name="clock">Now.</param>
/// <param name="log">Failures.</param>
public abstract class DueWorkService<TDb>(
    Writer<TDb> writer, IDbContextFactory<TDb> databases, string table, TimeProvider clock, ILogger log)
    : PeriodicService(Interval, clock, log) where TDb : DbContext
{
    private const int Batch = 200;
    // Deadlines are days and working days: ten seconds late is on time.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Ids of the rows that are due, longest due first.</summary>
    protected abstract IQueryable<Guid> Due(TDb db, DateTimeOffset now);

    /// <summary>Does everything that is due for one row.</summary>
    protected abstract Task DoDueWorkAsync(UnitOfWork<TDb> unit, Guid id, DateTimeOffset now);

    /// <inheritdoc/>
    protected override Task DoAsync(CancellationToken ct) => RunOnceAsync(ct);

    /// <summary>Does the work of every row that is due, batch by batch, and answers for how many it succeeded.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        for (var (done, passed) = (0, 0); ;)
        {
            // Rows that failed are still due, before all others: they are passed over until the next interval, however many they are.
            var due = await Due(db, now).Skip(passed).Take(Batch).ToListAsync(ct);
            // A unit of work each: one that fails does not stop the others, and those that wait at the same time share a commit.
            var succeeded = (await Task.WhenAll(due.Select(id => RunOneAsync(id, now, ct)))).Count(success => success);
            (done, passed) = (done + succeeded, passed + due.Count - succeeded);
            if (due.Count < Batch) return done;
        }
    }

    private async Task<bool> RunOneAsync(Guid id, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await writer.WriteAsync(async unit =>
            {
                if (!unit.IsSqlite
                    && await unit.Sql.ScalarAsync<Guid>($"select id from {table} where id = @p1 and next_due_at <= @p2 for update skip locked", id,
                        now.ToUnixTimeMilliseconds()) != id) return false;
                await DoDueWorkAsync(unit, id, now);
                return true;
            }, ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            Log.DueWorkFailed(error, id, table);
            return false;
        }
    }
}

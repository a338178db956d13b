using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Avvik.Storage;

/// <summary>
/// Wakes what time has come for. A row's own <c>wake_at</c> says when, so a restart or an outage loses nothing; and the row is read again, locked, in the
/// transaction that wakes it, so that of several instances one does it, once.
/// </summary>
/// <param name="writer">Writes.</param>
/// <param name="databases">Reads what is due.</param>
/// <param name="database">Which engine it is.</param>
/// <param name="table">Has the columns <c>id</c> and <c>wake_at</c>; goes into the SQL, so it never comes from a caller.</param>
/// <param name="clock">Now.</param>
/// <param name="log">Failures.</param>
public abstract class WakeWatch<TDb>(Writer<TDb> writer, IDbContextFactory<TDb> databases, IOptions<DatabaseOptions> database, string table, TimeProvider clock, ILogger log)
    : PeriodicService(Between, clock, log) where TDb : DbContext
{
    private const int Batch = 200;
    // Deadlines are days and working days: ten seconds are at once.
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    /// <summary>Ids of what is due, longest due first.</summary>
    protected abstract IQueryable<Guid> Due(TDb db, DateTimeOffset now);

    /// <summary>Does to one of them all that has come due.</summary>
    protected abstract Task WakeAsync(UnitOfWork<TDb> unit, Guid id, DateTimeOffset now);

    /// <inheritdoc/>
    protected override async Task DoAsync(CancellationToken ct)
    {
        while (await WakeAsync(ct) == Batch) { }
    }

    /// <summary>Answers how many it woke.</summary>
    public async Task<int> WakeAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        var due = await Due(db, now).Take(Batch).ToListAsync(ct);
        // A unit of work each: one that fails holds back no other, and those that wait at the same time share a commit.
        return (await Task.WhenAll(due.Select(id => WakeOneAsync(id, now, ct)))).Count(woken => woken);
    }

    private async Task<bool> WakeOneAsync(Guid id, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await writer.WriteAsync(async unit =>
            {
                if (!database.Value.IsSqlite
                    && await unit.Sql.ScalarAsync<Guid>($"select id from {table} where id = @p1 and wake_at <= @p2 for update skip locked", id, now.ToUnixTimeMilliseconds()) != id) return false;
                await WakeAsync(unit, id, now);
                return true;
            }, ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            Log.NotWoken(id, table, error.GetType().Name);
            return false;
        }
    }
}

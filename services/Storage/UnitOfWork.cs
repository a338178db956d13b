using System.Buffers.Binary;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Storage;

/// <summary>A lock was needed out of order and was not free; the work is safe to run again in a transaction of its own.</summary>
public sealed class LockOrderException() : Exception("A lock is held by another instance and was asked for out of order.");

/// <summary>What a piece of work writes with: a context and prepared SQL in one transaction.</summary>
public sealed class UnitOfWork<TDb> : IAsyncDisposable where TDb : DbContext
{
    private readonly DbContextOptions<TDb> _options;
    private readonly DbTransaction _transaction;
    private readonly TimeProvider _clock;
    private readonly bool _isSqlite;
    private List<(int Order, Func<Task> Work)>? _last;
    private TDb? _db;
    private long _highestLock = long.MinValue;

    internal UnitOfWork(Statements sql, DbContextOptions<TDb> options, DbTransaction transaction, TimeProvider clock, bool isSqlite)
    {
        (Sql, _options, _transaction, _clock, _isSqlite) = (sql, options, transaction, clock, isSqlite);
        sql.Transaction = transaction;
    }

    /// <summary>Prepared SQL, run at once. What the context holds is written at the end: do not read through one what the other wrote.</summary>
    public Statements Sql { get; }

    /// <summary>A tracking context; saved by the writer, never by the work.</summary>
    public TDb Db
    {
        get
        {
            if (_db is null)
            {
                _db = (TDb)Activator.CreateInstance(typeof(TDb), _options)!;
                _db.Database.UseTransaction(_transaction);
            }
            return _db;
        }
    }

    /// <summary>
    /// Inserts a row at once and without tracking, for rows of which there are many: the statement is made from the model, and prepared once.
    /// </summary>
    public Task InsertAsync<T>(T row) where T : class
    {
        var insert = InsertOf<T>();
        return Sql.ExecuteAsync(insert.Statement, insert.ValuesOf(row));
    }

    /// <summary>As <see cref="InsertAsync"/>, unless a row with one of its keys is there already.</summary>
    /// <returns>False when one is.</returns>
    public async Task<bool> InsertIfNewAsync<T>(T row) where T : class
    {
        var insert = InsertOf<T>();
        return await Sql.ExecuteAsync(insert.StatementIfNew, insert.ValuesOf(row)) == 1;
    }

    private ModelInsert InsertOf<T>() => ModelInsert.Of(_options, typeof(T), () => Db.Model);

    /// <summary>True on SQLite.</summary>
    public bool IsSqlite => _isSqlite;

    /// <summary>The clock of the work.</summary>
    public TimeProvider Clock => _clock;

    internal bool SignalsCommit { get; private set; }

    /// <summary>Sets the <see cref="CommitSignal"/> when, and only when, this transaction has committed.</summary>
    public void SignalCommit() => SignalsCommit = true;

    /// <summary>
    /// Does this just before the commit, after all else: for a row that everybody takes. Taken last by all, and by all in the order of
    /// <see cref="EndOrder"/>, it is held for a moment and no two transactions wait for each other.
    /// </summary>
    public void AtEnd(int order, Func<Task> work)
    {
        var activity = Activity.Current;
        (_last ??= []).Add((order, InItsTraceAsync));

        // The transaction serves many callers: what this work enqueues belongs to the trace of the one who asked for it.
        Task InItsTraceAsync()
        {
            Activity.Current = activity;
            return work();
        }
    }

    /// <summary>
    /// Makes all work on the same ids (deviations) run one after the other, across all instances of the service, until this transaction ends. Call it
    /// first, with every id that the work touches: what is read before the lock may be out of date (READ COMMITTED). On SQLite, which has one writer, it
    /// does nothing; on PostgreSQL it takes transaction-scoped advisory locks in one order, so that two units of work never deadlock on them.
    /// </summary>
    /// <exception cref="LockOrderException">
    /// Work that shares this transaction holds a later lock already, and another instance holds this one. The writer runs each of them again alone.
    /// </exception>
    public async Task SerializeAsync(params Guid[] ids)
    {
        if (_isSqlite) return;
        foreach (var key in ids.Select(LockKey).Distinct().Order())
        {
            if (key >= _highestLock) await Sql.ExecuteAsync("select pg_advisory_xact_lock(@p1)", key);
            // Waiting here, out of order, could deadlock with another instance; a lock that this transaction holds already is granted again.
            else if (!await Sql.ScalarAsync<bool>("select pg_try_advisory_xact_lock(@p1)", key)) throw new LockOrderException();
            _highestLock = Math.Max(_highestLock, key);
        }
    }

    // Two ids that share a key, one chance in 2^64 for a pair, wait for each other without need.
    private static long LockKey(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
    }

    /// <summary>Writes everything, and on PostgreSQL the transaction's id: only the answer to COMMIT can be lost, and SQLite's cannot.</summary>
    internal async Task SaveAsync(Guid id, CancellationToken ct)
    {
        if (_db is not null) await _db.SaveChangesAsync(ct);
        foreach (var (_, work) in (_last ?? []).OrderBy(l => l.Order)) await work();
        // A transaction that has only read commits nothing that could be lost.
        if (!_isSqlite)
            await Sql.ExecuteAsync("insert into committed_group (id, at) select @p1, @p2 where pg_current_xact_id_if_assigned() is not null",
                id, _clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    internal Task CommitAsync(CancellationToken ct) => _transaction.CommitAsync(ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_db is not null) await _db.DisposeAsync();
        await _transaction.DisposeAsync();
    }
}

/// <summary>
/// The order in which transactions take the rows that all of them take, the same in every instance: whoever has one waits only for a later one.
/// </summary>
public static class EndOrder
{
    /// <summary>The counter of a year's reference numbers: add the year.</summary>
    public const int Numbering = 0;

    /// <summary>The change feed's lock.</summary>
    public const int ChangeFeed = 10_000;

    /// <summary>The head of the access log.</summary>
    public const int AccessLog = 20_000;
}

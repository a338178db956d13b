using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Storage;

/// <summary>What a piece of work writes with: a context and prepared SQL in one transaction.</summary>
public sealed class UnitOfWork<TDb> : IAsyncDisposable where TDb : DbContext
{
    private readonly DbContextOptions<TDb> _options;
    private readonly DbTransaction _transaction;
    private readonly TimeProvider _clock;
    private List<Func<Task>>? _last;
    private TDb? _db;

    internal UnitOfWork(Statements sql, DbContextOptions<TDb> options, DbTransaction transaction, TimeProvider clock)
    {
        (Sql, _options, _transaction, _clock) = (sql, options, transaction, clock);
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

    /// <summary>What the work goes by.</summary>
    public TimeProvider Clock => _clock;

    internal bool SignalsCommit { get; private set; }

    /// <summary>Sets the <see cref="CommitSignal"/> when, and only when, this transaction has committed.</summary>
    public void SignalCommit() => SignalsCommit = true;

    /// <summary>
    /// Does this just before the commit, after all else: for a row that everybody takes. Taken last by all, it is held for a moment and no two wait for
    /// each other.
    /// </summary>
    public void AtEnd(Func<Task> work) => (_last ??= []).Add(work);

    internal async Task CommitAsync(CancellationToken ct)
    {
        if (_db is not null) await _db.SaveChangesAsync(ct);
        foreach (var work in _last ?? []) await work();
        await _transaction.CommitAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_db is not null) await _db.DisposeAsync();
        await _transaction.DisposeAsync();
    }
}

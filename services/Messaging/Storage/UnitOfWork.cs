using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Storage;

/// <summary>What a piece of work writes with: a context and prepared SQL in one transaction, and the outbox.</summary>
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

    internal bool HasEvents { get; private set; }

    /// <summary>Puts an event in the outbox: it is sent if, and only if, this transaction commits.</summary>
    public Task EnqueueAsync<T>(T message) where T : class, IEvent
    {
        HasEvents = true;
        var entry = MessageCatalog.Of(typeof(T));
        return Sql.ExecuteAsync(
            "insert into outbox_message (lane, deviation_id, version, message_id, type, body, trace_parent, enqueued_at, due_at, attempts) values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, 0, 0)",
            OutboxLane.Of(message.DeviationId), message.DeviationId, message.Version, Guid.CreateVersion7(), entry.Name,
            JsonSerializer.SerializeToUtf8Bytes(message, entry.Json), Activity.Current?.Id, _clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

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

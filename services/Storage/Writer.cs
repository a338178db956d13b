using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Avvik.Storage;

/// <param name="Linger">How long to wait for more work to share a commit with, while there is more than one at a time.</param>
/// <param name="Configure">What else a context needs.</param>
internal sealed record WriterOptions(TimeSpan Linger, Action<DbContextOptionsBuilder>? Configure = null);

/// <summary>The write queue is full, so the work would not be done in time: an API caller gets 503 with Retry-After, as for a timeout.</summary>
public sealed class WriterBusyException() : TimeoutException("Too many writes are waiting.");

/// <summary>Other instances changed the same rows each time the work ran: an API caller gets 503 with Retry-After, as for a timeout.</summary>
public sealed class LostRaceException(Exception inner) : TimeoutException("Other instances changed the same rows each time.", inner);

/// <summary>
/// The only writer of this process (group commit): units of work that wait at the same time share a transaction and its commit. When one of them fails,
/// all are rolled back and each runs again in a transaction of its own, so that a failure affects only its own work; a unit of work must therefore be safe
/// to run twice. On SQLite, which allows one writer, this queue also replaces waiting for locks. On PostgreSQL, work that loses a race against another
/// instance runs again, up to three times, and each transaction stores its id, so that work is not run twice when the reply to its commit is lost.
/// </summary>
public sealed class Writer<TDb> : IAsyncDisposable where TDb : DbContext
{
    // A commit costs about as much as twenty small writes; past a few hundred a group only adds latency.
    private const int MaxGroup = 256;
    // Races are lost to one of a few instances, so a third attempt nearly always succeeds.
    private const int MaxAttempts = 3;
    // About five seconds, as long as a client waits, before the callers are told that the outcome is unknown.
    private const int MaxOutcomeQueries = 6;
    private static readonly TimeSpan BetweenOutcomeQueries = TimeSpan.FromMilliseconds(300);
    // When stopping, what waits is still written; without a limit, each unit of work would wait for an unavailable database in turn.
    private static readonly TimeSpan ShutdownDrainTimeout = TimeSpan.FromSeconds(5);
    // With more, the last in the queue would wait longer than their clients do.
    private const int MaxWaiting = 10_000;

    private readonly DatabaseOptions _options;
    private readonly CommitSignal _signal;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _linger;
    private readonly Action<DbContextOptionsBuilder>? _configure;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private Session? _session;

    internal Writer(IOptions<DatabaseOptions> options, CommitSignal signal, TimeProvider clock, WriterOptions writer)
    {
        (_options, _signal, _clock, _linger, _configure) = (options.Value, signal, clock, writer.Linger, writer.Configure);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Set on SQLite: the file is this process's until it ends.</summary>
    internal FileStream? Exclusive { get; set; }

    /// <summary>Runs the work in a transaction and answers when it is on disk. A rule that refuses must do so before it has written anything.</summary>
    /// <exception cref="WriterBusyException">Too much work waits already.</exception>
    /// <exception cref="LostRaceException">The work lost every race against other instances.</exception>
    public Task<T> WriteAsync<T>(Func<UnitOfWork<TDb>, Task<T>> work, CancellationToken ct)
    {
        var item = new Work<T>(work, Activity.Current, ct);
        return _queue.Writer.TryWrite(item) ? item.Completion.Task : Task.FromException<T>(new WriterBusyException());
    }

    private async Task RunAsync()
    {
        var group = new List<Work>(MaxGroup);
        var busy = false;
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (busy && _linger > TimeSpan.Zero && _queue.Reader.Count < MaxGroup) await Task.Delay(_linger);
            group.Clear();
            while (group.Count < MaxGroup && _queue.Reader.TryRead(out var work))
                if (!work.TryCancel()) group.Add(work);
            busy = group.Count > 1;
            if (group.Count > 0) await CommitAsync(group);
        }
    }

    private async Task CommitAsync(List<Work> group)
    {
        if (group.Count > 1 && await TryCommitAsync(group, isLastAttempt: false)) return;
        foreach (var work in group)
            for (var attempt = 1; !await TryCommitAsync([work], isLastAttempt: attempt == MaxAttempts); attempt++) { }
    }

    /// <summary>True when the callers have their answer: the group has committed, or running it again would not help.</summary>
    private async Task<bool> TryCommitAsync(List<Work> group, bool isLastAttempt)
    {
        var id = Guid.CreateVersion7(_clock.GetUtcNow());
        var (signals, committing) = (false, false);
        try
        {
            _session ??= await Session.OpenAsync(_options, _configure, _stopping.Token);
            var transaction = await _session.Connection.BeginTransactionAsync(_stopping.Token);
            await using var unit = new UnitOfWork<TDb>(_session.Statements, _session.ContextOptions, transaction, _clock, _options.IsSqlite);
            foreach (var work in group) await work.RunAsync(unit);
            await unit.SaveAsync(id, _stopping.Token);
            signals = unit.SignalsCommit;
            committing = true;
            await unit.CommitAsync(_stopping.Token);
        }
        catch (Exception error)
        {
            // After any failure the next transaction starts on a new connection.
            await CloseSessionAsync();
            var committed = false;
            if (committing && !_options.IsSqlite)
            {
                // The reply to COMMIT was lost. The work is not run again before the database confirms that it was not committed.
                try { committed = await HasCommittedAsync(id); }
                catch (Exception) when (Fail(group, error)) { return true; }
            }
            if (!committed)
            {
                if (group.Count > 1 || (!isLastAttempt && (committing || LostRace(error)))) return false;
                return Fail(group, error is DbUpdateConcurrencyException or LockOrderException ? new LostRaceException(error) : error);
            }
        }
        foreach (var work in group) work.Complete();
        if (signals) _signal.Set();
        return true;
    }

    /// <summary>
    /// Asks by inserting the same id: when the lost transaction is still under way, the database makes this wait for its end. The insert itself is
    /// rolled back.
    /// </summary>
    private async Task<bool> HasCommittedAsync(Guid id)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _session ??= await Session.OpenAsync(_options, _configure, _stopping.Token);
                await using var transaction = await _session.Connection.BeginTransactionAsync(_stopping.Token);
                _session.Statements.Transaction = transaction;
                return await _session.Statements.ExecuteAsync("insert into committed_group (id, at) values (@p1, 0) on conflict do nothing", id) == 0;
            }
            catch (Exception) when (attempt < MaxOutcomeQueries)
            {
                await CloseSessionAsync();
                await Task.Delay(attempt * BetweenOutcomeQueries, _stopping.Token);
            }
        }
    }

    // Several instances on PostgreSQL: another one committed first, and the work sees its result when it runs again.
    private bool LostRace(Exception error) => !_options.IsSqlite && error switch
    {
        DbUpdateConcurrencyException or LockOrderException => true,
        PostgresException postgres => postgres.SqlState.StartsWith("40", StringComparison.Ordinal) || postgres.SqlState == PostgresErrorCodes.UniqueViolation,
        _ => error.InnerException is { } inner && LostRace(inner),
    };

    private static bool Fail(List<Work> group, Exception error)
    {
        foreach (var work in group) work.Fail(error);
        return true;
    }

    private async Task CloseSessionAsync()
    {
        if (_session is not { } session) return;
        _session = null;
        await session.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stopping.CancelAfter(ShutdownDrainTimeout);
        await _loop;
        await CloseSessionAsync();
        if (Exclusive is not null) await Exclusive.DisposeAsync();
        _stopping.Dispose();
    }

    private sealed record Session(System.Data.Common.DbConnection Connection, Statements Statements, DbContextOptions<TDb> ContextOptions) : IAsyncDisposable
    {
        public static async Task<Session> OpenAsync(DatabaseOptions options, Action<DbContextOptionsBuilder>? configure, CancellationToken ct)
        {
            var connection = await options.OpenAsync(ct);
            var builder = new DbContextOptionsBuilder<TDb>();
            options.Configure(builder, connection);
            DatabaseExtensions.Harden(builder);
            configure?.Invoke(builder);
            return new(connection, new Statements(connection), builder.Options);
        }

        public async ValueTask DisposeAsync()
        {
            await Statements.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }

    private abstract class Work(CancellationToken ct)
    {
        public abstract Task RunAsync(UnitOfWork<TDb> unit);
        public abstract void Complete();
        public abstract void Fail(Exception error);
        public abstract void Cancel();

        // Cancellation is checked only before the work starts: once started it runs to its end, since it shares its transaction.
        public bool TryCancel()
        {
            if (!ct.IsCancellationRequested) return false;
            Cancel();
            return true;
        }
    }

    private sealed class Work<T>(Func<UnitOfWork<TDb>, Task<T>> work, Activity? activity, CancellationToken ct) : Work(ct)
    {
        private readonly CancellationToken _ct = ct;
        private T _result = default!;

        public TaskCompletionSource<T> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task RunAsync(UnitOfWork<TDb> unit)
        {
            // One loop serves many callers: events that this work enqueues belong to the trace of its own caller.
            Activity.Current = activity;
            _result = await work(unit);
        }

        public override void Complete() => Completion.SetResult(_result);
        public override void Fail(Exception error) => Completion.SetException(error);
        public override void Cancel() => Completion.SetCanceled(_ct);
    }
}

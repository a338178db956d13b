using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Storage;

/// <param name="Linger">How long to wait for more work to share a commit with, while there is more than one at a time.</param>
internal sealed record WriterOptions(TimeSpan Linger);

/// <summary>Too much work waits to be written; the caller should answer 503 and the client come back.</summary>
public sealed class WriterBusyException() : Exception("Too many writes are waiting.");

/// <summary>
/// The one writer of this process: units of work that wait at the same time share a transaction, so they share its commit. When one of them
/// fails, all are rolled back and each runs again in a transaction of its own, so a failure touches nobody else; a unit of work must therefore
/// be safe to run twice. On SQLite, which has one writer anyway, this is also the queue for it: no lock is ever waited for.
/// </summary>
public sealed class Writer<TDb> : IAsyncDisposable where TDb : DbContext
{
    // A commit costs about as much as twenty small writes; past a few hundred a group only adds latency.
    private const int MaxGroup = 256;
    // When stopping: what waits is written, unless the database is away; then each of those waiting would wait for it in turn.
    private static readonly TimeSpan ShutdownDrainTimeout = TimeSpan.FromSeconds(5);
    // Past this, those at the end of the queue would wait longer than their client does.
    private const int MaxWaiting = 10_000;

    private readonly DatabaseOptions _options;
    private readonly CommitSignal _signal;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _linger;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private Session? _session;

    internal Writer(IOptions<DatabaseOptions> options, CommitSignal signal, TimeProvider clock, WriterOptions writer)
    {
        (_options, _signal, _clock, _linger) = (options.Value, signal, clock, writer.Linger);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Set on SQLite: the file is this process's until it ends.</summary>
    internal FileStream? Exclusive { get; set; }

    /// <summary>Runs the work in a transaction and answers when it is on disk. A rule that refuses must do so before it has written anything.</summary>
    /// <exception cref="WriterBusyException">Too much work waits already.</exception>
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
        if (group.Count == 1 || !await TryCommitAsync(group, reportFailure: false))
            foreach (var work in group)
                await TryCommitAsync([work], reportFailure: true);
    }

    private async Task<bool> TryCommitAsync(List<Work> group, bool reportFailure)
    {
        var signals = false;
        try
        {
            _session ??= await Session.OpenAsync(_options, _stopping.Token);
            await using var unit = new UnitOfWork<TDb>(_session.Statements, _session.ContextOptions, await _session.Connection.BeginTransactionAsync(_stopping.Token), _clock,
                _options.IsSqlite);
            foreach (var work in group) await work.RunAsync(unit);
            await unit.CommitAsync(_stopping.Token);
            signals = unit.SignalsCommit;
        }
        catch (Exception error)
        {
            // Whatever it was, the next transaction starts from a connection that nothing has happened to.
            if (_session is { } session)
            {
                _session = null;
                await session.DisposeAsync();
            }
            if (reportFailure) group[0].Fail(error);
            return false;
        }
        foreach (var work in group) work.Complete();
        if (signals) _signal.Set();
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stopping.CancelAfter(ShutdownDrainTimeout);
        await _loop;
        if (_session is not null) await _session.DisposeAsync();
        if (Exclusive is not null) await Exclusive.DisposeAsync();
        _stopping.Dispose();
    }

    private sealed record Session(System.Data.Common.DbConnection Connection, Statements Statements, DbContextOptions<TDb> ContextOptions) : IAsyncDisposable
    {
        public static async Task<Session> OpenAsync(DatabaseOptions options, CancellationToken ct)
        {
            var connection = await options.OpenAsync(ct);
            var builder = new DbContextOptionsBuilder<TDb>();
            options.Configure(builder, connection);
            DatabaseExtensions.Harden(builder);
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

        // Asked once, before the work starts: from then on it runs to its end, since it shares its transaction with others.
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
            // The loop serves many callers: what this unit enqueues belongs to the trace of the one who asked for it.
            Activity.Current = activity;
            _result = await work(unit);
        }

        public override void Complete() => Completion.SetResult(_result);
        public override void Fail(Exception error) => Completion.SetException(error);
        public override void Cancel() => Completion.SetCanceled(_ct);
    }
}

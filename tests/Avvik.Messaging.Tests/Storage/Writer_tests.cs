using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Avvik.Messaging.Tests.Storage;

public sealed class Writer_tests
{
    private const int MaxWaiting = 10_000;
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Concurrent_work_shares_a_commit(DatabaseProvider provider)
    {
        const int Units = 200;
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var commits = 0;
        var gate = await GateAsync(instance.Writer, provider == DatabaseProvider.Sqlite
            ? unit => SQLitePCL.raw.sqlite3_commit_hook(((SqliteConnection)unit.Db.Database.GetDbConnection()).Handle,
                _ => Interlocked.Increment(ref commits) * 0, null)
            : _ => { });

        var deviations = Sample.NewDeviations(Units);
        var work = deviations.Select(d => CountAsync(instance.Writer, d)).ToList();
        await gate.OpenAsync();
        await Task.WhenAll(work);

        await database.HasEffectsOnceAsync(deviations);
        // PostgreSQL notes on each row which transaction wrote it; the gate's own wrote none.
        if (provider == DatabaseProvider.Postgres) commits = 1 + (int)await database.CountAsync("select count(distinct xmin::text) from effects");
        Assert.Equal(2, commits);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Failing_work_is_rolled_back_alone(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var gate = await GateAsync(instance.Writer);
        var (before, bad, after) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());

        var first = CountAsync(instance.Writer, before);
        var runs = 0;
        var failing = instance.Writer.WriteAsync<bool>(async unit =>
        {
            runs++;
            await CountEffects.CountAsync(unit, bad, 1);
            unit.Db.Effects.Add(new Effect { DeviationId = bad, Version = 2, Count = 1 });
            await unit.EnqueueAsync(Sample.Informed(bad));
            throw new InvalidDataException("refused");
        }, None);
        var last = CountAsync(instance.Writer, after);
        await gate.OpenAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() => failing);
        await Task.WhenAll(first, last);
        Assert.Equal(2, runs); // with the others, and alone
        await database.HasEffectsOnceAsync(before, after);
        Assert.Equal(0, await database.OutboxAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Error_while_saving_is_reported_to_the_work_that_caused_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (taken, free) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await CountAsync(instance.Writer, taken);
        var gate = await GateAsync(instance.Writer);

        // The context saves when the work is done: only the commit shows that the key is taken.
        var failing = AddAsync(taken);
        var fine = AddAsync(free);
        await gate.OpenAsync();
        await Assert.ThrowsAsync<DbUpdateException>(() => failing);
        await fine;
        await database.HasEffectsOnceAsync(taken, free);

        Task AddAsync(Guid deviation) => instance.Writer.WriteAsync(unit =>
        {
            unit.Db.Effects.Add(new Effect { DeviationId = deviation, Version = 1, Count = 1 });
            return Task.FromResult(true);
        }, None);
    }

    [Fact]
    public async Task Full_queue_throws_WriterBusyException_and_loses_nothing_accepted()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var instance = await Instance.CreateAsync(database);
        var gate = await GateAsync(instance.Writer);

        var done = 0;
        var taken = Enumerable.Range(0, MaxWaiting).Select(_ => instance.Writer.WriteAsync(_ => Task.FromResult(Interlocked.Increment(ref done)), None))
            .ToList();
        await Assert.ThrowsAsync<WriterBusyException>(() => instance.Writer.WriteAsync(_ => Task.FromResult(Interlocked.Increment(ref done)), None));

        await gate.OpenAsync();
        await Task.WhenAll(taken);
        Assert.Equal(MaxWaiting, done);
        await CountAsync(instance.Writer, Guid.CreateVersion7());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Work_cancelled_before_it_starts_is_not_run(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var gate = await GateAsync(instance.Writer);
        using var giveUp = new CancellationTokenSource();
        var (given, kept) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var cancelled = CountAsync(instance.Writer, given, giveUp.Token);
        var other = CountAsync(instance.Writer, kept);
        await giveUp.CancelAsync();
        await gate.OpenAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => cancelled);
        await other;
        await database.HasEffectsOnceAsync(kept);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Writer_reconnects_after_its_connection_is_lost(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (during, after) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var lost = instance.Writer.WriteAsync(async unit =>
        {
            await CountEffects.CountAsync(unit, during, 1);
            if (provider == DatabaseProvider.Sqlite) await unit.Db.Database.GetDbConnection().CloseAsync();
            else await database.ExecuteAsync($"select pg_terminate_backend({await unit.Sql.ScalarAsync<int>("select pg_backend_pid()")})");
            return true;
        }, None);
        await Assert.ThrowsAnyAsync<Exception>(() => lost);

        await CountAsync(instance.Writer, after);
        await database.HasEffectsOnceAsync(after);
    }

    [Fact]
    public async Task Stopping_waits_for_a_frozen_database_once_and_not_per_work()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var (wire, connectionString) = database.ByWire();
        await using var _ = wire;
        var instance = await Instance.CreateAsync(database, connectionString: connectionString + ";Timeout=3;Command Timeout=3");
        await CountAsync(instance.Writer, Guid.CreateVersion7());
        wire.Mode = WireMode.Freeze;
        var waiting = Sample.NewDeviations(20).Select(d => CountAsync(instance.Writer, d)).ToList();
        await Eventually.IsTrue(() => Task.FromResult(wire.HeldBack > 0), Sample.Soon);

        await instance.DisposeAsync().AsTask().WaitAsync(Sample.Soon);
        Assert.All(waiting, work => Assert.True(work.IsFaulted || work.IsCanceled));
        Assert.Equal(1, await database.CountAsync("select count(*) from effects"));
    }

    [Theory, InlineData(1), InlineData(20)]
    public async Task Work_is_not_run_twice_when_the_reply_to_its_commit_is_lost(int units)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var (wire, connectionString) = database.ByWire();
        await using var _ = wire;
        await using var instance = await Instance.CreateAsync(database, connectionString: connectionString);
        var deviations = Sample.NewDeviations(units);
        var gate = await GateAsync(instance.Writer);
        var runs = 0;
        var work = deviations.Select(d => instance.Writer.WriteAsync(async unit =>
        {
            if (Interlocked.Increment(ref runs) == units) wire.CutBeforeReplyTo = "COMMIT\0"; // not READ COMMITTED
            await CountEffects.CountAsync(unit, d, 1);
            return d;
        }, None)).ToList();
        await gate.OpenAsync();

        Assert.Equal(deviations, await Task.WhenAll(work)); // each with the result of the run that committed
        Assert.Equal(1, wire.ConnectionsCut);
        Assert.Equal(units, runs);
        await database.HasEffectsOnceAsync(deviations);
    }

    [Fact]
    public async Task Work_runs_again_when_its_commit_failed_with_the_connection()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var instance = await Instance.CreateAsync(database);
        var deviation = Guid.CreateVersion7();
        var runs = 0;
        Assert.Equal(2, await instance.Writer.WriteAsync(async unit =>
        {
            await CountEffects.CountAsync(unit, deviation, 1);
            // The server dies before it gets to the COMMIT: a deferred trigger ends its own session.
            if (++runs == 1)
                await unit.Sql.ExecuteAsync("""
                    create function die() returns trigger language plpgsql as 'begin perform pg_terminate_backend(pg_backend_pid()); return null; end';
                    create constraint trigger dies after insert on inbox_message deferrable initially deferred for each row execute function die();
                    insert into inbox_message values (gen_random_uuid());
                    """);
            return runs;
        }, None));
        await database.HasEffectsOnceAsync(deviation);
    }

    [Theory, InlineData("40001"), InlineData("40P01"), InlineData("23505")]
    public async Task Lone_work_runs_again_after_a_lost_race_on_PostgreSQL(string state)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var instance = await Instance.CreateAsync(database);
        var deviation = Guid.CreateVersion7();
        var runs = 0;
        Assert.Equal(2, await instance.Writer.WriteAsync(async unit =>
        {
            await CountEffects.CountAsync(unit, deviation, 1);
            if (++runs == 1) await unit.Sql.ExecuteAsync($"do $$ begin raise exception using errcode = '{state}'; end $$");
            return runs;
        }, None));
        await database.HasEffectsOnceAsync(deviation);
    }

    // A TimeoutException, which every endpoint answers with 503 and Retry-After.
    [Fact]
    public async Task Lone_work_fails_as_a_timeout_after_three_lost_races()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var instance = await Instance.CreateAsync(database);
        var runs = 0;
        var error = await Assert.ThrowsAnyAsync<TimeoutException>(() => instance.Writer.WriteAsync<bool>(_ =>
        {
            runs++;
            throw new DbUpdateConcurrencyException();
        }, None));
        Assert.IsType<DbUpdateConcurrencyException>(error.InnerException);
        Assert.Equal(3, runs);
    }

    [Fact]
    public async Task Committed_group_ids_are_deleted_after_a_day()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var instance = await Instance.CreateAsync(database);
        await CountAsync(instance.Writer, Guid.CreateVersion7());
        Assert.Equal(1, await database.CountAsync("select count(*) from committed_group"));
        var tomorrow = new MovableClock(DateTimeOffset.UtcNow.AddDays(1).AddMinutes(1));
        using var cleanup = new CommittedGroupCleanup<EffectsDb>(instance.Writer, tomorrow, NullLogger<CommittedGroupCleanup<EffectsDb>>.Instance);
        Assert.Equal(1, await cleanup.DeleteOldAsync(None));
        Assert.Equal(1, await database.CountAsync("select count(*) from committed_group")); // of the deletion itself
    }

    [Fact]
    public async Task Write_ahead_log_is_truncated_and_a_blocking_reader_is_logged()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var instance = await Instance.CreateAsync(database);
        var options = Options.Create(new DatabaseOptions { ConnectionString = database.ConnectionString, WalLimitMegabytes = 1 });
        await using var writer = new Writer<EffectsDb>(options, instance.Of<CommitSignal>(), TimeProvider.System, new WriterOptions(TimeSpan.Zero));
        using var monitor = new WalMonitor(options, TimeProvider.System, instance.Of<ILogger<WalMonitor>>());
        var wal = new FileInfo(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource + "-wal");

        await using (var reader = await database.OpenAsync())
        {
            await using var snapshot = reader.CreateCommand();
            snapshot.CommandText = "begin; select count(*) from effects";
            await snapshot.ExecuteScalarAsync();
            for (var i = 0; i < 3; i++) await WriteMegabyteAsync();
            wal.Refresh();
            Assert.True(wal.Length > 3_000_000);
            await monitor.CheckAsync(None);
            Assert.Equal(1, instance.Log.Count(1020));
        }

        for (var i = 0; i < 3; i++) await WriteMegabyteAsync();
        await monitor.CheckAsync(None);
        wal.Refresh();
        Assert.InRange(wal.Length, 1, 2_200_000); // the limit, and what one commit wrote past the checkpoint
        Assert.Equal(1, instance.Log.Count(1020));

        Task WriteMegabyteAsync() => writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
            "insert into parked_message (id, source, type, body, content_type, error, parked_at) values (@p1, 's', 't', zeroblob(1000000), 'c', 'e', 0)",
            Guid.CreateVersion7()), None);
    }

    [Fact]
    public async Task SQLite_syncs_each_commit_and_uses_a_write_ahead_log()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var instance = await Instance.CreateAsync(database);
        var settings = await instance.Writer.WriteAsync(async unit =>
            (await unit.Sql.ScalarAsync<string>("pragma journal_mode"), await unit.Sql.ScalarAsync<long>("pragma synchronous")), None);
        Assert.Equal(("wal", 2L /* FULL */), settings);
    }

    [Fact]
    public async Task Second_process_on_a_SQLite_file_refuses_to_start()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        var first = await Instance.CreateAsync(database);
        var (code, said) = await CrashingProcess.RunAsync(CrashingProcess.Migrate, database);
        var file = new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
        Assert.Equal((3, $"Another process is using {file}. SQLite serves one process; for several instances set Database:Provider to Postgres."),
            (code, said));

        await first.DisposeAsync();
        Assert.Equal((0, "started"), await CrashingProcess.RunAsync(CrashingProcess.Migrate, database));
    }

    [Fact]
    public async Task SerializeAsync_runs_work_on_one_id_one_after_the_other_across_instances()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var instance = await Instance.CreateAsync(database);
        await using var other = instance.NewWriter();
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var (locked, open) = (new TaskCompletionSource(), new TaskCompletionSource());

        var first = instance.Writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(one, two);
            locked.TrySetResult();
            await open.Task;
            await CountEffects.CountAsync(unit, one, 1);
            return true;
        }, None);
        await locked.Task.WaitAsync(Sample.Soon);
        var second = other.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(two, one);
            return await unit.Sql.ScalarAsync<int>("select count from effects where deviation_id = @p1", one);
        }, None);
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 1,
            Sample.Soon);
        open.SetResult();

        await first;
        Assert.Equal(1, await second); // it read after the first had committed
    }

    [Fact]
    public async Task SerializeAsync_does_not_deadlock_when_grouped_work_takes_ids_in_opposite_orders()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var instance = await Instance.CreateAsync(database);
        await using var other = instance.NewWriter();
        var deviations = Sample.NewDeviations(40);

        // In one group each, and in opposite orders: a group that waited out of order would wait for the other's.
        var gates = (await GateAsync(instance.Writer), await GateAsync(other));
        var work = deviations.Select(d => LockedAsync(instance.Writer, d)).Concat(deviations.Reverse().Select(d => LockedAsync(other, d))).ToList();
        await Task.WhenAll(gates.Item1.OpenAsync(), gates.Item2.OpenAsync());
        await Task.WhenAll(work);

        Assert.All((await database.EffectsAsync()).Values, count => Assert.Equal(2, count));
        Assert.Equal(0, await database.CountAsync("select deadlocks from pg_stat_database where datname = current_database()"));

        static Task<bool> LockedAsync(Writer<EffectsDb> writer, Guid deviation) => writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(deviation);
            await CountEffects.CountAsync(unit, deviation, 1);
            return true;
        }, None);
    }

    [Fact]
    public async Task SerializeAsync_does_nothing_on_SQLite()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var instance = await Instance.CreateAsync(database);
        Assert.True(await instance.Writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(Guid.CreateVersion7(), Guid.CreateVersion7());
            return true;
        }, None));
    }

    private static Task<bool> CountAsync(Writer<EffectsDb> writer, Guid deviation, CancellationToken ct = default) => writer.WriteAsync(async unit =>
    {
        await CountEffects.CountAsync(unit, deviation, 1);
        return true;
    }, ct);

    /// <summary>Work that runs until it is let go: what comes meanwhile waits together.</summary>
    private static async Task<Gate> GateAsync(Writer<EffectsDb> writer, Action<UnitOfWork<EffectsDb>>? whenIn = null)
    {
        var (entered, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        var work = writer.WriteAsync(async unit =>
        {
            whenIn?.Invoke(unit);
            entered.SetResult();
            await open.Task;
            return true;
        }, None);
        await entered.Task.WaitAsync(Sample.Soon);
        return new Gate(open, work);
    }

    private sealed record Gate(TaskCompletionSource Open, Task Work)
    {
        public Task OpenAsync()
        {
            Open.SetResult();
            return Work;
        }
    }
}

using System.Data.Common;
using Avvik.Storage;
using Xunit;

namespace Avvik.Testing;

/// <summary>
/// Holds the next statements of a kind inside the database until the test lets them go: so an interleaving of two instances is forced, not hoped for.
/// PostgreSQL only; SQLite has one writer.
/// </summary>
public sealed class HeldStatement : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly TestDatabase _database;
    private readonly DbConnection _holder;

    private HeldStatement(TestDatabase database, DbConnection holder) => (_database, _holder) = (database, holder);

    /// <param name="statement">As in a trigger: <c>delete on early_withdrawals</c>.</param>
    public static async Task<HeldStatement> HoldAsync(TestDatabase database, string statement)
    {
        Assert.Equal(DatabaseProvider.Postgres, database.Provider);
        await database.ExecuteAsync($$"""
            create function hold_for_test() returns trigger language plpgsql as $f$ begin perform pg_advisory_xact_lock_shared(4711, 1); return null; end $f$;
            create trigger hold_for_test before {{statement}} for each statement execute function hold_for_test()
            """);
        var held = new HeldStatement(database, await database.OpenAsync());
        await held.RunAsync("select pg_advisory_lock(4711, 1)");
        return held;
    }

    /// <summary>Until one that was started is held.</summary>
    public Task HeldAsync() => Eventually.IsTrue(async () => await WaitingAsync() == 1, Soon);

    /// <summary>Until the other instance's work has been done, or waits as well.</summary>
    public Task DoneOrWaitingAsync(Task other) => Eventually.IsTrue(async () => other.IsCompleted || await WaitingAsync() == 2, Soon);

    public Task ReleaseAsync() => RunAsync("select pg_advisory_unlock(4711, 1)");

    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    private Task<long> WaitingAsync() => _database.CountAsync(
        "select count(*) from pg_locks where locktype = 'advisory' and not granted "
        + "and database = (select oid from pg_database where datname = current_database())");

    private async Task RunAsync(string sql)
    {
        await using var command = _holder.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}

using Avvik.Messaging.Tests.Support;
using Avvik.Storage;

namespace Avvik.Messaging.Tests.Storage;

public sealed class Schema_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task DatabaseSchema_shows_every_difference_of_columns_and_indexes(DatabaseProvider provider)
    {
        await using var one = await Databases.CreateAsync(provider);
        await using var two = await Databases.CreateAsync(provider);
        await one.ExecuteAsync("create table t (id integer not null primary key, name text not null)");
        await two.ExecuteAsync("create table t (id integer not null primary key, name text)");
        Assert.NotEqual(await DatabaseSchema.ReadAsync(one), await DatabaseSchema.ReadAsync(two));
        await two.ExecuteAsync("drop table t");
        await two.ExecuteAsync("create table t (id integer not null primary key, name text not null)");
        Assert.Equal(await DatabaseSchema.ReadAsync(one), await DatabaseSchema.ReadAsync(two));
        await two.ExecuteAsync("create index i on t (name) where id > 5");
        Assert.NotEqual(await DatabaseSchema.ReadAsync(one), await DatabaseSchema.ReadAsync(two));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Start_refuses_a_database_that_is_newer_than_the_program(DatabaseProvider provider)
    {
        await using var database = await MigratedAsync(provider);
        await database.ExecuteAsync("""insert into "__EFMigrationsHistory" values ('20991231000000_Future', '99.0.0')""");
        Assert.Equal(
            "The database is newer than this program, which does not know its migration 20991231000000_Future: start the version that made it, or a newer one.",
            await RefusalAsync(database));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Start_refuses_a_schema_that_no_released_version_made(DatabaseProvider provider)
    {
        await using var database = await MigratedAsync(provider);
        await database.ExecuteAsync("alter table effects rename column count to total");
        await database.ExecuteAsync("drop index ix_outbox_message_refused");
        Assert.Equal("The database records migration 20260101000000_First but does not have its schema (effects: count integer not null is missing; "
            + "effects: total integer not null is unknown; outbox_message: index ix_outbox_message_refused (aggregate_id, id) is missing): "
            + "no released version made it, so start with an empty database or restore a backup of a released version.", await RefusalAsync(database));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Start_refuses_tables_without_recorded_migrations(DatabaseProvider provider)
    {
        await using var database = await MigratedAsync(provider);
        await database.ExecuteAsync("""drop table "__EFMigrationsHistory" """);
        Assert.Equal(
            "The database has the table assigned_role but records no migration: start with an empty database, or with one that a released version made.",
            await RefusalAsync(database));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Start_accepts_an_index_that_an_operator_has_added(DatabaseProvider provider)
    {
        await using var database = await MigratedAsync(provider);
        await database.ExecuteAsync("create index ix_of_the_operator on effects (count)");
        await using var again = await Instance.CreateAsync(database);
        await again.EnqueueAsync(Sample.Informed(Guid.CreateVersion7()));
        Assert.Equal(1, await database.OutboxAsync());
    }

    [Fact]
    public async Task Start_does_not_wait_for_the_lock_of_a_migration_that_was_killed_on_SQLite()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        // What a process killed while migrating leaves behind: EF's lock, which nobody will release.
        await database.ExecuteAsync(
            """create table "__EFMigrationsLock" ("Id" integer not null constraint "PK___EFMigrationsLock" primary key, "Timestamp" text not null)""");
        await database.ExecuteAsync("""insert into "__EFMigrationsLock" values (1, '2026-03-02 08:00:00')""");

        await using var instance = await Instance.CreateAsync(database).WaitAsync(TimeSpan.FromSeconds(20));
        await instance.EnqueueAsync(Sample.Informed(Guid.CreateVersion7()));
        Assert.Equal(1, await database.OutboxAsync());
    }

    [Fact]
    public async Task Instances_that_start_at_the_same_time_migrate_once()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var instances = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Instance.CreateAsync(database)));
        Assert.Equal(9, await database.CountAsync("select count(*) from outbox_lane"));
        foreach (var instance in instances) await instance.DisposeAsync();
    }

    private static async Task<TestDatabase> MigratedAsync(DatabaseProvider provider)
    {
        var database = await Databases.CreateAsync(provider);
        await using var _ = await Instance.CreateAsync(database);
        return database;
    }

    private static async Task<string> RefusalAsync(TestDatabase database) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => Instance.CreateAsync(database))).Message;
}

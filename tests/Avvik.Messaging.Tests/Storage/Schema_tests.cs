using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Tests.Storage;

public sealed class Schema_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_migrated_tables_are_those_of_the_model(DatabaseProvider provider)
    {
        await using var migrated = await Databases.CreateAsync(provider);
        await using var modelled = await Databases.CreateAsync(provider);
        await using (await Instance.CreateAsync(migrated)) { }
        var options = new DbContextOptionsBuilder<EffectsDb>();
        new DatabaseOptions { Provider = provider, ConnectionString = modelled.ConnectionString }.Configure(options);
        await using (var db = new EffectsDb(options.Options)) await db.Database.EnsureCreatedAsync();

        var expected = await DatabaseSchema.ReadAsync(modelled);
        Assert.Equal(expected, await DatabaseSchema.ReadAsync(migrated));
        foreach (var table in new[] { "outbox_message", "outbox_lane", "inbox_message", "parked_message" })
            Assert.Contains(expected, line => line.StartsWith(table, StringComparison.Ordinal));
        Assert.Contains(expected, line => line.Contains("ix_outbox_message_pending", StringComparison.Ordinal) && line.Contains("parked_at", StringComparison.OrdinalIgnoreCase));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task There_is_a_row_to_lease_for_each_lane(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], await database.QueryAsync("select lane from outbox_lane order by lane", r => (int)r.GetInt16(0)));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_schema_that_differs_is_seen_to_differ(DatabaseProvider provider)
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

    [Fact]
    public async Task A_migration_that_was_killed_on_SQLite_does_not_keep_the_next_start_waiting()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        // What a process killed while migrating leaves behind: EF's lock, with nobody to give it back.
        await database.ExecuteAsync("""create table "__EFMigrationsLock" ("Id" integer not null constraint "PK___EFMigrationsLock" primary key, "Timestamp" text not null)""");
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
        Assert.Equal(8, await database.CountAsync("select count(*) from outbox_lane"));
        foreach (var instance in instances) await instance.DisposeAsync();
    }
}

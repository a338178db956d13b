using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Avvik.TextProtection;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Tests.Inbox;

public sealed class Inbox_tests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Version_far_ahead_is_parked_with_an_alarm(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (far, next) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await instance.Inbox.ReceiveAsync([Sample.Paged(far, int.MaxValue), Sample.Paged(next)], CancellationToken.None);
        await database.HasEffectsOnceAsync(next);
        Assert.Equal(nameof(VersionTooHighException), Assert.Single(await instance.Parked.AllAsync()).Error);
        Assert.Equal(1, instance.Log.Count(LogLines.VersionTooHigh));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_applies_an_event_once_when_repeated_within_or_across_pages(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var deviations = Sample.NewDeviations(50);
        var events = deviations.Select(d => Sample.Paged(d)).ToArray();

        // Eight pages at once, each with its own choice of the same events, some of them twice.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => instance.Inbox.ReceiveAsync([.. events.Skip(i * 5), .. events.Take(10 + i)], None)));
        await instance.Inbox.ReceiveAsync(events, None);

        await database.HasEffectsOnceAsync(deviations);
        Assert.Equal(50, await database.InboxAsync());
    }

    [Fact]
    public async Task Inbox_applies_each_event_once_when_two_instances_receive_it()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var one = await Instance.CreateAsync(database);
        await using var two = await Instance.CreateAsync(database);
        var deviations = Sample.NewDeviations(200);
        var events = deviations.Select(d => Sample.Paged(d)).ToArray();

        await Task.WhenAll(events.Chunk(40).SelectMany(page =>
            new[] { one.Inbox.ReceiveAsync(page, None), two.Inbox.ReceiveAsync([.. page.Reverse()], None) }));

        await database.HasEffectsOnceAsync(deviations);
        Assert.Equal(0, await database.ParkedAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_parks_an_event_that_cannot_be_applied_and_applies_the_others(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var events = Sample.NewDeviations(5).Select(d => Sample.Paged(d)).ToArray();
        var bad = events[2];
        var attempts = 0;
        instance.Hooks.InHandler = e => e.DeviationId == bad.DeviationId() && Interlocked.Increment(ref attempts) > 0
            ? throw new InvalidDataException("never") : Task.CompletedTask;

        await instance.Inbox.ReceiveAsync(events, None);

        Assert.True(attempts > 1, "what fails is to be tried alone before it is given up");
        await database.HasEffectsOnceAsync(events.Where(e => e != bad).Select(e => e.DeviationId()));
        var parked = Assert.Single(await instance.Parked.AllAsync());
        Assert.Equal((bad.Id, "inbox", Sample.InformedExchange, nameof(InvalidDataException)), (parked.Id, parked.Source, parked.Type, parked.Error));

        // A redelivery of the page neither tries it again nor parks it again.
        var before = attempts;
        await instance.Inbox.ReceiveAsync(events, None);
        Assert.Equal(before, attempts);
        Assert.Single(await instance.Parked.AllAsync());

        // Before it is repaired: nothing changes. After: it has its effect, once.
        await Assert.ThrowsAsync<InvalidDataException>(() => instance.Parked.RequeueAsync(bad.Id, "prøver", "op", "974589095", None));
        Assert.Single(await instance.Parked.AllAsync());
        instance.Hooks.InHandler = _ => Task.CompletedTask;
        Assert.True(await instance.Parked.RequeueAsync(bad.Id, "rettet", "op", "974589095", None));
        Assert.False(await instance.Parked.RequeueAsync(bad.Id, "rettet", "op", "974589095", None));
        await database.HasEffectsOnceAsync(events.Select(e => e.DeviationId()));
        Assert.Empty(await instance.Parked.AllAsync());
        Assert.Equal([("requeued", "rettet", "op@974589095")], await ResolutionsAsync(database, instance));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Discarded_event_is_never_applied(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var bad = Sample.Paged(Guid.CreateVersion7());
        instance.Hooks.InHandler = _ => throw new EventRejectedException("never");
        await instance.Inbox.ReceiveAsync([bad], None);
        instance.Hooks.InHandler = _ => Task.CompletedTask;

        Assert.True(await instance.Parked.DiscardAsync(bad.Id, "duplikat i kilden", "op", "974589095", None));
        Assert.False(await instance.Parked.RequeueAsync(bad.Id, "angrer", "op", "974589095", None));
        await instance.Inbox.ReceiveAsync([bad], None);
        Assert.Empty(await database.EffectsAsync());
        Assert.Equal([("discarded", "duplikat i kilden", "op@974589095")], await ResolutionsAsync(database, instance));
        Assert.False(await instance.Parked.DiscardAsync(Guid.CreateVersion7(), "finnes ikke", "op", "974589095", None));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_parks_an_event_that_is_unreadable_or_has_no_handler(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var good = Sample.Paged(Guid.CreateVersion7());
        var unreadable = Sample.Paged(Guid.CreateVersion7()) with { Body = """{"deviationId":"none of it"}"""u8.ToArray() };
        var unknown = Sample.Paged(Guid.CreateVersion7()) with { Type = "avvik.routing.not-yet-invented.v9" };

        await instance.Inbox.ReceiveAsync([unreadable, good, unknown], None);

        await database.HasEffectsOnceAsync(good.DeviationId());
        Assert.Equal(new[] { (unreadable.Id, "UnreadableEventException"), (unknown.Id, "UnknownEventTypeException") }.Order(),
            (await instance.Parked.AllAsync()).Select(p => (p.Id, p.Error)).Order());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lost_race_is_run_again(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (deviation, runs) = (Guid.CreateVersion7(), 0);
        instance.Hooks.InHandler = _ => Interlocked.Increment(ref runs) == 1 ? throw new DbUpdateConcurrencyException("lost") : Task.CompletedTask;

        await instance.Inbox.ReceiveAsync([Sample.Paged(deviation)], None).WaitAsync(Sample.Soon);

        Assert.Equal(2, runs);
        await database.HasEffectsOnceAsync(deviation);
    }

    /// <summary>A fault in a handler: it must not park what a setting would repair, and must not hold back the queue for ever.</summary>
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Event_that_fails_unexpectedly_is_held_alone_and_parked_once_another_succeeds(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (bad, good) = (Sample.Paged(Guid.CreateVersion7()), Sample.Paged(Guid.CreateVersion7()));
        var failures = 0;
        instance.Hooks.InHandler = e => e.DeviationId == bad.DeviationId() && Interlocked.Increment(ref failures) > 0
            ? throw new KeyNotFoundException() : Task.CompletedTask;

        var receiving = instance.Inbox.ReceiveAsync([bad], None);
        await Eventually.IsTrue(() => Task.FromResult(Volatile.Read(ref failures) >= 7), Sample.Soon);
        Assert.False(receiving.IsCompleted);
        Assert.Equal(0, await database.ParkedAsync());
        Assert.Equal(("KeyNotFoundException", false), (instance.Of<InboxState>().Blocked!.Reason, instance.Of<InboxState>().Blocked!.ConsumptionStopped));

        await instance.Inbox.ReceiveAsync([good], None);
        await receiving.WaitAsync(Sample.Soon);
        Assert.Equal((bad.Id, "KeyNotFoundException"), Assert.Single(await instance.Parked.AllAsync()) is var parked ? (parked.Id, parked.Error) : default);
        await database.HasEffectsOnceAsync(good.DeviationId());
        Assert.Null(instance.Of<InboxState>().Blocked);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Event_that_its_handler_rejects_is_parked_at_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var bad = Sample.Paged(Guid.CreateVersion7());
        instance.Hooks.InHandler = _ => throw new EventRejectedException("A rule.");
        await instance.Inbox.ReceiveAsync([bad], None).WaitAsync(Sample.Soon);
        Assert.Equal((bad.Id, nameof(EventRejectedException)),
            Assert.Single(await instance.Parked.AllAsync()) is var parked ? (parked.Id, parked.Error) : default);
    }

    [Theory]
    [MemberData(nameof(EnvironmentFailures))]
    public void Failure_of_the_environment_is_never_the_event_s_own(Exception error)
    {
        Assert.Equal(FailureCause.Environment, EventFailure.CauseOf(error));
        Assert.Equal(FailureCause.Environment, EventFailure.CauseOf(new DbUpdateException("wrapped", error)));
    }

    public static TheoryData<Exception> EnvironmentFailures =>
    [
        // Undefined table, wrong password, read-only after a failover, shutdown, disk full, out of memory, serialization failure, connection lost.
        .. new[] { "42P01", "28P01", "25006", "57P01", "53100", "53200", "40001", "08006", "42703", "XX001" }
            .Select(state => new Npgsql.PostgresException("m", "s", "i", state)),
        // Error (no such table), busy, read-only, I/O, corrupt, full, cannot open, not a database.
        .. new[] { 1, 5, 8, 10, 11, 13, 14, 26 }.Select(code => new Microsoft.Data.Sqlite.SqliteException("m", code)),
        new TimeoutException(), new IOException(), new WriterBusyException(), new System.Net.Sockets.SocketException(), new Npgsql.NpgsqlException(),
    ];

    [Fact]
    public void Only_listed_failures_are_the_event_s_own()
    {
        Exception[] own =
        [
            new Npgsql.PostgresException("m", "s", "i", "23505"), new Npgsql.PostgresException("m", "s", "i", "22001"),
                new Microsoft.Data.Sqlite.SqliteException("m", 19),
            new EventRejectedException("rule"), new UnknownEventTypeException("x"), new UnreadableEventException(new System.Text.Json.JsonException()),
        ];
        Assert.All(own, e => Assert.Equal(FailureCause.Event, EventFailure.CauseOf(e)));
        Exception[] unknown = [new InvalidOperationException(), new KeyNotFoundException(), new System.Security.Cryptography.CryptographicException(),
            new System.Text.Json.JsonException()];
        Assert.All(unknown, e => Assert.Equal(FailureCause.Unexpected, EventFailure.CauseOf(e)));
        Assert.Equal("PostgresException 23505", EventFailure.NameOf(new DbUpdateException("m", own[0])));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_deletes_message_ids_only_after_the_retention_time(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var cut = new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
        var ids = new[] { -40, -1, 0, 1, 40 }.Select(days => Guid.CreateVersion7(cut.AddDays(days))).ToArray();
        await instance.Inbox.ReceiveAsync([.. ids.Select(id => Sample.Paged(Guid.CreateVersion7(), id: id))], None);

        Assert.Equal(2, await MessagingUpkeep<EffectsDb>.PruneAsync(instance.Writer, cut, None));
        Assert.Equal(ids[2..].Order(), (await database.QueryAsync("select message_id from inbox_message", r => r.GetGuid(0))).Order());
    }

    private static Task<List<(string, string, string)>> ResolutionsAsync(TestDatabase database, Instance instance) =>
        database.QueryAsync("select resolution, reason, resolved_by from parked_message where resolved_at is not null",
            r => (r.GetString(0), instance.Of<TextProtector>().Reveal(new(r.GetString(1))), r.GetString(2)));
}

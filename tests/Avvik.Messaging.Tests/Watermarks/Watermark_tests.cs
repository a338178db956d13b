using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Messaging.Tests.Support;
using Avvik.Messaging.Watermarks;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Avvik.Messaging.Tests.Watermarks;

public sealed class Watermark_tests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Backlog_at_the_publisher_holds_its_watermark_back(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (clock, sent) = (new MovableClock(Now), new Recorder());
        using var publisher = Publisher(instance, clock, sent);
        await instance.EnqueueAsync(Sample.NewDeviations(3).Select(d => Sample.Informed(d)));
        await database.ExecuteAsync(
            $"update outbox_message set enqueued_at = {Milliseconds(Now.AddMinutes(-30))} where id = (select min(id) from outbox_message)");

        var held = (await publisher.PublishAsync(None))!;
        Assert.Equal((Now.AddMinutes(-31), null, 0), (held.CompleteUntil, held.Previous, held.Parked));

        // Parked, it still holds the watermark back, and the watermark says so.
        await database.ExecuteAsync("update outbox_message set parked_at = 1, attempts = 12 where id = (select min(id) from outbox_message)");
        var parked = (await publisher.PublishAsync(None))!;
        Assert.Equal((Now.AddMinutes(-31), 1), (parked.CompleteUntil, parked.Parked));

        await database.ExecuteAsync("delete from outbox_message");
        clock.Advance(TimeSpan.FromSeconds(10));
        var free = (await publisher.PublishAsync(None))!;
        Assert.Equal((clock.GetUtcNow() - Margin, held.CompleteUntil), (free.CompleteUntil, free.Previous));
        Assert.True(free.Version > held.Version);
        Assert.Equal(3, sent.Pages.Count);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Completeness_is_that_of_the_slowest_way_through_the_services(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database, service: "statistics");
        var completeness = Completeness(instance);
        Assert.All(await completeness.ReadAsync(None), c => Assert.Equal((null, "noWatermark"), (c.CompleteUntil, c.HeldBackBy)));

        await ReceiveAsync(instance, "triage", Now, null, new AppliedWatermark("reporting", Now.AddMinutes(-2)));
        await ReceiveAsync(instance, "routing", Now.AddMinutes(1), null, new("reporting", Now.AddMinutes(-1)), new("triage", Now.AddMinutes(-5)));
        Assert.Equal([("reporting", Now.AddMinutes(-2), null), ("triage", Now.AddMinutes(-5), null), ("routing", Now.AddMinutes(1), (string?)null)],
            (await completeness.ReadAsync(None)).Select(c => (c.Publisher, c.CompleteUntil!.Value, c.HeldBackBy)));
        Assert.Null(await completeness.MissingAsync(Now.AddMinutes(-5), None));
        Assert.Equal("triage until 2026-03-02T07:55:00Z", await completeness.MissingAsync(Now.AddMinutes(-3), None));

        // An event that is parked here may be of any time.
        await database.ExecuteAsync("insert into parked_message (id, source, type, body, content_type, error, parked_at) "
            + $"values ('{Guid.CreateVersion7()}', 'inbox', 't', {(provider == DatabaseProvider.Sqlite ? "x''" : "''")}, 'c', 'e', 1)");
        Assert.All(await completeness.ReadAsync(None), c => Assert.Equal((null, "parkedHere"), (c.CompleteUntil, c.HeldBackBy)));
        var health = await new CompletenessHealth<EffectsDb>(completeness, new MovableClock(DateTimeOffset.UtcNow)).CheckHealthAsync(new(), None);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("routing unknown (parkedHere)", health.Description, StringComparison.Ordinal);
    }

    /// <summary>After a restore, what was sent since the backup is not here, though newer watermarks arrive.</summary>
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Missing_watermark_stops_completeness_until_it_arrives_or_a_new_line_starts(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database, service: "statistics");
        await ReceiveAsync(instance, "routing", Now, null);
        await ReceiveAsync(instance, "routing", Now.AddMinutes(2), Now.AddMinutes(1));
        Assert.Equal((Now, "watermarkMissing"), await RoutingAsync());

        await ReceiveAsync(instance, "routing", Now.AddMinutes(1), Now);
        Assert.Equal((Now.AddMinutes(2), null), await RoutingAsync());

        await ReceiveAsync(instance, "routing", Now.AddMinutes(9), Now.AddMinutes(8));
        Assert.Equal((Now.AddMinutes(2), "watermarkMissing"), await RoutingAsync());
        await ReceiveAsync(instance, "routing", Now.AddMinutes(10), null);
        Assert.Equal((Now.AddMinutes(10), null), await RoutingAsync());
        // The first of a line may arrive after what follows it.
        await ReceiveAsync(instance, "routing", Now.AddMinutes(12), Now.AddMinutes(11));
        await ReceiveAsync(instance, "routing", Now.AddMinutes(11), null);
        Assert.Equal((Now.AddMinutes(12), null), await RoutingAsync());

        // A rebuild forgets them all: only a new line counts.
        await instance.Writer.WriteAsync(async unit =>
        {
            await unit.ForgetWatermarksAsync();
            return true;
        }, None);
        await ReceiveAsync(instance, "routing", Now.AddMinutes(13), Now.AddMinutes(12));
        Assert.Equal((null, "watermarkMissing"), await RoutingAsync());

        async Task<(DateTimeOffset?, string?)> RoutingAsync() =>
            (await Completeness(instance).ReadAsync(None)).Single(c => c.Publisher == "routing") is var c ? (c.CompleteUntil, c.HeldBackBy) : default;
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Watermark_counts_only_when_this_process_applied_it_and_the_margin_has_passed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database, service: "statistics");
        foreach (var publisher in new[] { "triage", "routing" })
            await ReceiveAsync(instance, publisher, Now, null, new("reporting", Now), new AppliedWatermark("triage", Now));

        Assert.Equal("noWatermark", (await Completeness(instance, TimeSpan.Zero).ReadAsync(None))[0].HeldBackBy);
        Assert.Null(await Completeness(instance).MissingAsync(Now, None));

        var later = DateTimeOffset.UtcNow.AddMinutes(2);
        var restarted = new Completeness<EffectsDb>(instance.Of<IDbContextFactory<EffectsDb>>(), instance.Of<InboxState>(),
            Options.Create(new WatermarkOptions()),
            new MovableClock(later));
        Assert.Equal("noWatermark", (await restarted.ReadAsync(None))[0].HeldBackBy);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task New_line_starts_when_the_whole_replay_has_been_sent(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (clock, sent) = (new MovableClock(Now), new Recorder());
        using var publisher = Publisher(instance, clock, sent);
        var first = (await publisher.PublishAsync(None))!;
        await ReplayAsync(instance, 1, "");
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((clock.GetUtcNow() - Margin, first.CompleteUntil), await publisher.PublishAsync(None) is { } w ? (w.CompleteUntil,
            w.Previous!.Value) : default);

        await ReplayAsync(instance, 1, "reporting");
        Assert.Null(await publisher.PublishAsync(None));
        await database.ExecuteAsync("delete from outbox_message");
        Assert.Null((await publisher.PublishAsync(None))!.Previous);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Live_events_overtake_a_replay_of_many(DatabaseProvider provider)
    {
        const int Replayed = 3000;
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        await ReplayAsync(instance, Replayed, "");
        var live = Sample.NewDeviations(200);
        await instance.EnqueueAsync(live.Select(d => Sample.Informed(d)));

        var sent = new Recorder();
        var dispatcher = instance.Dispatcher(sent.Publish);
        Assert.True(await dispatcher.DispatchAsync(None));
        var round = sent.Versions.Select(v => v.Deviation).ToHashSet();
        Assert.Equal(live.Count, live.Count(round.Contains));
        Assert.Equal(OutboxDispatcher<EffectsDb>.PageSize, round.Count - live.Count);
        Assert.InRange(dispatcher.NextReplayIn!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(64));
        // Nor is the age of what waits, which is alarmed on, that of a replay.
        Assert.True((await database.QueryAsync(OutboxSql.OldestLive, r => r.IsDBNull(0)))[0]);
    }

    // The event does not matter; in production it is a snapshot.
    private static Task ReplayAsync(Instance instance, int count, string newLineOf) => instance.Writer.WriteAsync(async unit =>
    {
        foreach (var d in Sample.NewDeviations(count)) await unit.EnqueueReplayAsync(Sample.Informed(d));
        await unit.ForgetWatermarksAsync(newLineOf);
        return true;
    }, None);

    private static WatermarkPublisher<EffectsDb> Publisher(Instance instance, TimeProvider clock, Recorder recorder) =>
        new(new("reporting"), new WatermarkOptions(),
        instance.Writer, instance.Of<IDbContextFactory<EffectsDb>>(), instance.Dispatcher(recorder.Publish), instance.Of<InboxState>(), () => true, clock,
        NullLogger<WatermarkPublisher<EffectsDb>>.Instance);

    private static Task ReceiveAsync(Instance instance, string publisher, DateTimeOffset until, DateTimeOffset? previous, params AppliedWatermark[] applied) =>
        instance.Inbox.ReceiveAsync([Events.Watermark(publisher, until, previous, applied)], None);

    // Started long ago, and read when the margin has passed since now.
    private static Completeness<EffectsDb> Completeness(Instance instance, TimeSpan? later = null)
    {
        var clock = new MovableClock(DateTimeOffset.UtcNow.AddDays(-1));
        var completeness = new Completeness<EffectsDb>(instance.Of<IDbContextFactory<EffectsDb>>(), instance.Of<InboxState>(),
            Options.Create(new WatermarkOptions()), clock);
        clock.Advance(TimeSpan.FromDays(1) + (later ?? 2 * Margin));
        return completeness;
    }

    private static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}

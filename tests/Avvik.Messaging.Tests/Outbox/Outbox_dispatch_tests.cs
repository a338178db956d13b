using System.Diagnostics;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Avvik.TextProtection;
using MassTransit;

namespace Avvik.Messaging.Tests.Outbox;

public sealed class Outbox_dispatch_tests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Dispatcher_sends_a_backlog_completely_and_in_order(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var deviations = Sample.NewDeviations(300);
        await instance.EnqueueAsync(deviations.SelectMany(d => new[] { Sample.Informed(d), Sample.Informed(d, 2) }));

        var recorder = new Recorder();
        var dispatcher = instance.Dispatcher(recorder.Publish);
        await dispatcher.DrainAsync();

        Assert.Equal(0, await database.OutboxAsync());
        Assert.Equal(deviations.SelectMany(d => new[] { (d, 1), (d, 2) }).Order(), recorder.Versions.Order());
        AssertInOrder(recorder);
        Assert.All(recorder.Pages, p => Assert.InRange(p.Page.Events.Count, 1, OutboxDispatcher<EffectsDb>.PageSize));
        Assert.InRange(recorder.Pages.Count, 600 / OutboxDispatcher<EffectsDb>.PageSize, 20);
        Assert.All(recorder.Pages, p => Assert.Equal(Sample.InformedExchange, p.Exchange));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Dispatcher_keeps_order_when_a_deviation_needs_several_pages(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (many, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await instance.EnqueueAsync(Enumerable.Range(1, 150).Select(version => Sample.Informed(many, version)).Prepend(Sample.Informed(other)));

        // The first page takes its time: another page of the same deviation, were there one, would be there before it.
        var recorder = new Recorder();
        var first = 0;
        recorder.OnPage = async _ =>
        {
            if (Interlocked.Increment(ref first) != 1) return;
            using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            await moment.WaitForNextTickAsync();
        };
        var dispatcher = instance.Dispatcher(recorder.Publish);
        await dispatcher.DrainAsync();

        Assert.Equal(151, recorder.Events.Count);
        AssertInOrder(recorder);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Refused_event_holds_back_only_later_events_of_its_deviation(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var deviations = Sample.NewDeviations(5);
        var bad = deviations[2];
        await instance.Writer.WriteAsync(async unit =>
        {
            foreach (var d in deviations)
            {
                await unit.EnqueueAsync(Sample.Informed(d));
                await unit.EnqueueAsync(Sample.Informed(d, 2));
                // To another exchange, so on another page.
                await unit.EnqueueAsync(Sample.Withdrawn(d, 3));
            }
            return true;
        }, None);

        var refused = 0;
        var recorder = new Recorder();
        recorder.OnPage = page => page.Events.Any(e => e.DeviationId() == bad && e.Version() == 1) && Interlocked.Increment(ref refused) > 0
            ? throw new RefusedException() : Task.CompletedTask;
        var dispatcher = instance.Dispatcher(recorder.Publish);
        await dispatcher.DrainAsync(database.NothingComesDueAsync);

        Assert.True(refused >= 2, "the page and then the event alone were to be refused");
        Assert.Equal(deviations.Where(d => d != bad).SelectMany(d => new[] { (d, 1), (d, 2), (d, 3) }).Order(), recorder.Versions.Order());
        AssertInOrder(recorder);
        Assert.Equal([(1, 1, nameof(RefusedException)), (2, 0, ""), (3, 0, "")], await RowsAsync(database));

        recorder.OnPage = _ => Task.CompletedTask;
        await database.EverythingIsDueAsync();
        await dispatcher.DrainAsync();
        Assert.Equal(0, await database.OutboxAsync());
        Assert.Equal([1, 2, 3], recorder.Versions.Where(v => v.Deviation == bad).Select(v => v.Version));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Event_is_parked_after_too_many_refusals(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (bad, good) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var recorder = new Recorder { OnPage = page => page.Holds(bad) ? throw new RefusedException() : Task.CompletedTask };
        var dispatcher = instance.Dispatcher(recorder.Publish);
        await instance.EnqueueAsync(Sample.Informed(bad), Sample.Informed(bad, 2));

        for (var attempt = 1; attempt <= OutboxDispatcher<EffectsDb>.MaxAttempts; attempt++)
        {
            Assert.Equal(0, await database.ParkedAsync());
            await database.EverythingIsDueAsync();
            Assert.True(await dispatcher.DispatchAsync(None));
            Assert.Equal(attempt, await database.AttemptsAsync());
            await database.NothingComesDueAsync();
            // It is not due yet, and what it holds back is nothing to send: the dispatcher rests.
            Assert.False(await dispatcher.DispatchAsync(None));
        }
        var parked = Assert.Single(await instance.Parked.AllAsync());
        Assert.Equal(("outbox", Sample.InformedExchange, nameof(RefusedException)), (parked.Source, parked.Type, parked.Error));

        await instance.EnqueueAsync(Sample.Informed(good));
        await database.EverythingIsDueAsync();
        await dispatcher.DrainAsync();
        Assert.Equal([(good, 1)], recorder.Versions);

        recorder.OnPage = _ => Task.CompletedTask;
        Assert.True(await instance.Parked.RequeueAsync(parked.Id, "køen er på plass", "op", "974589095", None));
        await dispatcher.DrainAsync();
        Assert.Equal([(good, 1), (bad, 1), (bad, 2)], recorder.Versions);
        Assert.Empty(await instance.Parked.AllAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Discarded_event_releases_its_deviation_and_is_kept_with_the_reason(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var bad = Guid.CreateVersion7();
        await instance.EnqueueAsync(Sample.Informed(bad), Sample.Informed(bad, 2));
        await database.ExecuteAsync("update outbox_message set attempts = 12, parked_at = 1, last_error = 'RefusedException' where version = 1");
        var recorder = new Recorder();
        var dispatcher = instance.Dispatcher(recorder.Publish);
        Assert.False(await dispatcher.DispatchAsync(None));

        var parked = Assert.Single(await instance.Parked.AllAsync());
        Assert.True(await instance.Parked.DiscardAsync(parked.Id, "sendt på papir", "op", "974589095", None));
        Assert.False(await instance.Parked.DiscardAsync(parked.Id, "én gang til", "op", "974589095", None));

        Assert.True(await dispatcher.DispatchAsync(None));
        Assert.Equal([(bad, 2)], recorder.Versions);
        var kept = Assert.Single(await database.QueryAsync("select id, source, resolution, reason, resolved_by from parked_message",
            r => (r.GetGuid(0), r.GetString(1), r.GetString(2), instance.Of<TextProtector>().Reveal(new(r.GetString(3))), r.GetString(4))));
        Assert.Equal((parked.Id, "outbox", "discarded", "sendt på papir", "op@974589095"), kept);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Outage_does_not_count_as_an_attempt(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        await instance.EnqueueAsync(Sample.NewDeviations(10).Select(d => Sample.Informed(d)));
        Exception[] outages =
        [
            new TimeoutException(), new ConnectionException("away"), new System.Net.Sockets.SocketException(),
                new MessageNotAcknowledgedException(new Uri("exchange:x"), "nack"),
            new AggregateException(new RabbitMQ.Client.Exceptions.BrokerUnreachableException(new IOException())),
        ];
        var dispatcher = instance.Dispatcher((_, _, _) => Task.FromException(outages[0]));
        foreach (var outage in outages)
        {
            outages[0] = outage;
            await Assert.ThrowsAsync<BrokerUnavailableException>(() => dispatcher.DispatchAsync(None));
        }
        Assert.Equal(10, await database.OutboxAsync());
        Assert.Equal(0, await database.AttemptsAsync());
        Assert.Equal(0, await database.LeasedLanesAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Two_dispatchers_claim_different_lanes(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        await using var secondWriter = instance.NewWriter();
        var (one, two) = (InLane(0), InLane(1));
        await instance.EnqueueAsync(Sample.Informed(one));

        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var recorder = new Recorder
        {
            OnPage = async page =>
            {
                started.SetResult();
                await release.Task;
            },
        };
        var first = instance.Dispatcher(recorder.Publish).DispatchAsync(None);
        await started.Task.WaitAsync(Sample.Soon);
        Assert.Equal(1, await database.LeasedLanesAsync());

        // The lane is taken; what comes into it meanwhile waits with it, and the other lane does not.
        await instance.EnqueueAsync(Sample.Informed(one, 2), Sample.Informed(two));
        var other = new Recorder();
        var second = instance.Dispatcher(other.Publish, secondWriter);
        Assert.True(await second.DispatchAsync(None));
        Assert.False(await second.DispatchAsync(None));
        Assert.Equal([(two, 1)], other.Versions);

        release.SetResult();
        Assert.True(await first);
        Assert.True(await second.DispatchAsync(None));
        Assert.Equal([(two, 1), (one, 2)], other.Versions);
        Assert.Equal([(one, 1)], recorder.Versions);
    }

    [Fact]
    public async Task Two_instances_send_no_event_twice()
    {
        const int Total = 600;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var one = await Instance.CreateAsync(database);
        await using var two = await Instance.CreateAsync(database);
        var recorders = new[] { new Recorder(), new Recorder() };
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            foreach (var d in Sample.NewDeviations(Total / 4)) await (writer % 2 == 0 ? one : two).EnqueueAsync(Sample.Informed(d));
        }));
        var dispatching = Task.WhenAll(new[] { one, two }.Zip(recorders, (instance, recorder) => Task.Run(async () =>
        {
            var dispatcher = instance.Dispatcher(recorder.Publish);
            while (recorders.Sum(r => r.Pages.Sum(p => p.Page.Events.Count)) < Total && !writing.IsFaulted) await dispatcher.DispatchAsync(None);
        })));
        await Task.WhenAll(writing, dispatching).WaitAsync(Sample.Soon);

        Assert.All(recorders, r => Assert.NotEmpty(r.Pages));
        var sent = recorders.SelectMany(r => r.Events).Select(e => e.Id).ToList();
        Assert.Equal(Total, sent.Count);
        Assert.Equal(Total, sent.Distinct().Count());
        Assert.Equal(0, await database.OutboxAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Inbox_drops_the_duplicate_of_a_dispatcher_whose_lease_expired(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        await using var secondWriter = instance.NewWriter();
        var deviation = Guid.CreateVersion7();
        await instance.EnqueueAsync(Sample.Informed(deviation));
        var (paused, wake) = (new TaskCompletionSource(), new TaskCompletionSource());
        var queue = new Recorder();

        var zombie = instance.Dispatcher(async (exchange, page, ct) =>
        {
            paused.SetResult();
            await wake.Task;
            await queue.Publish(exchange, page, ct);
        }).DispatchAsync(None);
        await paused.Task.WaitAsync(Sample.Soon);
        var other = instance.Dispatcher(queue.Publish, secondWriter);
        Assert.False(await other.DispatchAsync(None));
        await database.LeasesEndAsync();
        Assert.True(await other.DispatchAsync(None));
        Assert.Equal(0, await database.OutboxAsync());
        wake.SetResult();
        Assert.True(await zombie);

        Assert.Equal(2, queue.Events.Count);
        Assert.Single(queue.Events.Select(e => e.Id).Distinct());
        foreach (var (_, page) in queue.Pages) await instance.Inbox.ReceiveAsync(page.Events, None);
        await database.HasEffectsOnceAsync(deviation);
        Assert.Equal(0, await database.LeasedLanesAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Event_published_but_not_deleted_is_sent_again_with_the_same_id(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var deviations = Sample.NewDeviations(3);
        await instance.EnqueueAsync(deviations.Select(d => Sample.Informed(d)));
        var queue = new Recorder();

        // It arrives, and the confirm does not.
        var lossy = instance.Dispatcher(async (exchange, page, ct) =>
        {
            await queue.Publish(exchange, page, ct);
            throw new TimeoutException();
        });
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => lossy.DispatchAsync(None));
        Assert.Equal(3, await database.OutboxAsync());
        Assert.True(await instance.Dispatcher(queue.Publish).DispatchAsync(None));

        Assert.Equal(6, queue.Events.Count);
        Assert.Equal(3, queue.Events.Select(e => e.Id).Distinct().Count());
        foreach (var (_, page) in queue.Pages) await instance.Inbox.ReceiveAsync(page.Events, None);
        await database.HasEffectsOnceAsync(deviations);
        Assert.Equal(0, await database.AttemptsAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Trace_continues_across_the_outbox(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Avvik.Messaging",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData
        };
        ActivitySource.AddActivityListener(listener);
        Activity? seen = null;
        instance.Hooks.InHandler = _ =>
        {
            seen = Activity.Current;
            return Task.CompletedTask;
        };
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await instance.EnqueueAsync(Sample.Informed(Guid.CreateVersion7()));
        request.Stop();

        var recorder = new Recorder();
        await instance.Dispatcher(recorder.Publish).DispatchAsync(None);
        await instance.Inbox.ReceiveAsync(recorder.Events, None);
        Assert.Equal(request.Id, Assert.Single(recorder.Events).TraceParent);
        Assert.Equal((request.TraceId, request.SpanId), (seen!.TraceId, seen.ParentSpanId));
    }

    private static Guid InLane(short lane)
    {
        while (true)
            if (Guid.CreateVersion7() is var id && OutboxLane.Of(id) == lane) return id;
    }

    /// <summary>Of what arrived, each deviation's versions rise.</summary>
    private static void AssertInOrder(Recorder recorder) =>
        Assert.All(recorder.Versions.GroupBy(v => v.Deviation), d => Assert.Equal(d.Select(v => v.Version).Order(), d.Select(v => v.Version)));

    private static Task<List<(int Version, int Attempts, string Error)>> RowsAsync(TestDatabase database) =>
        database.QueryAsync("select version, attempts, coalesce(last_error, '') from outbox_message order by id",
            r => (r.GetInt32(0), r.GetInt32(1), r.GetString(2)));
}

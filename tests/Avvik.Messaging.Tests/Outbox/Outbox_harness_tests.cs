using System.Threading.Channels;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Xunit.Abstractions;

namespace Avvik.Messaging.Tests.Outbox;

/// <summary>
/// Writers, dispatchers that crash and are replaced, leases that end early, refused pages, lost confirms, an outage and redeliveries, all at once. A seed
/// draws the faults; the threads are scheduled as they are, so the same seed gives similar runs and not the same.
/// </summary>
public sealed class Outbox_harness_tests(ITestOutputHelper output)
{
    private const int Writers = 6, Dispatchers = 3, Deviations = 60, Versions = 20;
    private const int Total = Deviations * Versions;
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Outbox_loses_nothing_and_keeps_order_under_random_failures(DatabaseProvider provider)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("AVVIK_SEED"), System.Globalization.CultureInfo.InvariantCulture, out var given)
            ? given : Random.Shared.Next();
        output.WriteLine($"AVVIK_SEED={seed}");
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var broker = new FaultyBroker(new Random(seed));

        var consuming = ConsumeAsync(instance, broker);
        using var over = new CancellationTokenSource();
        var dispatching = Enumerable.Range(0, Dispatchers).Select(place => Task.Run(() => DispatchAsync(instance, broker, place, over.Token))).ToList();
        var passing = Task.Run(() => PassTimeAsync(database, broker, over.Token));

        // First, every kind of fault.
        var deviations = Sample.NewDeviations(Deviations);
        var half = Versions / 2;
        await WriteAsync(instance, broker, deviations, 1, half);
        // Then an outage of the broker, without other faults.
        await broker.OutageAsync(async () =>
        {
            var before = await database.AttemptsAsync();
            var failures = broker.OutageFailures;
            await WriteAsync(instance, broker, deviations.Take(Writers), half + 1, half + 1);
            await Eventually.IsTrue(() => Task.FromResult(broker.OutageFailures >= failures + 10), Sample.Soon);
            Assert.Equal(before, await database.AttemptsAsync());
            Assert.Equal(0, await database.ParkedAsync());
        });
        await WriteAsync(instance, broker, deviations.Take(Writers), half + 2, Versions);
        await WriteAsync(instance, broker, deviations.Skip(Writers), half + 1, Versions);
        // Then no faults, but not before each kind has happened at least once.
        await Eventually.IsTrue(async () => broker.HasDisturbed || await database.OutboxAsync() == 0, TimeSpan.FromSeconds(60),
            () => Task.FromResult($"seed {seed}: {broker}"));
        broker.FaultsEnded = true;
        await Eventually.IsTrue(async () => await database.OutboxAsync() == 0, TimeSpan.FromSeconds(60), () => Task.FromResult($"seed {seed}: {broker}"));
        await over.CancelAsync();
        await Task.WhenAll([.. dispatching, passing]);
        broker.Queue.Writer.Complete();
        await consuming;
        output.WriteLine(broker.ToString());

        Assert.True(broker.HasDisturbed, $"seed {seed} disturbed too little: {broker}");

        // Nothing lost, nothing extra, each effect once.
        var expected = deviations.SelectMany(d => Enumerable.Range(1, Versions).Select(v => (d, v))).ToHashSet();
        Assert.Equal(expected, broker.Delivered.Select(e => (e.DeviationId(), e.Version())).ToHashSet());
        var effects = await database.EffectsAsync();
        Assert.Equal(expected, effects.Keys.ToHashSet());
        Assert.All(effects.Values, count => Assert.Equal(1, count));
        Assert.Equal(Total, await database.InboxAsync());
        // Before an event is sent the first time, all earlier ones of its deviation have been.
        Assert.All(broker.Delivered.DistinctBy(e => e.Id).GroupBy(e => e.DeviationId()),
            d => Assert.Equal(Enumerable.Range(1, Versions), d.Select(e => e.Version())));
        // Each fault explains one batch of duplicates at most.
        var duplicates = broker.Delivered.Count - Total;
        Assert.InRange(duplicates, 1, (broker.Crashes + broker.LostConfirms + broker.EarlyLeaseEnds) * OutboxDispatcher<EffectsDb>.BatchSize);
        Assert.Equal(0, await database.ParkedAsync());
        Assert.Equal(0, await database.LeasedLanesAsync());
    }

    /// <summary>Each deviation has one writer at a time, as its version sees to; different deviations write at once.</summary>
    private static Task WriteAsync(Instance instance, FaultyBroker broker, IEnumerable<Guid> deviations, int first, int last) =>
        Task.WhenAll(deviations.Chunk(Deviations / Writers).Select(mine => Task.Run(async () =>
    {
        for (var version = first; version <= last; version++)
            foreach (var d in mine)
                await instance.Writer.WriteAsync(async unit =>
                {
                    await unit.EnqueueAsync(Sample.Informed(d, version));
                    return true;
                }, None);
    })));

    /// <summary>One dispatcher after another: each works until it crashes; the next has an identity and a connection of its own.</summary>
    private static async Task DispatchAsync(Instance instance, FaultyBroker broker, int place, CancellationToken over)
    {
        using var rest = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!over.IsCancellationRequested)
        {
            await using var process = new DispatcherProcess(instance.NewWriter());
            var dispatcher = instance.Dispatcher(broker.PublishFor(process), process.Writer);
            while (!process.HasCrashed && !over.IsCancellationRequested)
            {
                try
                {
                    if (!await dispatcher.DispatchAsync(None)) await rest.WaitForNextTickAsync(None);
                }
                catch (BrokerUnavailableException) { await rest.WaitForNextTickAsync(None); }
                // It crashed before it deleted what it had sent: the rows remain, and the lanes stay leased.
                catch (WriterBusyException) when (process.HasCrashed) { }
                // Two dispatchers on the same rows, after a lease that ended early: PostgreSQL aborts one, which tries again.
                catch (Exception error) when (error is not WriterBusyException && DatabaseErrors.IsTransient(error)) { await rest.WaitForNextTickAsync(None); }
                broker.Rounds[place]++;
            }
        }
    }

    /// <summary>Makes refused events due and ends leases, sometimes that of a dispatcher which still works.</summary>
    private static async Task PassTimeAsync(TestDatabase database, FaultyBroker broker, CancellationToken over)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!over.IsCancellationRequested && await tick.WaitForNextTickAsync(None))
        {
            try
            {
                await database.EverythingIsDueAsync();
                if (broker.LeasesMayEnd()) await database.LeasesEndAsync();
            }
            // This updates rows in another order than the dispatchers: when PostgreSQL aborts it as a deadlock, the next tick tries again.
            catch (Exception error) when (DatabaseErrors.IsTransient(error)) { }
        }
    }

    /// <summary>The inbox takes what was delivered, some of it twice.</summary>
    private static async Task ConsumeAsync(Instance instance, FaultyBroker broker)
    {
        await foreach (var page in broker.Queue.Reader.ReadAllAsync())
        {
            await instance.Inbox.ReceiveAsync(page.Events, None);
            if (broker.Redelivers()) await instance.Inbox.ReceiveAsync(page.Events, None);
        }
    }

    /// <summary>The writer of one dispatcher. After a crash it writes nothing more, so nothing is deleted and no lease is given back.</summary>
    private sealed class DispatcherProcess(Writer<EffectsDb> writer) : IAsyncDisposable
    {
        private int _crashed;

        public Writer<EffectsDb> Writer => writer;

        public bool HasCrashed => Volatile.Read(ref _crashed) == 1;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _crashed, 1) == 0) await writer.DisposeAsync();
        }
    }

    /// <summary>A broker that draws faults: refusals, crashes of its client, lost confirms, early ends of leases, redeliveries, and one outage.</summary>
    private sealed class FaultyBroker(Random random)
    {
        // From this publish on, a kind of fault that has not happened happens at the next chance.
        private const int FirstFaultsBy = 10;

        private readonly Lock _lock = new();
        private readonly List<PagedEvent> _delivered = [];
        private volatile bool _outage;
        private int _publishes;

        public bool FaultsEnded { get; set; }
        public Channel<EventPage> Queue { get; } = Channel.CreateUnbounded<EventPage>();
        public int[] Rounds { get; } = new int[Dispatchers];
        public int Refusals { get; private set; }
        public int Crashes { get; private set; }
        public int LostConfirms { get; private set; }
        public int OutageFailures { get; private set; }
        public int EarlyLeaseEnds { get; private set; }
        public int Redeliveries { get; private set; }

        public bool HasDisturbed => Refusals > 0 && Crashes > 0 && LostConfirms > 0 && OutageFailures > 0 && EarlyLeaseEnds > 0 && Redeliveries > 0;

        public IReadOnlyList<PagedEvent> Delivered => _delivered;

        public PublishPage PublishFor(DispatcherProcess process) => async (_, page, _) =>
        {
            await Task.Yield();
            lock (_lock)
            {
                _publishes++;
                if (_outage)
                {
                    OutageFailures++;
                    throw new TimeoutException();
                }
            }
            await MayCrashAsync(process);
            lock (_lock)
            {
                // The broker's own word about one of the events, so a page of one can be refused as well.
                if (Draw(0.01 * page.Events.Count, Refusals))
                {
                    Refusals++;
                    throw new RefusedException();
                }
                _delivered.AddRange(page.Events);
                Queue.Writer.TryWrite(page);
            }
            await MayCrashAsync(process);
            lock (_lock)
            {
                if (!Draw(0.02, LostConfirms)) return;
                LostConfirms++;
                throw new TimeoutException();
            }
        };

        /// <summary>Otherwise the lanes of a crashed dispatcher would stay leased for half a minute. It hits working dispatchers, too.</summary>
        public bool LeasesMayEnd()
        {
            lock (_lock)
            {
                if (!FaultsEnded && !Draw(0.5, EarlyLeaseEnds)) return false;
                EarlyLeaseEnds++;
                return true;
            }
        }

        public bool Redelivers()
        {
            lock (_lock)
            {
                if (!Draw(0.1, Redeliveries)) return false;
                Redeliveries++;
                return true;
            }
        }

        /// <summary>Begins when every dispatcher has finished the round in which an earlier fault may have happened.</summary>
        public async Task OutageAsync(Func<Task> during)
        {
            lock (_lock) _outage = true;
            var rounds = Rounds.ToArray();
            await Eventually.IsTrue(() => Task.FromResult(Rounds.Zip(rounds).All(r => r.First >= r.Second + 2)), Sample.Soon,
                () => Task.FromResult($"rounds {string.Join(", ", rounds)} → {string.Join(", ", Rounds)}; {this}"));
            await during();
            _outage = false;
        }

        public override string ToString()
        {
            lock (_lock)
                return $"{_delivered.Count} delivered of {Total}, {_publishes} publishes, {Refusals} refused, {Crashes} crashes, {LostConfirms} lost confirms, "
                    + $"{OutageFailures} in the outage, {EarlyLeaseEnds} times leases ended, {Redeliveries} redeliveries";
        }

        private async Task MayCrashAsync(DispatcherProcess process)
        {
            lock (_lock)
            {
                if (!Draw(0.02, Crashes)) return;
                Crashes++;
            }
            await process.DisposeAsync();
            throw new TimeoutException();
        }

        private bool Draw(double probability, int soFar) => !FaultsEnded && ((soFar == 0 && _publishes >= FirstFaultsBy) || random.NextDouble() < probability);
    }
}

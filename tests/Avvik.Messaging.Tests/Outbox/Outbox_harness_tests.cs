using System.Threading.Channels;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Messaging.Tests.Support;
using Xunit.Abstractions;

namespace Avvik.Messaging.Tests.Outbox;

/// <summary>
/// Everything at once: writers, dispatchers that crash and are replaced, leases that end too early, pages that are refused, confirms that are
/// lost, an outage, redeliveries. What goes wrong is drawn from a seed; what the threads make of it is not, so a seed narrows down and does not replay.
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
        var world = new World(new Random(seed));

        var consuming = ConsumeAsync(instance, world);
        using var over = new CancellationTokenSource();
        var dispatching = Enumerable.Range(0, Dispatchers).Select(place => Task.Run(() => DispatchAsync(instance, world, place, over.Token))).ToList();
        var time = Task.Run(() => TimeAsync(database, world, over.Token));

        // First everything goes wrong at once …
        var deviations = Sample.NewDeviations(Deviations);
        var half = Versions / 2;
        await WriteAsync(instance, world, deviations, 1, half);
        // … then, in the middle of it, the broker is away and nothing else is wrong …
        await world.OutageAsync(async () =>
        {
            var before = await database.AttemptsAsync();
            var failures = world.OutageFailures;
            await WriteAsync(instance, world, deviations.Take(Writers), half + 1, half + 1);
            await Eventually.IsTrue(() => Task.FromResult(world.OutageFailures >= failures + 10), Sample.Soon);
            Assert.Equal(before, await database.AttemptsAsync());
            Assert.Equal(0, await database.ParkedAsync());
        });
        await WriteAsync(instance, world, deviations.Take(Writers), half + 2, Versions);
        await WriteAsync(instance, world, deviations.Skip(Writers), half + 1, Versions);
        // … and then the weather is fair: not before each kind of trouble has come, however late the dispatchers got their turn.
        await Eventually.IsTrue(async () => world.HasDisturbed || await database.OutboxAsync() == 0, TimeSpan.FromSeconds(60),
            () => Task.FromResult($"seed {seed}: {world}"));
        world.Fair = true;
        await Eventually.IsTrue(async () => await database.OutboxAsync() == 0, TimeSpan.FromSeconds(60), () => Task.FromResult($"seed {seed}: {world}"));
        await over.CancelAsync();
        await Task.WhenAll([.. dispatching, time]);
        world.Queue.Writer.Complete();
        await consuming;
        output.WriteLine(world.ToString());

        Assert.True(world.HasDisturbed, $"seed {seed} disturbed too little: {world}");

        // Nothing lost, nothing from nowhere, each effect once.
        var expected = deviations.SelectMany(d => Enumerable.Range(1, Versions).Select(v => (d, v))).ToHashSet();
        Assert.Equal(expected, world.Delivered.Select(e => (e.DeviationId(), e.Version())).ToHashSet());
        var effects = await database.EffectsAsync();
        Assert.Equal(expected, effects.Keys.ToHashSet());
        Assert.All(effects.Values, count => Assert.Equal(1, count));
        Assert.Equal(Total, await database.InboxAsync());
        // The first time an event is sent, all that came before it for its deviation has been.
        Assert.All(world.Delivered.DistinctBy(e => e.Id).GroupBy(e => e.DeviationId()),
            d => Assert.Equal(Enumerable.Range(1, Versions), d.Select(e => e.Version())));
        // As many duplicates as disturbances can explain: each is a batch at most.
        var duplicates = world.Delivered.Count - Total;
        Assert.InRange(duplicates, 1, (world.Crashes + world.LostConfirms + world.EarlyLeaseEnds) * OutboxDispatcher<EffectsDb>.BatchSize);
        Assert.Equal(0, await database.ParkedAsync());
        Assert.Equal(0, await database.LeasedLanesAsync());
    }

    /// <summary>Each deviation has one writer at a time, as its version sees to; different deviations write at once.</summary>
    private static Task WriteAsync(Instance instance, World world, IEnumerable<Guid> deviations, int first, int last) =>
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

    /// <summary>One dispatcher after another: each works until it crashes, and the next one has another identity and another connection.</summary>
    private static async Task DispatchAsync(Instance instance, World world, int place, CancellationToken over)
    {
        using var rest = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!over.IsCancellationRequested)
        {
            await using var process = new Mortal(instance.NewWriter());
            var dispatcher = instance.Dispatcher(world.PublishFor(process), process.Writer);
            while (!process.Dead && !over.IsCancellationRequested)
            {
                try
                {
                    if (!await dispatcher.DispatchAsync(None)) await rest.WaitForNextTickAsync(None);
                }
                catch (BrokerUnavailableException) { await rest.WaitForNextTickAsync(None); }
                // Dead before it could settle: its rows are there and its lanes are held.
                catch (WriterBusyException) when (process.Dead) { }
                // Two that met on the same rows, as after a lease that ended too early: PostgreSQL gives one of them up, and the service goes on.
                catch (Exception error) when (error is not WriterBusyException && DatabaseErrors.IsTransient(error)) { await rest.WaitForNextTickAsync(None); }
                world.Rounds[place]++;
            }
        }
    }

    /// <summary>Time passes for refused events and for leases; now and then a lease ends under a dispatcher that still works.</summary>
    private static async Task TimeAsync(TestDatabase database, World world, CancellationToken over)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!over.IsCancellationRequested && await tick.WaitForNextTickAsync(None))
        {
            try
            {
                await database.EverythingIsDueAsync();
                if (world.LeasesMayEnd()) await database.LeasesEndAsync();
            }
            // Time takes rows in no order that the dispatchers know of: where PostgreSQL gives its statement up, it passes at the next tick.
            catch (Exception error) when (DatabaseErrors.IsTransient(error)) { }
        }
    }

    /// <summary>The inbox takes what was delivered, some of it twice.</summary>
    private static async Task ConsumeAsync(Instance instance, World world)
    {
        await foreach (var page in world.Queue.Reader.ReadAllAsync())
        {
            await instance.Inbox.ReceiveAsync(page.Events, None);
            if (world.Redelivers()) await instance.Inbox.ReceiveAsync(page.Events, None);
        }
    }

    /// <summary>What a dispatcher's process has of its own. One that is dead neither settles nor says goodbye: without its writer it can do neither.</summary>
    private sealed class Mortal(Writer<EffectsDb> writer) : IAsyncDisposable
    {
        private int _dead;

        public Writer<EffectsDb> Writer => writer;

        public bool Dead => Volatile.Read(ref _dead) == 1;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _dead, 1) == 0) await writer.DisposeAsync();
        }
    }

    /// <summary>The broker, and what goes wrong around it.</summary>
    private sealed class World(Random random)
    {
        // By then each kind of trouble has come once, however the dice fall.
        private const int Grace = 10;

        private readonly Lock _lock = new();
        private readonly List<PagedEvent> _delivered = [];
        private volatile bool _outage;
        private int _publishes;

        public bool Fair { get; set; }
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

        public PublishPage PublishFor(Mortal process) => async (_, page, _) =>
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

        /// <summary>Without it, what a crash left would wait half a minute. It strikes the living as well.</summary>
        public bool LeasesMayEnd()
        {
            lock (_lock)
            {
                if (!Fair && !Draw(0.5, EarlyLeaseEnds)) return false;
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

        /// <summary>Nothing of what went wrong before is still being settled when it begins.</summary>
        public async Task OutageAsync(Func<Task> meanwhile)
        {
            lock (_lock) _outage = true;
            var rounds = Rounds.ToArray();
            await Eventually.IsTrue(() => Task.FromResult(Rounds.Zip(rounds).All(r => r.First >= r.Second + 2)), Sample.Soon,
                () => Task.FromResult($"rounds {string.Join(", ", rounds)} → {string.Join(", ", Rounds)}; {this}"));
            await meanwhile();
            _outage = false;
        }

        public override string ToString()
        {
            lock (_lock)
                return $"{_delivered.Count} delivered of {Total}, {_publishes} publishes, {Refusals} refused, {Crashes} crashes, {LostConfirms} lost confirms, "
                    + $"{OutageFailures} in the outage, {EarlyLeaseEnds} times leases ended, {Redeliveries} redeliveries";
        }

        private async Task MayCrashAsync(Mortal process)
        {
            lock (_lock)
            {
                if (!Draw(0.02, Crashes)) return;
                Crashes++;
            }
            await process.DisposeAsync();
            throw new TimeoutException();
        }

        private bool Draw(double probability, int soFar) => !Fair && ((soFar == 0 && _publishes >= Grace) || random.NextDouble() < probability);
    }
}

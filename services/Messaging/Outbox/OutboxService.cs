using Avvik.Storage;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Outbox;

/// <summary>Dispatches until nothing is left, then waits for a commit or one second; the poll finds what an instance that died has left.</summary>
internal sealed class OutboxService<TDb>(OutboxDispatcher<TDb> dispatcher, CommitSignal signal, Topology topology, IBusControl bus,
    ILogger<OutboxService<TDb>> log) : BackgroundService where TDb : DbContext
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1), LongestBackoff = TimeSpan.FromSeconds(5);
    // A round costs the same for one event as for a page of them: the first after a pause is sent at once, and those that follow are gathered.
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (backoff, freed, declared) = (TimeSpan.Zero, false, false);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Before the first publish, and after every failure: a broker that was restarted may be empty.
                if (!declared)
                {
                    // Once: the predecessor is dead from the start, and an outage writes nothing.
                    if (!freed) await dispatcher.FreeLanesAsync(stoppingToken);
                    freed = true;
                    await topology.EnsureAsync(stoppingToken);
                    if (bus.CheckHealth().Status != BusHealthStatus.Healthy)
                        throw new BrokerUnavailableException(new ConnectionException("The bus is starting."));
                    declared = true;
                }
                if (await dispatcher.DispatchAsync(stoppingToken)) await Task.Delay(BetweenRounds, stoppingToken);
                else await signal.WaitAsync(dispatcher.NextReplayIn ?? Poll, stoppingToken);
                if (backoff > TimeSpan.Zero) log.DispatchResumed();
                backoff = TimeSpan.Zero;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception error)
            {
                // One line when it starts to fail, not one per attempt: an outage of an hour is one fact.
                if (backoff == TimeSpan.Zero) log.DispatchInterrupted(error);
                declared = false;
                backoff = TimeSpan.FromTicks(Math.Clamp(backoff.Ticks * 2, TimeSpan.FromMilliseconds(200).Ticks, LongestBackoff.Ticks));
#pragma warning disable CA5394 // so that instances do not try at once; no secret
                await Task.Delay(backoff * (0.5 + Random.Shared.NextDouble()), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
#pragma warning restore CA5394
            }
        }
    }
}

using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Inbox;

/// <summary>
/// Stops the receive endpoint when received events cannot be applied, and starts it when one of them can. A page that is only held would be taken back
/// by the broker after its delivery timeout (30 min), which counts as a failed delivery and ends in the dead letters. Stopping returns each page once,
/// and since an event that could not be applied is tried from memory and must succeed before consumption resumes, an outage costs a page one delivery,
/// however long it lasts.
/// </summary>
internal sealed class EndpointSupervisor<TDb>(InboxState state, EventInbox<TDb> inbox, TimeProvider clock, ILogger<EndpointSupervisor<TDb>> log)
    : BackgroundService, IReceiveEndpointObserver where TDb : DbContext
{
    // A lost connection that returns within seconds needs no stop.
    private static readonly TimeSpan StopAfter = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromSeconds(15);

    private IReceiveEndpoint? _endpoint;

    public Task Ready(ReceiveEndpointReady ready)
    {
        Volatile.Write(ref _endpoint, ready.ReceiveEndpoint);
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;
    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;
    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync(stoppingToken))
            if (Volatile.Read(ref _endpoint) is { } endpoint && ToStopFor() is { Count: > 0 } held)
                await StopUntilApplicableAsync(endpoint, held, stoppingToken);
    }

    /// <summary>
    /// Pages that show that consuming makes no sense: any that waits for the environment, or as many as are processed at once, whatever they wait for.
    /// </summary>
    private IReadOnlyList<HeldPage> ToStopFor()
    {
        var held = state.Held.Where(p => p.Pending.Count > 0 && clock.GetUtcNow() - p.Since >= StopAfter).ToList();
        return held.Count >= MessagingExtensions.PagesAtOnce ? held : [.. held.Where(p => p.Cause == FailureCause.Environment)];
    }

    private async Task StopUntilApplicableAsync(IReceiveEndpoint endpoint, IReadOnlyList<HeldPage> held, CancellationToken ct)
    {
        log.ConsumptionStopped(held[0].Reason);
        state.Stop(held[0].Reason, held[0].Since);
        await endpoint.Stop(ct);
        for (var wait = TimeSpan.FromSeconds(1); ; wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LongestWait.Ticks)))
        {
            await Task.Delay(wait, ct);
            foreach (var page in held)
                if (await inbox.TryOneAsync(page.Pending[0], ct) is { } error) state.Stop(EventFailure.NameOf(error), held[0].Since);
                else
                {
                    state.Resume();
                    log.ConsumptionResumed();
                    endpoint.Start(CancellationToken.None);
                    return;
                }
        }
    }
}

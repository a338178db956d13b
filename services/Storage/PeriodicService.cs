using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.Storage;

/// <summary>
/// Runs work at start and then at a fixed interval. A failure (the database is unavailable) is logged and retried at the next interval, so the work must
/// do everything that is due by now, not only what became due since the last run.
/// </summary>
public abstract class PeriodicService(TimeSpan interval, TimeProvider clock, ILogger log) : BackgroundService
{
    /// <summary>The clock of the work.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>Where failures are logged.</summary>
    protected ILogger Log => log;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        do await TryAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Does the work once.</summary>
    protected abstract Task DoAsync(CancellationToken ct);

    /// <summary>Does the work once and logs a failure.</summary>
    protected async Task TryAsync(CancellationToken ct)
    {
        try
        {
            await DoAsync(ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested) { log.PeriodicWorkFailed(error, GetType().Name); }
    }
}

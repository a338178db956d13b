using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.Storage;

/// <summary>
/// Work that is done at the start and again every so often. When it fails (the database is away) it is tried at the next moment: what it does must be
/// what is due, however long ago, and not what a moment asks for.
/// </summary>
public abstract class PeriodicService(TimeSpan between, TimeProvider clock, ILogger log) : BackgroundService
{
    /// <summary>What the work goes by.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>Where failures are told.</summary>
    protected ILogger Log => log;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(between, clock);
        do await TryAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Does the work once.</summary>
    protected abstract Task DoAsync(CancellationToken ct);

    /// <summary>Does the work once; a failure is a line in the log.</summary>
    protected async Task TryAsync(CancellationToken ct)
    {
        try
        {
            await DoAsync(ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested) { log.PeriodicWorkInterrupted(GetType().Name, error.GetType().Name); }
    }
}

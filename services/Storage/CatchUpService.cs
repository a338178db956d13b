using Microsoft.Extensions.Logging;

namespace Avvik.Storage;

/// <summary>
/// Brings rows up to date that an earlier configuration or version has written. Runs at start, and each hour for what instances wrote that had not yet been
/// replaced, until a later run than the first finds nothing: a run reads every row.
/// </summary>
public abstract class CatchUpService(TimeProvider clock, ILogger log) : PeriodicService(TimeSpan.FromHours(1), clock, log)
{
    private int _runs;
    private bool _isDone;

    /// <inheritdoc/>
    protected sealed override async Task DoAsync(CancellationToken ct)
    {
        if (_isDone) return;
        var changed = await CatchUpAsync(ct);
        _isDone = _runs++ > 0 && changed == 0;
    }

    /// <summary>Does all that there is to do, and answers how many rows it has changed.</summary>
    protected abstract Task<int> CatchUpAsync(CancellationToken ct);
}

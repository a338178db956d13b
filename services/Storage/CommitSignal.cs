namespace Avvik.Storage;

/// <summary>Tells a waiting service, as the outbox dispatcher, that a transaction has committed.</summary>
public sealed class CommitSignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    internal void Set()
    {
        if (_set.CurrentCount == 0)
            try { _set.Release(); }
            catch (SemaphoreFullException) { /* two commits at once: one signal serves both */ }
    }

    /// <summary>Returns after the next commit that signals, or after the time given.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _set.WaitAsync(atMost, ct);

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();
}

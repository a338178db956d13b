using System.Collections.Concurrent;

namespace Avvik.Messaging.Inbox;

/// <summary>Whether received events are being applied, and if not, why: what readiness and the metrics read.</summary>
public sealed class InboxState(TimeProvider clock)
{
    private readonly ConcurrentDictionary<object, HeldPage> _held = new();
    private InboxBlocked? _stopped;

    /// <summary>What holds events back now; null when nothing does.</summary>
    public InboxBlocked? Blocked => Volatile.Read(ref _stopped)
        ?? (_held.Values.MinBy(p => p.Since) is { } oldest ? new(oldest.Reason, oldest.Since, ConsumptionStopped: false) : null);

    internal IReadOnlyList<HeldPage> Held => [.. _held.Values];

    /// <summary>Answers true when the page was not held before.</summary>
    internal bool Hold(object page, IReadOnlyList<PagedEvent> pending, Exception error)
    {
        var held = new HeldPage(pending, EventFailure.NameOf(error), EventFailure.CauseOf(error), clock.GetUtcNow());
        return ReferenceEquals(_held.AddOrUpdate(page, held, (_, known) => held with { Since = known.Since }), held);
    }

    internal void Release(object page) => _held.TryRemove(page, out _);

    internal void Stop(string reason, DateTimeOffset since) => Volatile.Write(ref _stopped, new(reason, since, ConsumptionStopped: true));

    internal void Resume() => Volatile.Write(ref _stopped, null);
}

/// <summary>Why received events wait.</summary>
/// <param name="Reason">Type of the failure, with the database's code.</param>
/// <param name="Since">When it first happened.</param>
/// <param name="ConsumptionStopped">True when the service takes nothing from its queue; false when single pages are held and the rest continue.</param>
public sealed record InboxBlocked(string Reason, DateTimeOffset Since, bool ConsumptionStopped);

/// <summary>A page that was received and cannot be applied yet.</summary>
internal sealed record HeldPage(IReadOnlyList<PagedEvent> Pending, string Reason, FailureCause Cause, DateTimeOffset Since);

using System.Diagnostics;
using System.Globalization;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Inbox;

/// <summary>An event that was applied or parked.</summary>
internal sealed class InboxMessage
{
    public Guid MessageId { get; init; }
}

/// <summary>
/// Applies pages of events: each event once, in the transaction of its effect. An event that can never be applied is parked and its neighbours are
/// applied; whatever else fails is retried, and nothing is parked for it (<see cref="EventFailure"/>). A fault in a handler shows itself by one event
/// failing alone, again and again, while others succeed: then that event is parked too, so that it does not hold back the queue.
/// </summary>
public sealed class EventInbox<TDb> where TDb : DbContext
{
    // A constraint may be a race lost to another instance: tried again, the other's row is seen.
    private const int OwnFailures = 3;
    private const int UnexpectedFailures = 5;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100), LongestBackoff = TimeSpan.FromSeconds(5);
    private static readonly ActivitySource Activities = new("Avvik.Messaging");

    private readonly string _service;
    private readonly Writer<TDb> _writer;
    private readonly EventHandlers<TDb> _handlers;
    private readonly IServiceProvider _services;
    private readonly InboxState _state;
    private readonly MessagingMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<EventInbox<TDb>> _log;
    private long _applied;

    internal EventInbox(string service, Writer<TDb> writer, EventHandlers<TDb> handlers, IServiceProvider services, InboxState state, MessagingMetrics metrics,
        TimeProvider clock, ILogger<EventInbox<TDb>> log) =>
        (_service, _writer, _handlers, _services, _state, _metrics, _clock, _log) = (service, writer, handlers, services, state, metrics, clock, log);

    /// <summary>Returns when every event of the page is applied or parked. While that is impossible it waits, and the page stays in the queue.</summary>
    public async Task ReceiveAsync(IReadOnlyList<PagedEvent> events, CancellationToken ct)
    {
        var pending = events.Select(e => new Attempt(e)).ToList();
        var appliedBefore = Volatile.Read(ref _applied);
        try
        {
            for (var round = 0; pending.Count > 0; round++)
            {
                if (round > 0) await Task.Delay(Backoff.After(round, FirstBackoff, LongestBackoff), ct);
                if (await TryAsync([.. pending.Select(a => a.Event)], ct) is not { } error) return;
                // One of them failed, or something that all of them need. Alone, each shows which it is.
                if (pending.Count == 1) await JudgeAsync(pending, pending[0], error, appliedBefore, ct);
                else if (error is LockOrderException || EventFailure.CauseOf(error) != FailureCause.Environment) await AloneAsync(pending, appliedBefore, ct);
                if (pending.Count > 0 && _state.Hold(pending, [.. pending.Select(a => a.Event)], error)) _log.PageHeld(error, pending.Count);
            }
        }
        finally { _state.Release(pending); }
    }

    private async Task AloneAsync(List<Attempt> pending, long appliedBefore, CancellationToken ct)
    {
        foreach (var attempt in pending.ToList())
            if (await TryAsync([attempt.Event], ct) is { } error) await JudgeAsync(pending, attempt, error, appliedBefore, ct);
            else pending.Remove(attempt);
    }

    /// <summary>Parks an event that failed alone when the fault is shown to be its own; otherwise it stays pending.</summary>
    private async Task JudgeAsync(List<Attempt> pending, Attempt attempt, Exception error, long appliedBefore, CancellationToken ct)
    {
        var park = EventFailure.CauseOf(error) switch
        {
            FailureCause.Event => ++attempt.OwnFailures >= OwnFailures,
            FailureCause.Unexpected => ++attempt.UnexpectedFailures >= UnexpectedFailures && Volatile.Read(ref _applied) > appliedBefore,
            _ => false,
        };
        if (park && await TryParkAsync(attempt.Event, error, ct)) pending.Remove(attempt);
    }

    /// <summary>Applies one event, for the supervisor to see whether that is possible again; an event whose own fault it is counts as dealt with.</summary>
    internal async Task<Exception?> TryOneAsync(PagedEvent e, CancellationToken ct) =>
        await TryAsync([e], ct) is not { } error || (EventFailure.CauseOf(error) == FailureCause.Event && await TryParkAsync(e, error, ct)) ? null : error;

    private async Task<Exception?> TryAsync(IReadOnlyList<PagedEvent> events, CancellationToken ct)
    {
        try
        {
            var applied = await _writer.WriteAsync(unit => ApplyAsync(events, unit), ct);
            Interlocked.Add(ref _applied, applied);
            _metrics.Received(applied, events.Count - applied);
            return null;
        }
        catch (Exception error) when (!ct.IsCancellationRequested) { return error; }
    }

    /// <summary>Applies events in the caller's transaction, skipping those seen before; answers how many it applied.</summary>
    private async Task<int> ApplyAsync(IReadOnlyList<PagedEvent> events, UnitOfWork<TDb> unit)
    {
        // In the order of their ids on every instance, so that two that meet on the same events cannot deadlock.
        object?[] ids = [.. events.Select(e => e.Id).Distinct().Order()];
        var fresh = (await unit.Sql.QueryAsync(Admit(ids.Length), r => r.GetGuid(0), ids)).ToHashSet();
        var count = fresh.Count;
        foreach (var e in events)
        {
            if (!fresh.Remove(e.Id)) continue;
            using var activity = Activities.StartActivity(e.Type, ActivityKind.Consumer, e.TraceParent);
            await _handlers.ApplyAsync(_services, e, unit);
        }
        return count;
    }

    /// <summary>False when the database could not take it; then it stays pending.</summary>
    private async Task<bool> TryParkAsync(PagedEvent e, Exception error, CancellationToken ct)
    {
        try
        {
            await _writer.WriteAsync(async unit =>
            {
                // Remembered as seen in the same transaction: a redelivery neither repeats nor re-parks it. Requeueing runs the handler from here.
                if ((await unit.Sql.QueryAsync(Admit(1), r => r.GetGuid(0), e.Id)).Count == 1)
                    await unit.InsertAsync(new ParkedMessage
                    {
                        Id = e.Id,
                        Source = "inbox",
                        Type = e.Type,
                        TraceParent = e.TraceParent,
                        Body = e.Body,
                        ContentType = "application/json",
                        Error = EventFailure.NameOf(error),
                        ParkedAt = _clock.GetUtcNow().ToUnixTimeMilliseconds(),
                    });
                return true;
            }, ct);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            _log.ParkingFailed(failure, e.Id);
            return false;
        }
        if (error is VersionTooHighException) _log.VersionTooHigh(e.Id, e.Type);
        else _log.EventParked(error, e.Id, e.Type);
        return true;
    }

    /// <summary>Keeps a message that is no page of events; returns when it is kept.</summary>
    internal async Task QuarantineAsync(byte[] body, string contentType, Exception error, CancellationToken ct)
    {
        var (page, id) = (new object(), Guid.CreateVersion7());
        try
        {
            for (var round = 1; ; round++)
            {
                try
                {
                    await _writer.WriteAsync(async unit =>
                    {
                        await unit.InsertAsync(new ParkedMessage
                        {
                            Id = id,
                            Source = "unreadable",
                            Type = _service,
                            Body = body,
                            ContentType = contentType,
                            Error = EventFailure.NameOf(error),
                            ParkedAt = _clock.GetUtcNow().ToUnixTimeMilliseconds(),
                        });
                        return true;
                    }, ct);
                    _log.MessageQuarantined(error, id, body.Length);
                    return;
                }
                catch (Exception failure) when (!ct.IsCancellationRequested)
                {
                    if (_state.Hold(page, [], failure)) _log.PageHeld(failure, 1);
                    await Task.Delay(Backoff.After(round, FirstBackoff, LongestBackoff), ct);
                }
            }
        }
        finally { _state.Release(page); }
    }

    /// <summary>Runs a parked event's handler again, in the caller's transaction.</summary>
    internal Task ReplayAsync(PagedEvent e, UnitOfWork<TDb> unit) => _handlers.ApplyAsync(_services, e, unit);

    private static string Admit(int count) =>
        "insert into inbox_message (message_id) values "
        + string.Join(", ", Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"(@p{i})")))
        + " on conflict do nothing returning message_id";

    private sealed class Attempt(PagedEvent e)
    {
        public PagedEvent Event { get; } = e;
        public int OwnFailures { get; set; }
        public int UnexpectedFailures { get; set; }
    }
}

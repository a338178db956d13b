using System.Diagnostics;
using System.Globalization;
using System.Text;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Avvik.Messaging.Inbox;

/// <summary>Remembers which events were applied.</summary>
internal sealed class InboxMessage
{
    public Guid MessageId { get; init; }
}

/// <summary>Applies pages of events: each event once, in the transaction of its effect.</summary>
public sealed class EventInbox<TDb> where TDb : DbContext
{
    // Quick tries for what a moment cures (a lost race between instances); what fails after them is not going to pass.
    private const int Attempts = 3;
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);
    private static readonly ActivitySource Activities = new("Avvik.Messaging");

    private readonly Writer<TDb> _writer;
    private readonly EventHandlers<TDb> _handlers;
    private readonly IServiceProvider _services;
    private readonly MessagingMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<EventInbox<TDb>> _log;

    internal EventInbox(Writer<TDb> writer, EventHandlers<TDb> handlers, IServiceProvider services, MessagingMetrics metrics, TimeProvider clock, ILogger<EventInbox<TDb>> log) =>
        (_writer, _handlers, _services, _metrics, _clock, _log) = (writer, handlers, services, metrics, clock, log);

    /// <summary>Returns when every event of the page is applied or parked. While the database is away it waits, and the page with it, in the queue.</summary>
    public async Task ReceiveAsync(IReadOnlyList<PagedEvent> events, CancellationToken ct)
    {
        try
        {
            await WhileAwayAsync(() => _writer.WriteAsync(unit => ApplyAsync(events, unit), ct), ct);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // One of them cannot be applied; alone, each shows whether it is the one.
            foreach (var e in events) await ReceiveAloneAsync(e, ct);
        }
    }

    /// <summary>Applies events in the caller's transaction, skipping those seen before.</summary>
    private async Task<bool> ApplyAsync(IReadOnlyList<PagedEvent> events, UnitOfWork<TDb> unit)
    {
        // In the order of their ids on every instance, so that two that meet on the same events cannot deadlock.
        object?[] ids = [.. events.Select(e => e.Id).Distinct().Order()];
        var fresh = (await unit.Sql.QueryAsync(Admit(ids.Length), r => r.GetGuid(0), ids)).ToHashSet();
        _metrics.Received(fresh.Count, events.Count - fresh.Count);
        foreach (var e in events)
        {
            if (!fresh.Remove(e.Id)) continue;
            using var activity = Activities.StartActivity(e.Type, ActivityKind.Consumer, e.TraceParent);
            await _handlers.ApplyAsync(_services, e, unit);
        }
        return true;
    }

    private async Task ReceiveAloneAsync(PagedEvent e, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WhileAwayAsync(() => _writer.WriteAsync(unit => ApplyAsync([e], unit), ct), ct);
                return;
            }
            catch (Exception) when (!ct.IsCancellationRequested && attempt < Attempts) { }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                await WhileAwayAsync(() => _writer.WriteAsync(unit => ParkAsync(e, error, unit), ct), ct);
                _log.EventParked(e.Id, e.Type, error.GetType().Name);
                return;
            }
        }
    }

    private async Task<bool> ParkAsync(PagedEvent e, Exception error, UnitOfWork<TDb> unit)
    {
        // Remembered as seen in the same transaction: a redelivery neither repeats nor re-parks it. Requeueing runs the handler from here.
        if ((await unit.Sql.QueryAsync(Admit(1), r => r.GetGuid(0), e.Id)).Count == 1)
            await unit.Sql.ExecuteAsync(
                "insert into parked_message (id, source, type, trace_parent, body, content_type, error, parked_at) values (@p1, 'inbox', @p2, @p3, @p4, 'application/json', @p5, @p6)",
                e.Id, e.Type, e.TraceParent, Encoding.UTF8.GetBytes(e.Body.GetRawText()), error.GetType().Name, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        return true;
    }

    /// <summary>Runs a parked event's handler again, in the caller's transaction.</summary>
    internal Task ReplayAsync(PagedEvent e, UnitOfWork<TDb> unit) => _handlers.ApplyAsync(_services, e, unit);

    private async Task WhileAwayAsync(Func<Task> work, CancellationToken ct)
    {
        for (var backoff = TimeSpan.FromMilliseconds(100); ; backoff = TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, LongestBackoff.Ticks)))
        {
            try
            {
                await work();
                return;
            }
            catch (Exception error) when (!ct.IsCancellationRequested && DatabaseErrors.IsTransient(error))
            {
                _log.DatabaseAway(error.GetType().Name);
                await Task.Delay(backoff, ct);
            }
        }
    }

    private static string Admit(int count) =>
        $"insert into inbox_message (message_id) values {string.Join(", ", Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"(@p{i})")))} on conflict do nothing returning message_id";
}

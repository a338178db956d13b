using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using RabbitMQ.Client.Exceptions;

namespace Avvik.Messaging.Outbox;

/// <summary>The broker could not be reached, or does not confirm: nothing is wrong with the messages.</summary>
internal sealed class BrokerUnavailableException(Exception inner) : Exception("The broker is unavailable.", inner);

/// <summary>Sends a page to an exchange and completes when the broker has confirmed it.</summary>
internal delegate Task PublishPage(string exchange, EventPage page, CancellationToken ct);

/// <summary>
/// One round: lease the lanes that have something due, read them, publish pages with all confirms outstanding, delete what was confirmed. No
/// transaction is open while the broker is spoken to. If this process dies anywhere in between, the rows are still there and are sent again
/// with the same ids, which the inbox drops.
/// </summary>
internal sealed class OutboxDispatcher<TDb>(Writer<TDb> writer, DatabaseOptions database, PublishPage publish, MessagingMetrics metrics,
    TimeSpan? publishTimeout = null) where TDb : DbContext
{
    public const int PageSize = 64;
    public const int BatchSize = 8 * PageSize;
    public const int MaxAttempts = 12;
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(10);

    // A page of 64 events each 64 ms: a thousand a second.
    private static readonly TimeSpan BetweenReplays = TimeSpan.FromMilliseconds(PageSize);

    private readonly Guid _me = Guid.NewGuid();
    private long _replayedAt;
    private bool _replaying;
    private readonly TimeSpan _publishTimeout = publishTimeout ?? PublishTimeout;
    // Publishes that were given up and that the client has not ended yet: what it still holds in memory.
    private readonly ConcurrentDictionary<Task, byte> _abandoned = [];
    private readonly OutboxSql _sql = OutboxSql.For(database.Provider);

    /// <summary>How long until the replay lane may be dispatched again; null when nothing is known to wait in it.</summary>
    public TimeSpan? NextReplayIn => _replaying ? ReplayDueIn : null;

    private TimeSpan ReplayDueIn =>
        _replayedAt == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(0, (BetweenReplays - Stopwatch.GetElapsedTime(_replayedAt)).Ticks));

    /// <summary>On SQLite the file is this process's alone: lanes that a killed predecessor held are free at once, and not after their lease.</summary>
    public Task FreeLanesAsync(CancellationToken ct) => database.IsSqlite
        ? writer.WriteAsync(unit => unit.Sql.ExecuteAsync("update outbox_lane set leased_until = 0"), ct)
        : Task.CompletedTask;

    /// <summary>True when there was something to send; what only waits behind a refused event is nothing to send.</summary>
    /// <exception cref="BrokerUnavailableException">Nothing was blamed on a message; try again later.</exception>
    public async Task<bool> DispatchAsync(CancellationToken ct)
    {
        // A broker that blocks the connection (memory or disk alarm) confirms nothing, for hours perhaps. One batch is all that ever waits for it.
        if (!_abandoned.IsEmpty) throw new BrokerUnavailableException(new TimeoutException("Earlier publishes are still unconfirmed."));
        // Replays are throttled, so that consumers that receive them from the same queue keep up with live events.
        var last = ReplayDueIn > TimeSpan.Zero ? OutboxLane.Count - 1 : OutboxLane.Replay;
        var (lanes, rows) = await writer.WriteAsync(async unit =>
        {
            var claimed = await unit.Sql.QueryAsync(_sql.Claim, r => r.GetInt16(0), _me, (long)Lease.TotalMilliseconds, last);
            var live = claimed.Count(l => l != OutboxLane.Replay);
            var read = live == 0 ? [] : await unit.Sql.QueryAsync(_sql.ReadLive, ReadRow, _me, BatchSize / live);
            if (live < claimed.Count) read.AddRange(await unit.Sql.QueryAsync(_sql.ReadReplay, ReadRow, _me, PageSize));
            return (claimed, read);
        }, ct);
        _replaying = lanes.Contains(OutboxLane.Replay) || (_replaying && last < OutboxLane.Replay);
        if (lanes.Contains(OutboxLane.Replay)) _replayedAt = Stopwatch.GetTimestamp();
        if (lanes.Count == 0) return false;

        var outcomes = new List<Outcome>();
        try
        {
            foreach (var outcome in await Task.WhenAll(Pages(rows).Select(page => PublishAsync(page, ct)))) outcomes.AddRange(outcome);
        }
        finally
        {
            // Also when stopping: what was confirmed is not sent again, and the lanes are free at once for whoever is left.
            await SettleAsync(outcomes);
        }
        metrics.Dispatched(outcomes.Count(o => o.Error is null));
        return outcomes.FirstOrDefault(o => o.Outage)?.Error is { } outage ? throw new BrokerUnavailableException(outage) : rows.Count > 0;
    }

    /// <summary>
    /// Pages are published at the same time, so all events of an aggregate in one round are on one page, in order: those of another type, or too many
    /// for a page, wait for the next round, and cannot overtake what was decided before them.
    /// </summary>
    private static IEnumerable<OutboxRow[]> Pages(IEnumerable<OutboxRow> rows)
    {
        foreach (var type in rows.GroupBy(r => r.AggregateId).Select(a => a.TakeWhile(r => r.Type == a.First().Type).Take(PageSize).ToList())
                     .GroupBy(a => a[0].Type))
        {
            var page = new List<OutboxRow>(PageSize);
            foreach (var aggregate in type)
            {
                if (page.Count + aggregate.Count > PageSize)
                {
                    yield return [.. page];
                    page.Clear();
                }
                page.AddRange(aggregate);
            }
            yield return [.. page];
        }
    }

    private async Task<IReadOnlyList<Outcome>> PublishAsync(OutboxRow[] page, CancellationToken ct)
    {
        try
        {
            await PublishInTimeAsync(page[0].Type, new EventPage { Events = [.. page.Select(r => r.ToEvent())] }, ct);
            return [.. page.Select(r => new Outcome(r, null))];
        }
        catch (Exception error) when (page.Length == 1 || Outcome.IsOutage(error))
        {
            return [.. page.Select(r => new Outcome(r, error))];
        }
        catch (Exception)
        {
            // One bad event must not hold back its neighbours: each on a page of its own tells which one it is.
            return [.. (await Task.WhenAll(page.GroupBy(r => r.AggregateId).Select(aggregate => PublishInTurnAsync(aggregate, ct)))).SelectMany(o => o)];
        }
    }

    /// <summary>Publishes, or gives up after the timeout; a publish that the client has not ended yet keeps others from being started.</summary>
    internal async Task PublishInTimeAsync(string exchange, EventPage page, CancellationToken ct)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var sending = publish(exchange, page, giveUp.Token);
        try { await sending.WaitAsync(_publishTimeout, ct); }
        catch (Exception) when (!sending.IsCompleted)
        {
            _abandoned.TryAdd(sending, 0);
            _ = sending.ContinueWith(ended => _abandoned.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            await giveUp.CancelAsync();
            throw;
        }
    }

    /// <summary>Up to the first that fails: it holds back those after it.</summary>
    private async Task<IReadOnlyList<Outcome>> PublishInTurnAsync(IEnumerable<OutboxRow> aggregate, CancellationToken ct)
    {
        var outcomes = new List<Outcome>();
        foreach (var row in aggregate)
        {
            outcomes.AddRange(await PublishAsync([row], ct));
            if (outcomes[^1].Error is not null) break;
        }
        return outcomes;
    }

    private Task SettleAsync(List<Outcome> outcomes) => writer.WriteAsync(async unit =>
    {
        // In the order of their ids in every process, so that two that settle the same rows (after a lease that ended too early) do not deadlock.
        var sent = outcomes.Where(o => o.Error is null).Select(o => o.Row.Id).Order().ToList();
        foreach (var ids in sent.Chunk(PageSize))
            await unit.Sql.ExecuteAsync(OutboxSql.Delete(ids.Length), [.. ids.Cast<object?>()]);
        foreach (var refused in outcomes.Where(o => o.Error is not null && !o.Outage).OrderBy(o => o.Row.Id))
            await unit.Sql.ExecuteAsync(_sql.Refuse, refused.Row.Id, Backoff(refused.Row.Attempts), MaxAttempts, refused.Error!.GetType().Name);
        await unit.Sql.ExecuteAsync("update outbox_lane set leased_until = 0 where owner = @p1", _me);
        return true;
    }, CancellationToken.None);

    /// <summary>Attempts wait 200 ms, doubling: twelve take about seven minutes.</summary>
    private static long Backoff(int attempts) => 200L << Math.Min(attempts, 12);

    private static OutboxRow ReadRow(System.Data.Common.DbDataReader r) =>
        new(r.GetInt64(0), r.GetGuid(1), r.GetString(2), r.GetFieldValue<byte[]>(3), r.IsDBNull(4) ? null : r.GetString(4), r.GetInt32(5), r.GetGuid(6));

    private sealed record OutboxRow(long Id, Guid MessageId, string Type, byte[] Body, string? TraceParent, int Attempts, Guid AggregateId)
    {
        public PagedEvent ToEvent() => new() { Id = MessageId, Type = Type, TraceParent = TraceParent, Body = Body };
    }

    private sealed record Outcome(OutboxRow Row, Exception? Error)
    {
        public bool Outage => Error is not null && IsOutage(Error);

        // A returned message is a TransportException too, but the message's own fault: no queue takes it.
        public static bool IsOutage(Exception error) => error is not MessageReturnedException && (error
            is TimeoutException or OperationCanceledException or SocketException or IOException or ObjectDisposedException
            or ConnectionException or TransportException or AlreadyClosedException or BrokerUnreachableException or OperationInterruptedException
            || (error.InnerException is { } inner && IsOutage(inner)));
    }
}

/// <summary>The texts that differ between the engines: the clock, which is the database's on both sides of a lease, and the row lock.</summary>
internal sealed record OutboxSql(string Claim, string ReadLive, string ReadReplay, string Refuse)
{
    /// <summary>When the oldest live event that is not parked was put in the outbox. By lane, since replays may be millions.</summary>
    public static readonly string OldestLive = $"""
        select min(oldest.enqueued_at) from (
          select (select m.enqueued_at from outbox_message m where m.lane = l.lane and m.parked_at is null order by m.id limit 1) as enqueued_at
          from outbox_lane l where l.lane < {OutboxLane.Count}) oldest
        """;

    private static readonly OutboxSql Sqlite = Build("cast(unixepoch('subsec') * 1000 as integer)", "");
    private static readonly OutboxSql Postgres = Build("(extract(epoch from clock_timestamp()) * 1000)::bigint", "for update skip locked");

    public static OutboxSql For(DatabaseProvider provider) => provider == DatabaseProvider.Sqlite ? Sqlite : Postgres;

    public static string Delete(int count) =>
        "delete from outbox_message where id in ("
        + string.Join(", ", Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"@p{i}"))) + ")";

    private static OutboxSql Build(string now, string skipLocked) => new(
        Claim: $"""
            update outbox_lane set owner = @p1, leased_until = {now} + @p2
            where lane in (
              select l.lane from outbox_lane l
              where l.leased_until <= {now} and l.lane <= @p3
                and exists (select 1 from outbox_message m where m.lane = l.lane and m.parked_at is null and m.due_at <= {now}) {skipLocked})
            returning lane
            """,
        ReadLive: Read(now, Enumerable.Range(0, OutboxLane.Count)),
        ReadReplay: Read(now, [OutboxLane.Replay]),
        Refuse: $"""
            update outbox_message set attempts = attempts + 1, due_at = {now} + @p2, last_error = @p4,
              parked_at = case when attempts + 1 >= @p3 then {now} end
            where id = @p1
            """);

    /// <summary>
    /// Of each lane, from its index: the oldest by id would be found by passing every replay before it. A refused or parked event holds back what follows for
    /// the same aggregate in its lane, and nothing else.
    /// </summary>
    private static string Read(string now, IEnumerable<int> lanes) => string.Join("\nunion all\n", lanes.Select(lane => $"""
        select * from (
          select m.id, m.message_id, m.type, m.body, m.trace_parent, m.attempts, m.aggregate_id from outbox_message m
          where m.lane = {lane} and m.parked_at is null and m.due_at <= {now}
            and exists (select 1 from outbox_lane l where l.lane = {lane} and l.owner = @p1 and l.leased_until > {now})
            and not exists (select 1 from outbox_message e where e.aggregate_id = m.aggregate_id and e.lane = m.lane and e.id < m.id and e.attempts > 0
                            and (e.due_at > {now} or e.parked_at is not null))
          order by m.id limit @p2) lane{lane}
        """));
}

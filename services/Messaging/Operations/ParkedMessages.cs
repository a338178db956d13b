using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Avvik.Messaging.Operations;

/// <summary>A message that waits for an operator. The body is not shown: it is business content.</summary>
/// <param name="Id">Use it to requeue or discard.</param>
/// <param name="Source">
/// <c>outbox</c>: the broker refused it. <c>inbox</c>: it cannot be applied. <c>unreadable</c>: it is no page of events. <c>deadLetter</c>: its consumer
/// died on it too often.
/// </param>
/// <param name="Type">Wire name of the event; of an unreadable message or a dead letter, the queue.</param>
/// <param name="Error">Type of the last error.</param>
/// <param name="ParkedAt">When it was parked.</param>
public sealed record ParkedMessageRow(Guid Id, string Source, string Type, string Error, DateTimeOffset ParkedAt);

/// <summary>A page of them, in the form of all lists of the API.</summary>
/// <param name="Items">Oldest first.</param>
/// <param name="NextCursor">Where to continue; null at the end.</param>
public sealed record ParkedMessagePage(IReadOnlyList<ParkedMessageRow> Items, string? NextCursor);

/// <summary>Which parked messages; what is null does not matter.</summary>
/// <param name="Source">As in <see cref="ParkedMessageRow.Source"/>.</param>
/// <param name="Type">As in <see cref="ParkedMessageRow.Type"/>: an event's wire name, or a queue.</param>
/// <param name="Error">As in <see cref="ParkedMessageRow.Error"/>.</param>
/// <param name="From">Parked at or after this moment.</param>
/// <param name="To">Parked before this moment.</param>
public sealed record ParkedMessageFilter(string? Source = null, string? Type = null, string? Error = null, DateTimeOffset? From = null,
    DateTimeOffset? To = null)
{
    internal bool IsEmpty => this == new ParkedMessageFilter();
}

/// <summary>How far a bulk operation has come.</summary>
/// <param name="Resolved">Messages requeued or discarded so far.</param>
/// <param name="Failed">Messages that failed again and stay parked.</param>
public sealed record ParkedMessageProgress(int Resolved, int Failed)
{
    /// <summary>Where the reason may identify someone; null when it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TextWarning>? Warnings { get; init; }
}

/// <summary>Lists, requeues and discards parked and dead-lettered messages.</summary>
public sealed class ParkedMessages<TDb> where TDb : DbContext
{
    private const int BulkPage = 100;

    private readonly string _service;
    private readonly Writer<TDb> _writer;
    private readonly IDbContextFactory<TDb> _databases;
    private readonly EventInbox<TDb> _inbox;
    private readonly Topology _topology;
    private readonly ParkedMessageParties<TDb> _parties;
    private readonly TextProtector _texts;
    private readonly TimeProvider _clock;
    private readonly ILogger<ParkedMessages<TDb>> _log;

    internal ParkedMessages(string service, Writer<TDb> writer, IDbContextFactory<TDb> databases, EventInbox<TDb> inbox, Topology topology,
        ParkedMessageParties<TDb> parties, TextProtector texts, TimeProvider clock, ILogger<ParkedMessages<TDb>> log) =>
        (_service, _writer, _databases, _inbox, _topology, _parties, _texts, _clock, _log) =
        (service, writer, databases, inbox, topology, parties, texts, clock, log);

    /// <summary>What of it concerns an organisation.</summary>
    public async Task<IReadOnlyList<ParkedMessageRow>> ListAsync(string organization, ParkedMessageFilter filter, (DateTimeOffset ParkedAt, Guid Id)? after,
        int limit, CancellationToken ct)
    {
        var rows = new List<ParkedMessageRow>();
        while (rows.Count < limit && await ListAsync(filter, after, BulkPage, ct) is { Count: > 0 } page)
        {
            foreach (var row in page)
                if (await _parties.ConcernsAsync(row.Id, organization, ct)) rows.Add(row);
            after = (page[^1].ParkedAt, page[^1].Id);
        }
        return [.. rows.Take(limit)];
    }

    /// <summary>What is parked, oldest first, after a row of an earlier page.</summary>
    public async Task<IReadOnlyList<ParkedMessageRow>> ListAsync(ParkedMessageFilter filter, (DateTimeOffset ParkedAt, Guid Id)? after, int limit,
        CancellationToken ct)
    {
        var (conditions, values) = (new List<string>(), new List<object>());
        void Where(string condition, object value)
        {
            values.Add(value);
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"{condition} @p{values.Count}"));
        }
        if (filter.Source is { } source) Where("source =", source);
        if (filter.Type is { } type) Where("type =", type);
        if (filter.Error is { } error) Where("error =", error);
        if (filter.From is { } from) Where("parked_at >=", from.ToUnixTimeMilliseconds());
        if (filter.To is { } to) Where("parked_at <", to.ToUnixTimeMilliseconds());
        if (after is { } last)
        {
            values.AddRange([last.ParkedAt.ToUnixTimeMilliseconds(), last.Id]);
            conditions.Add(string.Create(CultureInfo.InvariantCulture,
                $"(parked_at > @p{values.Count - 1} or (parked_at = @p{values.Count - 1} and id > @p{values.Count}))"));
        }
        return await _databases.ReadAsync(string.Create(CultureInfo.InvariantCulture,
            $"""
            select id, source, type, error, parked_at from (
              select message_id as id, 'outbox' as source, type, coalesce(last_error, '') as error, parked_at from outbox_message where parked_at is not null
              union all
              select id, source, type, error, parked_at from parked_message where resolved_at is null) parked
            {(conditions.Count > 0 ? "where " + string.Join(" and ", conditions) : "")}
            order by parked_at, id limit {limit}
            """),
            r => new ParkedMessageRow(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetString(3), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(4))), ct,
            [.. values]);
    }

    /// <summary>Requeues all that the filter names and that are parked now; tells its progress after each hundred.</summary>
    public IAsyncEnumerable<ParkedMessageProgress> RequeueAllAsync(ParkedMessageFilter filter, string reason, string subject, string organization,
        CancellationToken ct) =>
        ResolveAllAsync(filter, "requeued", id => RequeueAsync(id, reason, subject, organization, ct), subject, organization, ct);

    /// <summary>Discards all that the filter names and that are parked now; tells its progress after each hundred.</summary>
    public IAsyncEnumerable<ParkedMessageProgress> DiscardAllAsync(ParkedMessageFilter filter, string reason, string subject, string organization,
        CancellationToken ct) =>
        ResolveAllAsync(filter, "discarded", id => DiscardAsync(id, reason, subject, organization, ct), subject, organization, ct);

    private async IAsyncEnumerable<ParkedMessageProgress> ResolveAllAsync(ParkedMessageFilter filter, string resolution, Func<Guid, Task<bool>> resolve,
        string subject,
        string organization, [EnumeratorCancellation] CancellationToken ct)
    {
        // What fails again is parked again, with a later time: without this end it would be tried for ever.
        var now = _clock.GetUtcNow().AddMilliseconds(1);
        filter = filter with { To = filter.To < now ? filter.To : now };
        var (resolved, failed) = (0, 0);
        (DateTimeOffset, Guid)? after = null;
        while (await ListAsync(filter, after, BulkPage, ct) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                try { resolved += await resolve(row.Id) ? 1 : 0; }
                catch (Exception error) when (!ct.IsCancellationRequested && EventFailure.CauseOf(error) != FailureCause.Environment) { failed++; }
            }
            after = (page[^1].ParkedAt, page[^1].Id);
            yield return new(resolved, failed);
        }
        _log.ParkedMessagesResolved(resolved, resolution, subject, organization, failed);
    }

    /// <summary>Sends or applies it again. False when there is no such message, or it is no business of the organisation.</summary>
    /// <exception cref="Exception">The handler of a parked event threw again; nothing has changed.</exception>
    public async Task<bool> RequeueAsync(Guid id, string reason, string subject, string organization, CancellationToken ct)
    {
        if (!await _parties.ConcernsAsync(id, organization, ct)) return false;
        var message = await _writer.WriteAsync(async unit => (await unit.Sql.QueryAsync(
            "select body, content_type from parked_message where id = @p1 and resolved_at is null and source in ('deadLetter', 'unreadable')",
            r => (Body: r.GetFieldValue<byte[]>(0), ContentType: r.GetString(1)), id)).FirstOrDefault(), ct);
        // Sent before it is marked: at worst it is sent twice, and the inbox drops the second.
        if (message.Body is not null) await SendAsync(message.Body, message.ContentType, ct);

        var done = await _writer.WriteAsync(async unit =>
        {
            if (await unit.Sql.ExecuteAsync(
                "update outbox_message set parked_at = null, attempts = 0, due_at = 0 where message_id = @p1 and parked_at is not null", id) == 1)
                return true;
            foreach (var e in await unit.Sql.QueryAsync(
                "select type, trace_parent, body from parked_message where id = @p1 and resolved_at is null and source = 'inbox'",
                r => new PagedEvent
                {
                    Id = id,
                    Type = r.GetString(0),
                    TraceParent = r.IsDBNull(1) ? null : r.GetString(1),
                    Body = r.GetFieldValue<byte[]>(2),
                }, id))
                await _inbox.ReplayAsync(e, unit);
            return await ResolveAsync(unit, id, "requeued", reason, subject, organization);
        }, ct);
        if (done) _log.ParkedMessageResolved(id, "requeued", subject, organization);
        return done;
    }

    /// <summary>
    /// Never sends or applies it; it is kept with who discarded it and why. False when there is no such message, or it is no business of the organisation.
    /// </summary>
    public async Task<bool> DiscardAsync(Guid id, string reason, string subject, string organization, CancellationToken ct)
    {
        if (!await _parties.ConcernsAsync(id, organization, ct)) return false;
        var done = await _writer.WriteAsync(async unit =>
        {
            // A row of the outbox holds back its aggregate, so it moves to the table where resolved messages are kept.
            if (await unit.Sql.ExecuteAsync(
                """
                insert into parked_message (id, source, type, trace_parent, body, content_type, error, parked_at)
                select message_id, 'outbox', type, trace_parent, body, 'application/json', coalesce(last_error, ''), parked_at
                from outbox_message where message_id = @p1 and parked_at is not null
                """, id) == 1)
                await unit.Sql.ExecuteAsync("delete from outbox_message where message_id = @p1", id);
            return await ResolveAsync(unit, id, "discarded", reason, subject, organization);
        }, ct);
        if (done) _log.ParkedMessageResolved(id, "discarded", subject, organization);
        return done;
    }

    /// <summary>Moves dead letters from the broker to the database, where they are listed and resolved like the rest.</summary>
    internal async Task<int> CollectDeadLettersAsync(CancellationToken ct)
    {
        await using var connection = await _topology.ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var count = 0;
        while (await channel.BasicGetAsync(Topology.DeadLetterQueue(_service), autoAck: false, ct) is { } letter)
        {
            var (body, properties) = (letter.Body.ToArray(), letter.BasicProperties);
            await _writer.WriteAsync(async unit =>
            {
                await unit.InsertAsync(new ParkedMessage
                {
                    Id = Guid.CreateVersion7(),
                    Source = "deadLetter",
                    Type = _service,
                    Body = body,
                    ContentType = properties.ContentType ?? "application/octet-stream",
                    Error = Reason(properties),
                    ParkedAt = _clock.GetUtcNow().ToUnixTimeMilliseconds(),
                });
                return true;
            }, ct);
            await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, ct);
            count++;
        }
        if (count > 0) _log.DeadLettersParked(count);
        return count;
    }

    private async Task<bool> ResolveAsync(UnitOfWork<TDb> unit, Guid id, string resolution, string reason, string subject, string organization) =>
        await unit.Sql.ExecuteAsync(
        "update parked_message set resolved_at = @p2, resolved_by = @p3, resolution = @p4, reason = @p5 where id = @p1 and resolved_at is null",
        id, _clock.GetUtcNow().ToUnixTimeMilliseconds(), string.Create(CultureInfo.InvariantCulture, $"{subject}@{organization}"), resolution,
        _texts.Protect(reason).Value) == 1;

    private async Task SendAsync(byte[] body, string contentType, CancellationToken ct)
    {
        await using var connection = await _topology.ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), ct);
        // By its own exchange: the default exchange reaches every queue, so no service's user may write to it.
        await channel.BasicPublishAsync(_service, "", mandatory: true, new BasicProperties { ContentType = contentType, Persistent = true }, body, ct);
    }

    // The broker's own word for why, as in «delivery_limit» or «rejected».
    private static string Reason(IReadOnlyBasicProperties properties) =>
        properties.Headers?.TryGetValue("x-death", out var deaths) == true && deaths is List<object> and [IDictionary<string, object> death, ..]
            && death.TryGetValue("reason", out var reason) && reason is byte[] word
            ? System.Text.Encoding.ASCII.GetString(word)
            : "deadLettered";
}

using System.Globalization;
using System.Text.Json;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Avvik.Messaging.Operations;

/// <summary>A message that waits for an operator. The body is not shown: it is business content.</summary>
/// <param name="Id">Use it to requeue or discard.</param>
/// <param name="Source"><c>outbox</c>: the broker refused it. <c>inbox</c>: its handler threw. <c>deadLetter</c>: it could not be read, or killed its consumer.</param>
/// <param name="Type">Wire name of the event, or the queue of a dead letter.</param>
/// <param name="Error">Type of the last error.</param>
/// <param name="ParkedAt">When it was given up.</param>
public sealed record ParkedMessageRow(Guid Id, string Source, string Type, string Error, DateTimeOffset ParkedAt);

/// <summary>Lists, requeues and discards parked and dead-lettered messages.</summary>
public sealed class ParkedMessages<TDb> where TDb : DbContext
{
    private readonly string _service;
    private readonly Writer<TDb> _writer;
    private readonly EventInbox<TDb> _inbox;
    private readonly Topology _topology;
    private readonly TimeProvider _clock;
    private readonly ILogger<ParkedMessages<TDb>> _log;

    internal ParkedMessages(string service, Writer<TDb> writer, EventInbox<TDb> inbox, Topology topology, TimeProvider clock, ILogger<ParkedMessages<TDb>> log) =>
        (_service, _writer, _inbox, _topology, _clock, _log) = (service, writer, inbox, topology, clock, log);

    /// <summary>What waits, oldest first.</summary>
    public async Task<IReadOnlyList<ParkedMessageRow>> ListAsync(CancellationToken ct) => await _writer.WriteAsync(unit => unit.Sql.QueryAsync(
        """
        select message_id, 'outbox', type, coalesce(last_error, ''), parked_at from outbox_message where parked_at is not null
        union all
        select id, source, type, error, parked_at from parked_message where resolved_at is null
        order by 5 limit 200
        """,
        r => new ParkedMessageRow(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetString(3), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(4)))), ct);

    /// <summary>Tries it once more. False when there is no such message.</summary>
    /// <exception cref="Exception">A parked event's handler threw again; nothing has changed.</exception>
    public async Task<bool> RequeueAsync(Guid id, string reason, string subject, string organization, CancellationToken ct)
    {
        var deadLetter = await _writer.WriteAsync(async unit => (await unit.Sql.QueryAsync(
            "select body, content_type from parked_message where id = @p1 and resolved_at is null and source = 'deadLetter'",
            r => (Body: r.GetFieldValue<byte[]>(0), ContentType: r.GetString(1)), id)).FirstOrDefault(), ct);
        // Sent before it is marked: at worst it is sent twice, and the inbox drops the second.
        if (deadLetter.Body is not null) await SendAsync(deadLetter.Body, deadLetter.ContentType, ct);

        var done = await _writer.WriteAsync(async unit =>
        {
            if (await unit.Sql.ExecuteAsync("update outbox_message set parked_at = null, attempts = 0, due_at = 0 where message_id = @p1 and parked_at is not null", id) == 1)
                return true;
            foreach (var e in await unit.Sql.QueryAsync("select type, trace_parent, body from parked_message where id = @p1 and resolved_at is null and source = 'inbox'",
                r => new PagedEvent { Id = id, Type = r.GetString(0), TraceParent = r.IsDBNull(1) ? null : r.GetString(1), Body = JsonElement.Parse(r.GetFieldValue<byte[]>(2)) }, id))
                await _inbox.ReplayAsync(e, unit);
            return await ResolveAsync(unit, id, "requeued", reason, subject, organization);
        }, ct);
        if (done) _log.ParkedMessageResolved(id, "requeued", subject, organization);
        return done;
    }

    /// <summary>Gives it up for good. False when there is no such message.</summary>
    public async Task<bool> DiscardAsync(Guid id, string reason, string subject, string organization, CancellationToken ct)
    {
        var done = await _writer.WriteAsync(async unit =>
        {
            // An outbox row holds back its deviation while it stands, so it moves to where the resolved ones are kept.
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

    /// <summary>Moves dead letters from the broker to the database, where they are kept, seen and handled like the rest.</summary>
    internal async Task<int> CollectDeadLettersAsync(CancellationToken ct)
    {
        await using var connection = await _topology.ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var count = 0;
        while (await channel.BasicGetAsync(Topology.DeadLetterQueue(_service), autoAck: false, ct) is { } letter)
        {
            var (body, properties) = (letter.Body.ToArray(), letter.BasicProperties);
            await _writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
                "insert into parked_message (id, source, type, body, content_type, error, parked_at) values (@p1, 'deadLetter', @p2, @p3, @p4, @p5, @p6)",
                Guid.CreateVersion7(), _service, body, properties.ContentType ?? "application/octet-stream", Reason(properties), _clock.GetUtcNow().ToUnixTimeMilliseconds()), ct);
            await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, ct);
            count++;
        }
        if (count > 0) _log.DeadLettersParked(count);
        return count;
    }

    private async Task<bool> ResolveAsync(UnitOfWork<TDb> unit, Guid id, string resolution, string reason, string subject, string organization) => await unit.Sql.ExecuteAsync(
        "update parked_message set resolved_at = @p2, resolved_by = @p3, resolution = @p4, reason = @p5 where id = @p1 and resolved_at is null",
        id, _clock.GetUtcNow().ToUnixTimeMilliseconds(), string.Create(CultureInfo.InvariantCulture, $"{subject}@{organization}"), resolution, reason) == 1;

    private async Task SendAsync(byte[] body, string contentType, CancellationToken ct)
    {
        await using var connection = await _topology.ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), ct);
        await channel.BasicPublishAsync("", _service, mandatory: true, new BasicProperties { ContentType = contentType, Persistent = true }, body, ct);
    }

    // The broker's own word for why, as in «delivery_limit» or «rejected».
    private static string Reason(IReadOnlyBasicProperties properties) =>
        properties.Headers?.TryGetValue("x-death", out var deaths) == true && deaths is List<object> and [IDictionary<string, object> death, ..] && death.TryGetValue("reason", out var reason) && reason is byte[] word
            ? System.Text.Encoding.ASCII.GetString(word)
            : "deadLettered";
}

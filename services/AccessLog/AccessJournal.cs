using Avvik.Hosting.Callers;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Messaging.Signatures;
using Avvik.Storage;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Avvik.AccessLog;

/// <summary>Writes the log. Text leaves only after its line is on disk: when the line cannot be written, the caller gets 503 and no text.</summary>
public sealed class AccessJournal<TDb> where TDb : DbContext
{
    private const int InsertBatch = 50, PageSize = 1000;

    private readonly Writer<TDb> _writer;
    private readonly IDbContextFactory<TDb> _databases;
    private readonly ServiceKeys _keys;
    private readonly TimeProvider _clock;

    internal AccessJournal(Writer<TDb> writer, IDbContextFactory<TDb> databases, ServiceKeys keys, TimeProvider clock) =>
        (_writer, _databases, _keys, _clock) = (writer, databases, keys, clock);

    /// <summary>
    /// Logs in one line that the caller is given the text of these deviations. Call it when the answer is ready and before it leaves; concurrent reads share a
    /// commit.
    /// </summary>
    public Task ReadAsync(Caller caller, string action, IReadOnlyCollection<Guid> deviations, CancellationToken ct) => deviations.Count == 0
        ? Task.CompletedTask
        : _writer.WriteAsync(unit =>
        {
            Append(unit, caller, action, deviations);
            return Task.FromResult(true);
        }, ct);

    /// <summary>Logs that the caller asks for figures, before they are answered.</summary>
    /// <param name="question">The call, in codes and days alone.</param>
    public Task QuestionAsync(Caller caller, string question, CancellationToken ct) => _writer.WriteAsync(unit =>
    {
        Append(unit, caller, AccessActions.FiguresRead, target: question);
        return Task.FromResult(true);
    }, ct);

    /// <summary>Logs what the caller does, in the transaction that does it.</summary>
    public void Append(UnitOfWork<TDb> unit, Caller caller, string action, IReadOnlyCollection<Guid>? deviations = null, string? target = null,
        string? purpose = null) =>
        unit.AtEnd(EndOrder.AccessLog, () => AppendAsync(unit.Sql, caller, action, [.. (deviations ?? []).Distinct()], target, purpose));

    /// <summary>Logs an administrator's change, in the transaction that makes it.</summary>
    public void AppendAdministration(UnitOfWork<TDb> unit, HttpContext http) =>
        Append(unit, Caller.From(http.User), AccessActions.Administration, target: $"{http.Request.Method} {http.Request.Path}");

    private async Task AppendAsync(Statements sql, Caller caller, string action, Guid[] deviations, string? target, string? purpose)
    {
        // The update locks the row until the commit, for other instances too, so there is one chain.
        var (position, previous) = (await sql.QueryAsync(
            """
            insert into access_log_head (id, position, hash) values (1, 1, @p1)
            on conflict (id) do update set position = access_log_head.position + 1 returning position, hash
            """,
            r => (r.GetInt64(0), r.GetFieldValue<byte[]>(1)), Array.Empty<byte>()))[0];
        var entry = new AccessEntry
        {
            Position = position,
            At = DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds()),
            Subject = caller.Subject,
            ClientId = caller.ClientId,
            Roles = string.Join(' ', caller.Roles.Order(StringComparer.Ordinal)),
            Organization = caller.Organization,
            Unit = caller.Unit,
            Action = action,
            Deviations = deviations.Length == 0 ? null : string.Join(' ', deviations),
            Target = target,
            Purpose = purpose,
        };
        var hash = entry.HashAfter(previous);
        await sql.ExecuteAsync(
            """
            insert into access_log (position, at, subject, client_id, roles, organization, unit, action, deviations, target, purpose, hash)
            values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12)
            """,
            position, entry.At.ToUnixTimeMilliseconds(), entry.Subject, entry.ClientId, entry.Roles, entry.Organization, entry.Unit, action, entry.Deviations,
            target, purpose, hash);
        foreach (var some in deviations.Chunk(InsertBatch))
        {
            var rows = string.Join(", ", some.Select((_, i) => $"(@p1, @p{i + 2})"));
            await sql.ExecuteAsync($"insert into access_log_deviations (position, deviation_id) values {rows}", [position, .. some.Cast<object>()]);
        }
        await sql.ExecuteAsync("update access_log_head set hash = @p1 where id = 1", hash);
    }

    /// <summary>
    /// Checks every line from the first, or from the last cut, a page at a time, so that memory use does not grow with the log. Lines that are appended after
    /// the start are not included.
    /// </summary>
    /// <param name="organization">Whose entries are counted: how many all have would tell how much the others do.</param>
    /// <param name="anchors">Earlier heads that were kept elsewhere.</param>
    /// <param name="heads">Hashes of earlier heads, whose positions are not known.</param>
    /// <param name="progress">Called after each page with how many hundredths are checked.</param>
    /// <param name="ct">Stops the check.</param>
    /// <returns>
    /// Whether all holds, the organisation's entries that do, the position of the first line that does not (null when all do, or a head is missing), and the
    /// hash of the last that holds.
    /// </returns>
    public async Task<(bool Intact, long Entries, long? FirstBroken, byte[] Head)> VerifyAsync(string organization,
        IReadOnlyCollection<AccessAnchor> anchors, IReadOnlyCollection<byte[]> heads, Func<long, Task>? progress, CancellationToken ct)
    {
        var missing = heads.Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
        var entries = 0L;
        var anchored = anchors.ToLookup(a => a.Position, a => a.Hash);
        await using var db = await _databases.CreateDbContextAsync(ct);
        var head = await db.Set<AccessHead>().FirstOrDefaultAsync(ct);
        var end = head?.Position ?? await db.Set<AccessEntry>().MaxAsync(e => (long?)e.Position, ct) ?? 0;
        var cut = await db.Set<AccessCut>().OrderByDescending(c => c.Position).FirstOrDefaultAsync(ct);
        if (cut is not null && !_keys.Verify(cut.KeyId, cut.Digest(_keys.Service), cut.Signature)) return (false, 0, cut.Position, []);
        var start = cut?.Position ?? 0;
        var (last, previous) = (start, cut?.Hash ?? []);
        if (anchored[start].Any(hash => !hash.AsSpan().SequenceEqual(previous))) return (false, 0, start, []);
        missing.Remove(Convert.ToHexString(previous));
        while (true)
        {
            var page = await db.Set<AccessEntry>().Where(e => e.Position > last && e.Position <= end).OrderBy(e => e.Position).Take(PageSize).ToListAsync(ct);
            if (page.Count == 0) break;
            var (from, to) = (last, page[^1].Position);
            var indexed = (await db.Set<AccessedDeviation>().Where(d => d.Position > from && d.Position <= to).ToListAsync(ct))
                .ToLookup(d => d.Position, d => d.DeviationId);
            foreach (var entry in page)
            {
                if (entry.Position != last + 1 || !entry.HashAfter(previous).AsSpan().SequenceEqual(entry.Hash)
                    || !indexed[entry.Position].ToHashSet().SetEquals(entry.DeviationIds)
                    || anchored[entry.Position].Any(hash => !hash.AsSpan().SequenceEqual(entry.Hash))) return (false, entries, last + 1, previous);
                (previous, last) = (entry.Hash, entry.Position);
                if (entry.Organization == organization) entries++;
                missing.Remove(Convert.ToHexString(entry.Hash));
            }
            if (progress is not null) await progress((last - start) * 100 / (end - start));
        }
        // A chain whose last lines were removed is unbroken, but does not reach its head.
        var intact = (head is null ? last == start : head.Position == last && previous.AsSpan().SequenceEqual(head.Hash))
            && !anchors.Any(a => a.Position > last);
        return (intact && missing.Count == 0, entries, intact ? null : last + 1, previous);
    }
}

/// <summary>Adds the log to a service.</summary>
public static class AccessLogExtensions
{
    /// <summary>Registers <see cref="AccessJournal{TDb}"/>, and the anchors of the service's log where a file for them is configured.</summary>
    public static void AddAccessLog<TDb>(this IHostApplicationBuilder builder, string service) where TDb : DbContext
    {
        var services = builder.Services;
        services.AddSingleton(s => new ServiceKeys(service, s.GetRequiredService<IOptions<EventSigningOptions>>().Value));
        services.AddSingleton(s => new AccessJournal<TDb>(s.GetRequiredService<Writer<TDb>>(), s.GetRequiredService<IDbContextFactory<TDb>>(),
            s.GetRequiredService<ServiceKeys>(), s.GetRequiredService<TimeProvider>()));
        services.AddOptions<AnchorOptions>().BindConfiguration("AccessLog").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(s => new AnchorReader(s.GetRequiredService<ServiceKeys>(), s.GetRequiredService<IOptions<AnchorOptions>>()));
        services.AddHostedService(s => new AnchorWriter<TDb>(service, s.GetRequiredService<IOptions<AnchorOptions>>().Value,
            s.GetRequiredService<ServiceKeys>().Own, s.GetRequiredService<Writer<TDb>>(), s.GetRequiredService<IDbContextFactory<TDb>>(),
            async (page, ct) =>
            {
                if (s.GetRequiredService<IBusControl>().CheckHealth().Status != BusHealthStatus.Healthy) return false;
                await s.GetRequiredService<OutboxDispatcher<TDb>>().PublishInTimeAsync(page.Events[0].Type, page, ct);
                return true;
            },
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AnchorWriter<TDb>>>()));
        services.AddHostedService(s => new AccessLogRetention<TDb>(s.GetRequiredService<IOptions<AnchorOptions>>().Value, s.GetRequiredService<ServiceKeys>(),
            s.GetRequiredService<Writer<TDb>>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AccessLogRetention<TDb>>>()));
    }

    /// <summary>Keeps the heads of the other services' logs.</summary>
    public static EventHandlers<TDb> KeepAccessLogAnchors<TDb>(this EventHandlers<TDb> handlers) where TDb : DbContext =>
        handlers.Handle<AccessLogAnchored, AccessLogAnchoredHandler<TDb>>();

    /// <summary>Logs every request that is not a GET to the group, before it is handled.</summary>
    public static RouteGroupBuilder LogAdministration<TDb>(this RouteGroupBuilder group) where TDb : DbContext
    {
        group.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (!HttpMethods.IsGet(http.Request.Method))
                await http.RequestServices.GetRequiredService<Writer<TDb>>().WriteAsync(unit =>
                {
                    http.RequestServices.GetRequiredService<AccessJournal<TDb>>().AppendAdministration(unit, http);
                    return Task.FromResult(true);
                }, http.RequestAborted);
            return await next(context);
        });
        return group;
    }
}

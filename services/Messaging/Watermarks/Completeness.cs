using System.Globalization;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Avvik.Messaging.Watermarks;

/// <summary>Up to when all that a publisher decided has been applied in this service.</summary>
/// <param name="Publisher"><c>reporting</c>, <c>triage</c> or <c>routing</c>.</param>
/// <param name="CompleteUntil">Null: not known.</param>
/// <param name="HeldBackBy">
/// Why it is not known or does not advance: <c>noWatermark</c> (none since this process started), <c>watermarkMissing</c> (what was sent before was not
/// received here, as after a restore: rebuild the facts), <c>parkedAtPublisher</c>, <c>parkedHere</c>, <c>heldHere</c>; null when nothing is wrong.
/// </param>
public sealed record PublisherCompleteness(string Publisher, DateTimeOffset? CompleteUntil, string? HeldBackBy)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Publisher} {(CompleteUntil is { } at ? $"until {at:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "unknown")}{(HeldBackBy is null ? "" : $" ({HeldBackBy})")}");
}

/// <summary>
/// Whether all that happened before a moment has arrived, through every service on its way. What freezes or warns waits for it, since half of the facts
/// look like a good quarter.
/// </summary>
public sealed class Completeness<TDb>(IDbContextFactory<TDb> databases, InboxState inbox, IOptions<WatermarkOptions> options, TimeProvider clock)
    where TDb : DbContext
{
    // Whose events lead to events of whom. Routing sends reopened cases to Triage too; that is no way for a new deviation, and a circle would never advance.
    private static readonly Dictionary<string, string[]> Upstream =
        new(StringComparer.Ordinal) { ["triage"] = ["reporting"], ["routing"] = ["reporting", "triage"] };

    /// <summary>When this process began to receive.</summary>
    internal DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    /// <summary>Null when everything from before that moment has been applied; otherwise what is missing, for the log.</summary>
    public async Task<string?> MissingAsync(DateTimeOffset at, CancellationToken ct)
    {
        var missing = (await ReadAsync(ct)).Where(p => p.CompleteUntil is not { } until || until < at).ToList();
        return missing.Count == 0 ? null : string.Join(", ", missing);
    }

    /// <summary>For each publisher whose events are counted here, directly or through another service.</summary>
    public async Task<IReadOnlyList<PublisherCompleteness>> ReadAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        // A page that was received before a watermark may be applied after it, or be redelivered when the process restarts: a watermark counts when this
        // process has applied it and the margin has passed; by then the page is applied too, or held.
        var (from, to) = (StartedAt.ToUnixTimeMilliseconds(), (clock.GetUtcNow() - options.Value.Margin).ToUnixTimeMilliseconds());
        var here = inbox.Blocked is not null ? "heldHere" : await db.Set<Operations.ParkedMessage>().AnyAsync(p => p.ResolvedAt == null, ct) ? "parkedHere"
            : null;
        var senders = new List<Sender>();
        foreach (var name in Upstream.Keys)
        {
            var rows = db.Set<WatermarkRecord>().Where(w => w.Publisher == name && w.AppliedAt >= from && w.AppliedAt <= to);
            var newest = await rows.Where(w => w.Chained).OrderByDescending(w => w.CompleteUntil).FirstOrDefaultAsync(ct);
            senders.Add(new(name, newest?.CompleteUntil, newest?.Parked > 0, await db.Set<WatermarkRecord>().AnyAsync(w => w.Publisher == name && !w.Chained,
                ct),
                newest is null ? [] : JsonSerializer.Deserialize<List<AppliedWatermark>>(newest.Applied, JsonSerializerOptions.Web)!));
        }
        return [.. Upstream.Keys.Prepend("reporting").Select(CompletenessOf)];

        PublisherCompleteness CompletenessOf(string publisher)
        {
            var ways = senders.Where(s => s.Name == publisher || Upstream[s.Name].Contains(publisher, StringComparer.Ordinal)).ToList();
            var until = ways.Select(s => s.Name == publisher ? s.CompleteUntil
                : s.Applied.FirstOrDefault(a => a.Publisher == publisher)?.CompleteUntil.ToUnixTimeMilliseconds()).ToList();
            var complete = here is not null || until.Contains(null) ? null : until.Min();
            var why = here ?? (ways.Any(s => s.Missing) ? "watermarkMissing" : ways.Any(s => s.HasParked) ? "parkedAtPublisher"
                : complete is null ? "noWatermark" : null);
            return new(publisher, complete is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, why);
        }
    }

    private sealed record Sender(string Name, long? CompleteUntil, bool HasParked, bool Missing, IReadOnlyList<AppliedWatermark> Applied);
}

/// <summary>Degraded while something has to be done before what is counted is complete.</summary>
public sealed class CompletenessHealth<TDb>(Completeness<TDb> completeness, TimeProvider clock) : IHealthCheck where TDb : DbContext
{
    // Publishers that restart with this process send their first watermark after two margins, and it counts after a third.
    private static readonly TimeSpan FirstWatermarks = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var starting = clock.GetUtcNow() - completeness.StartedAt < FirstWatermarks;
        var held = (await completeness.ReadAsync(cancellationToken)).Where(p => p.HeldBackBy is { } why && !(starting && why == "noWatermark")).ToList();
        return held.Count == 0 ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Figures are incomplete, so nothing is frozen and no signals are raised: {string.Join(", ", held)}");
    }
}

/// <summary>Stores watermarks.</summary>
public static class WatermarkStore
{
    /// <summary>
    /// Forgets every watermark: completeness is unknown until each publisher has published all that it owns again, which starts a new line of watermarks.
    /// </summary>
    public static Task ForgetWatermarksAsync<TDb>(this UnitOfWork<TDb> unit) where TDb : DbContext => unit.Sql.ExecuteAsync("delete from publisher_watermark");

    /// <summary>Forgets those of one publisher. A service that forgets its own starts a new line with its next watermark.</summary>
    internal static Task ForgetWatermarksAsync<TDb>(this UnitOfWork<TDb> unit, string publisher) where TDb : DbContext =>
        unit.Sql.ExecuteAsync("delete from publisher_watermark where publisher = @p1", publisher);

    /// <summary>
    /// One that is repeated, because its publisher does not advance, counts from when this process first applied it.
    /// </summary>
    internal static Task<int> KeepAsync<TDb>(this UnitOfWork<TDb> unit, PublisherWatermark watermark, bool chained, DateTimeOffset startedAt)
        where TDb : DbContext => unit.Sql.ExecuteAsync(
        """
        insert into publisher_watermark (publisher, complete_until, previous, applied, parked, applied_at, chained)
        values (@p1, @p2, @p3, @p4, @p5, @p6, @p7)
        on conflict (publisher, complete_until) do update set parked = excluded.parked,
          applied_at = case when publisher_watermark.applied_at < @p8 then excluded.applied_at else publisher_watermark.applied_at end
        """,
        watermark.Publisher, watermark.CompleteUntil.ToUnixTimeMilliseconds(), watermark.Previous?.ToUnixTimeMilliseconds(),
        JsonSerializer.Serialize(watermark.Applied, JsonSerializerOptions.Web), watermark.Parked, unit.Clock.GetUtcNow().ToUnixTimeMilliseconds(), chained,
        startedAt.ToUnixTimeMilliseconds());
}

/// <summary>Keeps the watermarks of other publishers; a service's own comes back to it through the shared exchange and is ignored.</summary>
internal sealed class PublisherWatermarkHandler<TDb>(ServiceName service,
    Completeness<TDb> completeness) : IHandle<PublisherWatermark, TDb> where TDb : DbContext
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(1);

    public async Task HandleAsync(PublisherWatermark message, UnitOfWork<TDb> unit)
    {
        if (message.Publisher == service.Value) return;
        // A new line: what is missing from the old one has been published again. What follows it in the new one may have arrived before it.
        if (message.Previous is null)
            await unit.Sql.ExecuteAsync("delete from publisher_watermark where publisher = @p1 and complete_until <= @p2",
                message.Publisher, message.CompleteUntil.ToUnixTimeMilliseconds());
        await unit.KeepAsync(message, chained: message.Previous is null, completeness.StartedAt);
        // Each that follows one of the line belongs to it, in whatever order they arrive.
        while (await unit.Sql.ExecuteAsync(
            """
            update publisher_watermark set chained = @p2 where publisher = @p1 and chained = @p3
              and previous <= (select max(complete_until) from publisher_watermark where publisher = @p1 and chained = @p2)
            """, message.Publisher, true, false) > 0) { }
        await unit.Sql.ExecuteAsync(
            """
            delete from publisher_watermark where publisher = @p1 and chained = @p2 and applied_at < @p3
              and complete_until < (select max(complete_until) from publisher_watermark where publisher = @p1 and chained = @p2)
            """, message.Publisher, true, (unit.Clock.GetUtcNow() - Retention).ToUnixTimeMilliseconds());
    }
}

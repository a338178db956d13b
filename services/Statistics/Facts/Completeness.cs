using Avvik.Statistics.Persistence;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Facts;

/// <summary>Until when a publisher has sent everything: its watermark.</summary>
internal sealed record PublisherWatermark
{
    /// <summary>The service: <c>triage</c>, <c>routing</c>.</summary>
    public required string Publisher { get; init; }
    public required DateTimeOffset CompleteUntil { get; init; }
}

/// <summary>Whether all that happened until a moment has arrived: what freezes or warns waits for it, since half the facts look like a good quarter.</summary>
internal sealed class Completeness(IDbContextFactory<StatisticsDbContext> databases)
{
    /// <summary>The watermark of the publisher that is furthest behind; null when none has sent one.</summary>
    public async Task<DateTimeOffset?> UntilAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Watermarks.OrderBy(w => w.CompleteUntil).Select(w => (DateTimeOffset?)w.CompleteUntil).FirstOrDefaultAsync(ct);
    }

    /// <summary>False when a publisher has said that what happened before that moment may still be on its way.</summary>
    public async Task<bool> IsCompleteAsync(DateTimeOffset at, CancellationToken ct) => await UntilAsync(ct) is not { } until || until >= at;

    /// <summary>Keeps the latest watermark of a publisher.</summary>
    public static Task KeepAsync(UnitOfWork<StatisticsDbContext> unit, string publisher, DateTimeOffset completeUntil) => unit.Sql.ExecuteAsync("""
        insert into watermarks (publisher, complete_until) values (@p1, @p2)
        on conflict (publisher) do update set complete_until = excluded.complete_until where watermarks.complete_until < excluded.complete_until
        """, publisher, completeUntil.ToUnixTimeMilliseconds());
}

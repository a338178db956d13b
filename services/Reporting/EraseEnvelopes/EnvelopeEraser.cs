using Avvik.Storage;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.EraseEnvelopes;

/// <summary>
/// Erases the patient's identity when its retention time has passed (personvernforordningen art. 5 nr. 1 e). That there was one, and when it was erased, is
/// kept.
/// </summary>
internal sealed class EnvelopeEraser(Writer<ReportingDbContext> writer, IDbContextFactory<ReportingDbContext> databases, TimeProvider clock,
    ILogger<EnvelopeEraser> log)
    : PeriodicService(TimeSpan.FromMinutes(1), clock, log)
{
    private const int Batch = 500;

    protected override async Task DoAsync(CancellationToken ct)
    {
        while (await EraseAsync(ct) == Batch) { }
        // Only the current hour is counted.
        var hour = (int)(Clock.GetUtcNow().ToUnixTimeSeconds() / 3600);
        await writer.WriteAsync(unit => unit.Sql.ExecuteAsync("delete from envelope_openings where hour < @p1", hour - 1), ct);
    }

    /// <summary>Erases a batch.</summary>
    /// <returns>How many were due.</returns>
    internal async Task<int> EraseAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        var due = await db.Deviations.Where(d => d.EraseAt <= now).OrderBy(d => d.EraseAt).Select(d => d.Id).Take(Batch).ToListAsync(ct);
        await Task.WhenAll(due.Select(id => writer.WriteAsync(async unit =>
        {
            // Checked again in the transaction: a case that was reopened in between keeps its patient.
            if (await unit.Sql.ExecuteAsync("update deviations set envelope_erased_at = @p2, erase_at = null where id = @p1 and erase_at <= @p2",
                id, now.ToUnixTimeMilliseconds()) == 1)
                await unit.Sql.ExecuteAsync("delete from envelopes where deviation_id = @p1", id);
            return true;
        }, ct)));
        return due.Count;
    }
}

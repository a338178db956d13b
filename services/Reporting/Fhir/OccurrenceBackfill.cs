using System.Security.Cryptography;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Fhir;

/// <summary>
/// Gives deviations from before it was a column the time when they occurred, which is in the sealed submission, so that a search by date has them.
/// </summary>
internal sealed class OccurrenceBackfill(Writer<ReportingDbContext> writer, IDbContextFactory<ReportingDbContext> databases, TextProtector texts,
    TimeProvider clock, ILogger<OccurrenceBackfill> log) : CatchUpService(clock, log)
{
    private const int Batch = 200;

    protected override async Task<int> CatchUpAsync(CancellationToken ct)
    {
        var changed = 0;
        for (var after = Guid.Empty; ;)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var old = await db.Deviations.Where(d => d.OccurredFrom == null && d.Id.CompareTo(after) > 0).OrderBy(d => d.Id)
                .Select(d => new { d.Id, d.Submission }).Take(Batch).ToListAsync(ct);
            if (old.Count == 0) return changed;
            after = old[^1].Id;
            foreach (var row in old)
            {
                try
                {
                    var (from, until) = DeviationRecord.Occurrence(DeviationRecord.Open(row.Submission, texts));
                    changed += await writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
                        "update deviations set occurred_from = @p2, occurred_until = @p3 where id = @p1",
                        row.Id, from.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds()), ct);
                }
                // Sealed with a lost key: nobody knows when it occurred, and no date finds it.
                catch (CryptographicException) { }
            }
        }
    }
}

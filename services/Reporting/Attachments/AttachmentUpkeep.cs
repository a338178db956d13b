using System.Security.Cryptography;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Storage;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Attachments;

/// <summary>
/// Erases files with the patient's envelope, or, where there was no patient, as long after the case has ended; reseals keys that an earlier key of the ring
/// sealed; and removes files that have no row: an upload that was broken off, or an erasure.
/// </summary>
internal sealed class AttachmentUpkeep(Writer<ReportingDbContext> writer, IDbContextFactory<ReportingDbContext> databases, AttachmentFiles files,
    AttachmentKeys keys, TimeProvider clock, ILogger<AttachmentUpkeep> log) : PeriodicService(TimeSpan.FromHours(1), clock, log)
{
    private const int Batch = 200;
    // Longer than any upload: its file is there before its row.
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);
    private static readonly string[] FinalStates = [.. Vocabulary.CodesOf("caseStates").Where(CaseStates.IsFinal)];

    protected override async Task DoAsync(CancellationToken ct)
    {
        await EraseAsync(ct);
        await ResealAsync(ct);
        await RemoveOrphansAsync((Clock.GetUtcNow() - OrphanAge).UtcDateTime, ct);
    }

    internal async Task EraseAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        var ended = await db.Deviations.Where(d => db.Attachments.Any(a => a.DeviationId == d.Id)
                && (d.EnvelopeErasedAt != null || (!d.HasPatient && FinalStates.Contains(d.Status))))
            .Select(d => new
            {
                d.Id,
                d.EnvelopeErasedAt,
                d.Community,
                d.Agreement,
                LastAt = db.Timeline.Where(t => t.DeviationId == d.Id).Max(t => (DateTimeOffset?)t.At) ?? d.ReceivedAt,
            }).ToListAsync(ct);
        foreach (var d in ended)
        {
            var days = Vocabulary.DeadlinesOf(d.Community, d.Agreement).EnvelopeRetentionDaysAfterClose;
            if (d.EnvelopeErasedAt is null && NorwegianCalendar.AddDays(d.LastAt, days) > now) continue;
            // A case that was reopened in between keeps its files.
            var erased = await writer.WriteAsync(async unit =>
            {
                await unit.SerializeAsync(d.Id);
                return await unit.Db.Deviations.AsNoTracking()
                        .AnyAsync(x => x.Id == d.Id && (x.EnvelopeErasedAt != null || FinalStates.Contains(x.Status)))
                    ? await unit.Sql.QueryAsync("delete from attachments where deviation_id = @p1 returning id", r => r.GetGuid(0), d.Id) : [];
            }, ct);
            foreach (var id in erased) files.Delete(id);
        }
    }

    internal async Task<int> ResealAsync(CancellationToken ct)
    {
        var (resealed, after, prefix) = (0, Guid.Empty, keys.ActivePrefix);
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var old = await db.Attachments.Where(a => a.Id.CompareTo(after) > 0
                    && (a.Key.Substring(0, prefix.Length) != prefix || a.Name.Substring(0, prefix.Length) != prefix))
                .OrderBy(a => a.Id).Take(Batch).ToListAsync(ct);
            if (old.Count == 0) return resealed;
            after = old[^1].Id;
            foreach (var attachment in old)
            {
                try
                {
                    var (key, name) = keys.Reseal(attachment);
                    resealed += await writer.WriteAsync(unit => unit.Sql.ExecuteAsync("update attachments set key = @p1, name = @p2 where id = @p3",
                        key, name, attachment.Id), ct);
                }
                catch (CryptographicException) { log.AttachmentUnreadable(attachment.Id); }
            }
        }
    }

    internal async Task RemoveOrphansAsync(DateTime writtenBefore, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        foreach (var some in files.OlderThan(writtenBefore).Chunk(Batch))
        {
            var known = await db.Attachments.Where(a => some.Contains(a.Id)).Select(a => a.Id).ToListAsync(ct);
            foreach (var id in some.Except(known)) files.RemoveOrphan(id);
        }
    }
}

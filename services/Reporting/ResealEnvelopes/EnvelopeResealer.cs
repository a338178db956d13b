using System.Security.Cryptography;
using Avvik.Storage;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.ResealEnvelopes;

/// <summary>
/// Reseals envelopes that an earlier key sealed with the active key, so that the earlier key can be removed; and gives those from before it was kept the
/// patient's print.
/// </summary>
internal sealed partial class EnvelopeResealer(Writer<ReportingDbContext> writer, IDbContextFactory<ReportingDbContext> databases,
    PatientEnvelopes envelopes, TimeProvider clock, ILogger<EnvelopeResealer> log)
    : CatchUpService(clock, log)
{
    private const int Batch = 200;

    protected override async Task<int> CatchUpAsync(CancellationToken ct)
    {
        var (resealed, unreadable) = await ResealAsync(ct);
        if (resealed > 0) EnvelopesResealed(Log, resealed);
        if (unreadable > 0) EnvelopesUnreadable(Log, unreadable);
        return resealed;
    }

    /// <summary>Reseals all; those that the ring has no key for stay as they are.</summary>
    internal async Task<(int Resealed, int Unreadable)> ResealAsync(CancellationToken ct)
    {
        var (resealed, unreadable, after, number, prefix) = (0, 0, Guid.Empty, 0, envelopes.ActivePrefix);
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var old = await db.Set<EnvelopeRecord>().Where(v =>
                    (v.DeviationId.CompareTo(after) > 0 || (v.DeviationId == after && v.Number > number))
                    && (v.Sealed.Substring(0, prefix.Length) != prefix || v.PatientPrint == null))
                .OrderBy(v => v.DeviationId).ThenBy(v => v.Number).Take(Batch).ToListAsync(ct);
            if (old.Count == 0) return (resealed, unreadable);
            (after, number) = (old[^1].DeviationId, old[^1].Number);
            resealed += (await Task.WhenAll(old.Select(ResealOneAsync))).Sum();
        }

        async Task<int> ResealOneAsync(EnvelopeRecord envelope)
        {
            string renewed;
            byte[] print;
            try
            {
                renewed = envelopes.Reseal(envelope.DeviationId, envelope.Sealed);
                print = envelopes.PrintOf(envelopes.Open(envelope.DeviationId, renewed).Identifier!);
            }
            catch (CryptographicException)
            {
                unreadable++;
                return 0;
            }
            // One that was erased in between stays erased.
            return await writer.WriteAsync(unit => unit.Sql.ExecuteAsync(
                "update envelopes set sealed = @p2, patient_print = @p4 where deviation_id = @p1 and number = @p5 and sealed = @p3",
                envelope.DeviationId, renewed, envelope.Sealed, print, envelope.Number), ct);
        }
    }

    [LoggerMessage(4002, LogLevel.Information, "{Count} envelopes were resealed with the active key.")]
    private static partial void EnvelopesResealed(ILogger log, int count);

    [LoggerMessage(4003, LogLevel.Error, "{Count} envelopes are sealed with a key that is not in the ring; they are left unchanged.")]
    private static partial void EnvelopesUnreadable(ILogger log, int count);
}

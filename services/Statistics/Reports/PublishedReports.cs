using System.Security.Cryptography;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Reports;

/// <summary>
/// Reports and their formats that were made lately: each is made once for the frozen versions it is of, and is the same until there are others.
/// </summary>
internal sealed class PublishedReports(IDbContextFactory<StatisticsDbContext> databases, CurrentDirectory directory) : IDisposable
{
    private readonly LeastRecentlyUsed<string> _kept = new(most: 16 << 20);
    // A PDF takes a second of one core: two who ask for it wait for the same.
    private readonly SemaphoreSlim _maker = new(1, 1);

    /// <summary>A report made from frozen quarters, in canonical form; null when it cannot be made yet.</summary>
    /// <param name="path">Which one, as in the address.</param>
    public async Task<byte[]?> SumAsync(string community, string path, Func<Task<Report?>> make, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var versions = await db.ProtectedCubes.Where(c => c.Community == community).OrderBy(c => c.Quarter).ThenBy(c => c.Version)
            .Select(c => c.Seed).ToListAsync(ct);
        // A seed is as unique as its cube, also when a database has been restored; a hash of them is no secret.
        var of = Convert.ToHexString(SHA256.HashData([.. versions.SelectMany(seed => seed)]));
        return await KeepAsync($"{community}/{path} {directory.Now.Version} {of}",
            async () => await make() is { } report ? CanonicalJson.Seal(QuarterReports.Write(report)).Document : null, ct);
    }

    /// <summary>A report in a format; null for a format that there is not.</summary>
    public Task<byte[]?> FormatAsync(byte[] report, string format, CancellationToken ct) => KeepAsync(Convert.ToHexString(SHA256.HashData(report)) + format,
        () => Task.FromResult(Printed.As(format, QuarterReports.Read(report))?.Bytes), ct);

    public void Dispose() => _maker.Dispose();

    private async Task<byte[]?> KeepAsync(string key, Func<Task<byte[]?>> make, CancellationToken ct)
    {
        if (_kept.Find(key) is byte[] kept) return kept;
        await _maker.WaitAsync(ct);
        try
        {
            if (_kept.Find(key) is byte[] made) return made;
            var bytes = await make();
            if (bytes is not null) _kept.Keep(key, bytes, bytes.Length);
            return bytes;
        }
        finally
        {
            _maker.Release();
        }
    }
}

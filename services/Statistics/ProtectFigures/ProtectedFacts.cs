using System.Collections.Concurrent;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.Reports;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>The protected figures of frozen quarters: where every figure comes from that is not the caller's own.</summary>
internal sealed class ProtectedFacts(IDbContextFactory<StatisticsDbContext> databases, StringPools pools)
{
    private readonly ConcurrentDictionary<(string Community, string Quarter), (byte[] Seed, FactMonth Cases)> _latest = [];

    /// <summary>The quarter frozen last of those that have protected figures.</summary>
    public async Task<Period?> LatestAsync(string community, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.ProtectedCubes.Where(c => c.Community == community).MaxAsync(c => (string?)c.Quarter, ct) is { } quarter ? Period.Read(quarter) : null;
    }

    /// <summary>The quarters with protected figures that end on or after a day, oldest first.</summary>
    public async Task<IReadOnlyList<Period>> FrozenFromAsync(string community, DateOnly day, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var quarters = await db.ProtectedCubes.Where(c => c.Community == community).Select(c => c.Quarter).Distinct().ToListAsync(ct);
        return [.. quarters.Select(Period.Read).OfType<Period>().Where(q => q.To >= day).OrderBy(q => q.From)];
    }

    /// <summary>The latest versions of those quarters together; null when one of them has none.</summary>
    public async Task<FactSet?> ReadAsync(string community, IEnumerable<Period> quarters, CancellationToken ct)
    {
        string[] codes = [.. quarters.Select(q => q.Code)];
        await using var db = await databases.CreateDbContextAsync(ct);
        var versions = await db.ProtectedCubes.Where(c => c.Community == community && codes.Contains(c.Quarter))
            .Select(c => new { c.Quarter, c.Version, c.Seed }).ToListAsync(ct);
        var latest = versions.GroupBy(v => v.Quarter).Select(g => g.MaxBy(v => v.Version)!).OrderBy(v => v.Quarter, StringComparer.Ordinal).ToList();
        if (latest.Count < codes.Length) return null;
        var cases = new List<FactMonth>();
        foreach (var cube in latest)
        {
            // The seed is as unique as the cube, also when a database has been restored.
            if (!_latest.TryGetValue((community, cube.Quarter), out var known) || !known.Seed.AsSpan().SequenceEqual(cube.Seed))
            {
                var body = await db.ProtectedCubes.Where(c => c.Community == community && c.Quarter == cube.Quarter && c.Version == cube.Version)
                    .Select(c => c.Body).SingleAsync(ct);
                _latest[(community, cube.Quarter)] = known = (cube.Seed, Encoded(ProtectedCube.Read(body, pools)));
            }
            cases.Add(known.Cases);
        }
        return Of(cases);
    }

    public static FactSet Of(IEnumerable<CountedFact> cases) => Of([Encoded(cases)]);

    private static FactSet Of(IReadOnlyList<FactMonth> cases) => new(cases, At: 0, Weight: Protection.Base);

    // They have no day.
    private static FactMonth Encoded(IEnumerable<CountedFact> cases) => FactMonth.Encode([.. cases], firstDay: 0);
}

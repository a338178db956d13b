using Avvik.Storage;

namespace Avvik.Statistics.Reports;

/// <summary>Freezes quarters by itself, some days after they have ended.</summary>
internal sealed class QuarterFreezer(QuarterReports reports, TimeProvider clock, ILogger<QuarterFreezer> log) : PeriodicService(TimeSpan.FromMinutes(15), clock, log)
{
    protected override Task DoAsync(CancellationToken ct) => FreezeDueAsync(ct);

    /// <summary>Answers how many it froze; one that another instance was first to freeze is none of them.</summary>
    internal async Task<int> FreezeDueAsync(CancellationToken ct)
    {
        var count = 0;
        foreach (var (community, quarter) in await reports.DueAsync(ct))
        {
            if (await reports.FreezeAsync(community, quarter, version: 1, by: null, reason: null, ct) is null) continue;
            Log.QuarterFrozen(community.Code, quarter.Code);
            count++;
        }
        return count;
    }
}

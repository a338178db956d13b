using Avvik.Contracts;
using Avvik.Messaging.Watermarks;
using Avvik.Statistics.Persistence;
using Avvik.Storage;

namespace Avvik.Statistics.Reports;

/// <summary>Freezes quarters automatically, some days after they have ended.</summary>
internal sealed class QuarterFreezer(QuarterReports reports, Completeness<StatisticsDbContext> completeness, TimeProvider clock, ILogger<QuarterFreezer> log)
    : PeriodicService(TimeSpan.FromMinutes(1), clock, log)
{
    protected override Task DoAsync(CancellationToken ct) => FreezeDueAsync(ct);

    /// <summary>Answers how many it froze; one that another instance froze first is not among them.</summary>
    internal async Task<int> FreezeDueAsync(CancellationToken ct)
    {
        var count = 0;
        foreach (var (community, quarter, version) in await reports.DueAsync(ct))
        {
            if (await completeness.MissingAsync(quarter.End, ct) is { } missing)
            {
                Log.QuarterWaits(community.Code, quarter.Code, missing);
                continue;
            }
            // A quarter that was frozen before figures were rounded gets a version with rounded ones.
            var reason = version == 1 ? null : Texts.Report("reasonRounded");
            if (await reports.FreezeAsync(community, quarter, version, by: null, reason, ct) is null) continue;
            Log.QuarterFrozen(community.Code, quarter.Code);
            count++;
        }
        return count;
    }
}

using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Avvik.AccessLog;

/// <summary>
/// Removes lines that are older than the retention: each hour, at most a batch in a transaction, with a signed cut that the rest of the chain follows.
/// </summary>
internal sealed partial class AccessLogRetention<TDb>(AnchorOptions options, ServiceKeys keys, Writer<TDb> writer, TimeProvider clock,
    ILogger<AccessLogRetention<TDb>> log) : PeriodicService(TimeSpan.FromHours(1), clock, log) where TDb : DbContext
{
    private const int Batch = 5000;

    protected override async Task DoAsync(CancellationToken ct)
    {
        var removed = 0L;
        for (int cut; (cut = await CutAsync(ct)) > 0;) removed += cut;
        if (removed > 0) LinesRemoved(Log, removed, options.RetentionDays);
    }

    private Task<int> CutAsync(CancellationToken ct) => writer.WriteAsync(async unit =>
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var before = (now - TimeSpan.FromDays(options.RetentionDays)).ToUnixTimeMilliseconds();
        // From the first on: what follows the cut is whole.
        var old = (await unit.Sql.QueryAsync($"select position, at, hash from access_log order by position limit {Batch}",
            r => (Position: r.GetInt64(0), At: r.GetInt64(1), Hash: r.GetFieldValue<byte[]>(2)))).TakeWhile(l => l.At < before).ToList();
        if (old.Count == 0) return 0;
        var cut = new AccessCut { Position = old[^1].Position, Hash = old[^1].Hash, Entries = old.Count, At = now, KeyId = keys.Own.Id };
        cut.Signature = keys.Own.Sign(cut.Digest(keys.Service));
        await unit.InsertAsync(cut);
        await unit.Sql.ExecuteAsync("delete from access_log_deviations where position <= @p1", cut.Position);
        await unit.Sql.ExecuteAsync("delete from access_log where position <= @p1", cut.Position);
        return old.Count;
    }, ct);

    [LoggerMessage(1032, LogLevel.Information, "{Count} lines of the access log are older than {Days} days and were removed.")]
    private static partial void LinesRemoved(ILogger log, long count, int days);
}

using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Avvik.Storage;

/// <summary>
/// Watches the write-ahead log of SQLite. SQLite checkpoints by itself and cuts the log back to <see cref="DatabaseOptions.WalLimitMegabytes"/>, unless a
/// reader keeps its snapshot open: then the log grows until it ends, and that is logged.
/// </summary>
internal sealed class WalMonitor(IOptions<DatabaseOptions> options, TimeProvider clock, ILogger<WalMonitor> log)
    : PeriodicService(TimeSpan.FromMinutes(1), clock, log)
{
    protected override Task DoAsync(CancellationToken ct) => CheckAsync(ct);

    internal async Task CheckAsync(CancellationToken ct)
    {
        var file = new FileInfo(Path.GetFullPath(new SqliteConnectionStringBuilder(options.Value.ConnectionString).DataSource) + "-wal");
        if (!file.Exists || file.Length <= options.Value.WalLimitMegabytes * 1024L * 1024) return;
        // Passive: it copies what no reader needs any more, and neither waits for readers nor stops the writer.
        await using var connection = await options.Value.OpenAsync(ct);
        await using var checkpoint = connection.CreateCommand();
        checkpoint.CommandText = "pragma wal_checkpoint(passive)";
        await using var reader = await checkpoint.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (frames, copied) = (reader.GetInt64(1), reader.GetInt64(2));
        // All copied: the next write begins at the start of the file, and cuts it.
        if (copied < frames) Log.WalHeldByReader(file.FullName, file.Length / 1024 / 1024, options.Value.WalLimitMegabytes);
    }
}

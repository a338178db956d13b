using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Avvik.Load;

/// <summary>What the last two stages have committed, read from their database files: asking over HTTP would disturb what is measured.</summary>
internal sealed class Visible(string folder) : IDisposable
{
    private readonly CommittedRows _worklist = new(Path.Combine(folder, "routing.db"), "cases", "id");
    private readonly CommittedRows _statistics = new(Path.Combine(folder, "statistics.db"), "facts", "deviation_id");

    /// <summary>When each deviation was first seen in the worklist, as <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public IReadOnlyDictionary<Guid, long> InWorklist => _worklist.Seen;

    public IReadOnlyDictionary<Guid, long> InStatistics => _statistics.Seen;

    public (long Worklist, long Statistics) Count() => (_worklist.Count(), _statistics.Count());

    /// <summary>From here on, <see cref="Look"/> notes what is new.</summary>
    public void Forget()
    {
        _worklist.Forget();
        _statistics.Forget();
    }

    public void Look()
    {
        _worklist.Look();
        _statistics.Look();
    }

    public void Dispose()
    {
        _worklist.Dispose();
        _statistics.Dispose();
    }

    private sealed class CommittedRows : IDisposable
    {
        private readonly Dictionary<Guid, long> _seen = [];
        private readonly SqliteConnection _database;
        private readonly SqliteCommand _count, _last, _newer;
        private readonly SqliteParameter _after;

        public CommittedRows(string file, string table, string id)
        {
            _database = new($"Data Source={file};Mode=ReadOnly;Pooling=False");
            _database.Open();
            _count = Command($"select count(*) from {table}");
            _last = Command($"select coalesce(max(rowid), 0) from {table}");
            _newer = Command($"select rowid, {id} from {table} where rowid > $after order by rowid");
            _after = _newer.Parameters.AddWithValue("$after", 0L);
        }

        public IReadOnlyDictionary<Guid, long> Seen => _seen;

        public long Count() => (long)_count.ExecuteScalar()!;

        public void Forget()
        {
            _seen.Clear();
            _after.Value = (long)_last.ExecuteScalar()!;
        }

        public void Look()
        {
            using var rows = _newer.ExecuteReader();
            var now = Stopwatch.GetTimestamp();
            while (rows.Read())
            {
                _after.Value = rows.GetInt64(0);
                _seen.TryAdd(rows.GetGuid(1), now);
            }
        }

        public void Dispose()
        {
            _count.Dispose();
            _last.Dispose();
            _newer.Dispose();
            _database.Dispose();
        }

        private SqliteCommand Command(string sql)
        {
            var command = _database.CreateCommand();
            command.CommandText = sql;
            return command;
        }
    }
}

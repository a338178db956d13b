using System.ComponentModel.DataAnnotations;
using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Avvik.Contracts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.Persistence;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Statistics.Facts;

/// <summary>Section <c>Facts</c>.</summary>
internal sealed class FactOptions
{
    /// <summary>The most that is kept in memory of the months that were asked for.</summary>
    [Range(1, 100_000)]
    public int CacheMebibytes { get; set; } = 32;
}

/// <summary>A column of a month of facts, as <see cref="FactMonth"/> reads and writes it.</summary>
internal sealed record StoredColumn
{
    public required string Community { get; init; }
    /// <summary>Its first day.</summary>
    public required DateOnly Month { get; init; }
    /// <summary>Of <see cref="FactColumn"/>.</summary>
    public required int Number { get; init; }
    /// <summary>Random, and the same for all columns of a month: another when any of them is.</summary>
    public required long Version { get; init; }
    public required byte[] Body { get; init; }
}

/// <summary>A fact of that day was written: a trigger adds it in the same transaction, so that nothing is missed, whoever wrote it.</summary>
internal sealed record FactChange
{
    public long Id { get; init; }
    public required string Community { get; init; }
    public required DateOnly Day { get; init; }
}

/// <summary>
/// The facts a month at a time, on disk and, of what was asked for last, in memory. A month with a day that has changed is written anew before it is read:
/// its other days are taken from what is stored, the changed ones from <c>facts</c>.
/// </summary>
internal sealed class FactMonths(IDbContextFactory<StatisticsDbContext> databases, Writer<StatisticsDbContext> writer, StringPools pools,
    IOptions<FactOptions> options) : IDisposable
{
    // What was withdrawn, reported twice or by mistake never was a deviation; what was rejected is counted, under its state.
    private const string Counted = $"state not in ('{CaseStates.Withdrawn}', '{CaseStates.Duplicate}', '{CaseStates.EnteredInError}')";
    // A trigger notes the days of all reports of an event when one of them changes.
    private const string IsRepeat = $"exists (select 1 from facts e where e.event_id = facts.event_id and e.deviation_id < facts.deviation_id and e.{Counted})";
    private const int FirstCode = 17;
    // Bytes.
    private const long MostUnused = 8 << 20;

    private readonly LeastRecentlyUsed<(string Community, DateOnly Month, int Column, long Version)> _kept = new((long)options.Value.CacheMebibytes << 20);
    // Two requests for the same cold period must not read it twice, nor write it.
    private readonly SemaphoreSlim _loader = new(1, 1);
    private string? _select;
    // Bytes read since memory was given back.
    private long _read;
    private long _columnsRead;

    /// <summary>Bytes kept in memory, about.</summary>
    internal long KeptBytes => _kept.Bytes;

    /// <summary>Columns read from disk since the start.</summary>
    internal long ColumnsRead => Interlocked.Read(ref _columnsRead);

    /// <summary>The counted facts of a period, with those columns.</summary>
    public async Task<FactSet> ReadAsync(string community, DateOnly from, DateOnly to, DateTimeOffset at, IEnumerable<int> columns, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await using var transaction = await BeginAsync(db, ct);
        var (first, last) = (MonthOf(from), MonthOf(to).AddMonths(1).AddDays(-1));
        var changed = (await ChangesAsync(transaction, community, first, last, ct)).Select(c => MonthOf(c.Day)).Distinct().Order().ToList();
        if (changed.Count == 0) return await ReadAsync(transaction, community, from, to, at.Minutes(), columns, ct);
        await transaction.DisposeAsync();
        foreach (var month in changed) await UpdateAsync(community, month, ct);
        // What has changed since then is counted by the next question.
        await using var next = await BeginAsync(db, ct);
        return await ReadAsync(next, community, from, to, at.Minutes(), columns, ct);
    }

    /// <summary>Writes every month that has changed.</summary>
    public async Task UpdateAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var changed = await db.FactChanges.Select(c => new { c.Community, c.Day.Year, c.Day.Month }).Distinct().ToListAsync(ct);
        foreach (var month in changed.OrderBy(m => (m.Year, m.Month)))
        {
            await UpdateAsync(month.Community, new(month.Year, month.Month, 1), ct);
            GiveBack();
        }
        GiveBack();

        // Months are large and not needed long: their memory is given back, and not kept for the next ones.
        void GiveBack()
        {
            if (_read < MostUnused) return;
            _read = 0;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    public void Dispose() => _loader.Dispose();

    /// <summary>Writes a month anew if it has changed.</summary>
    private async Task UpdateAsync(string community, DateOnly month, CancellationToken ct)
    {
        await _loader.WaitAsync(ct);
        try
        {
            while (!await TryUpdateAsync(community, month, ct)) { }
        }
        finally
        {
            _loader.Release();
        }
    }

    /// <summary>False when another instance wrote it first.</summary>
    private async Task<bool> TryUpdateAsync(string community, DateOnly month, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        List<(long Id, DateOnly Day)> changes;
        var (facts, before) = (new List<CountedFact>(), 0L);
        FactMonth? written = null;
        HashSet<int> changed;
        // One snapshot for what has changed and what it has changed to.
        await using (var transaction = await BeginAsync(db, ct))
        {
            var end = month.AddMonths(1).AddDays(-1);
            changes = await ChangesAsync(transaction, community, month, end, ct);
            if (changes.Count == 0) return true;
            DateOnly[] days = [.. changes.Select(c => c.Day).Distinct().Order()];
            changed = [.. days.Select(d => d.DayNumber)];
            if (await VersionsAsync(transaction, community, month, month, ct) is [var stored])
            {
                before = stored.Version;
                var read = new byte[]?[FactColumn.Count];
                foreach (var (_, number, _, body) in await ColumnsAsync(transaction, community, month, month, [.. Enumerable.Range(0, FactColumn.Count)], ct))
                    read[number] = body;
                written = new(MonthHeader.Read(read[FactColumn.Header]!, pools), read);
            }
            // Neighbouring days in one query.
            for (var i = 0; i < days.Length; i++)
            {
                var first = i;
                while (i + 1 < days.Length && days[i + 1] == days[i].AddDays(1)) i++;
                // A list that grows needs three times the memory.
                facts.EnsureCapacity(facts.Count + (await QueryAsync(transaction,
                    "select count(*) from facts where community = @p1 and received_on between @p2 and @p3", r => (int)r.GetInt64(0), ct, community, days[first],
                    days[i]))[0]);
                await ReadFactsAsync(db, transaction, community, days[first], days[i], facts, ct);
            }
        }
        var encoded = FactMonth.Encode(facts, month.DayNumber, written, day => !changed.Contains(day));
        _read += facts.Count * (long)Unsafe.SizeOf<CountedFact>();
#pragma warning disable CA5394 // another than before; no secret
        var version = Random.Shared.NextInt64(1, long.MaxValue);
#pragma warning restore CA5394
        long[] ids = [.. changes.Select(c => c.Id)];
        return await writer.WriteAsync(async unit =>
        {
            if (await unit.Sql.ScalarAsync<long>("select version from fact_columns where community = @p1 and month = @p2 and number = 0"
                + (unit.IsSqlite ? "" : " for update"), community, month) != before) return false;
            await unit.Sql.ExecuteAsync("delete from fact_columns where community = @p1 and month = @p2 and version = @p3", community, month, before);
            for (var number = 0; number < FactColumn.Count; number++)
                // Another instance's first version of the month: the writer runs this again.
                if (await unit.Sql.ExecuteAsync("insert into fact_columns (community, month, number, version, body) values (@p1, @p2, @p3, @p4, @p5) "
                    + "on conflict do nothing", community, month, number, version, encoded.Stored(number, pools)!) == 0)
                    throw new DbUpdateConcurrencyException();
            // Those that were seen: on PostgreSQL an earlier number may still be on its way.
            if (unit.IsSqlite)
                await unit.Sql.ExecuteAsync("delete from fact_changes where community = @p1 and day between @p2 and @p3 and id <= @p4", community, month,
                    month.AddMonths(1).AddDays(-1), ids.Max());
            else await unit.Sql.ExecuteAsync("delete from fact_changes where id = any(@p1)", ids);
            return true;
        }, ct);
    }

    private async Task<FactSet> ReadAsync(DbTransaction transaction, string community, DateOnly from, DateOnly to, int at, IEnumerable<int> columns,
        CancellationToken ct)
    {
        var versions = await VersionsAsync(transaction, community, MonthOf(from), MonthOf(to), ct);
        var found = versions.ToDictionary(v => v.Month, _ => new object?[FactColumn.Count]);
        await FillAsync(_ => [FactColumn.Header]);
        await FillAsync(month => [.. columns,
            .. from > month || to < month.AddMonths(1).AddDays(-1) ? [FactColumn.Day] : Array.Empty<int>(),
            .. ((MonthHeader)found[month][FactColumn.Header]!).LastDue > at ? [FactColumn.Due] : Array.Empty<int>()]);
        return new([.. versions.Select(v => found[v.Month]).Select(c => new FactMonth((MonthHeader)c[FactColumn.Header]!, [.. c.Select(o => o as byte[])]))],
            at, 1, from.DayNumber, to.DayNumber);

        async Task FillAsync(Func<DateOnly, int[]> wanted)
        {
            if (!Missing().Any()) return;
            await _loader.WaitAsync(ct);
            try
            {
                if (Missing().ToList() is not { Count: > 0 } missing) return;
                foreach (var (month, number, version, body) in await ColumnsAsync(transaction, community, missing.Min(m => m.Month), missing.Max(m => m.Month),
                    [.. missing.Select(m => m.Number).Distinct()], ct))
                {
                    var header = number == FactColumn.Header ? MonthHeader.Read(body, pools) : null;
                    found[month][number] = (object?)header ?? body;
                    _kept.Keep((community, month, number, version), header is null ? body : header, header?.Bytes ?? body.Length);
                }
            }
            finally
            {
                _loader.Release();
            }

            IEnumerable<(DateOnly Month, int Number)> Missing()
            {
                foreach (var (month, version) in versions)
                    foreach (var number in wanted(month))
                        if (found[month][number] is null && (found[month][number] = _kept.Find((community, month, number, version))) is null)
                            yield return (month, number);
            }
        }
    }

    private static DateOnly MonthOf(DateOnly day) => new(day.Year, day.Month, 1);

    private static Task<List<(long Id, DateOnly Day)>> ChangesAsync(DbTransaction transaction, string community, DateOnly from, DateOnly to,
        CancellationToken ct) => QueryAsync(transaction, "select id, day from fact_changes where community = @p1 and day between @p2 and @p3",
            reader => (reader.GetInt64(0), reader.GetFieldValue<DateOnly>(1)), ct, community, from, to);

    private static Task<List<(DateOnly Month, long Version)>> VersionsAsync(DbTransaction transaction, string community, DateOnly from, DateOnly to,
        CancellationToken ct) => QueryAsync(transaction,
            "select month, version from fact_columns where community = @p1 and month between @p2 and @p3 and number = 0 order by month",
            reader => (reader.GetFieldValue<DateOnly>(0), reader.GetInt64(1)), ct, community, from, to);

    private async Task<List<(DateOnly Month, int Number, long Version, byte[] Body)>> ColumnsAsync(DbTransaction transaction, string community, DateOnly from,
        DateOnly to, int[] numbers, CancellationToken ct)
    {
        var columns = await QueryAsync(transaction,
            $"""
            select month, number, version, body from fact_columns where community = @p1 and month between @p2 and @p3
            and number in ({string.Join(", ", numbers)})
            """,
            reader => (Month: reader.GetFieldValue<DateOnly>(0), Number: reader.GetInt32(1), Version: reader.GetInt64(2),
                Body: reader.GetFieldValue<byte[]>(3)),
            ct, community, from, to);
        _read += columns.Sum(c => (long)c.Body.Length);
        Interlocked.Add(ref _columnsRead, columns.Count);
        return columns;
    }

    private async Task ReadFactsAsync(StatisticsDbContext db, DbTransaction transaction, string community, DateOnly from, DateOnly to,
        List<CountedFact> facts, CancellationToken ct)
    {
        await using var command = Command(transaction, _select ??= Select(db), community, from, to);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) facts.Add(Read(reader));
    }

    private static string Select(StatisticsDbContext db)
    {
        var fact = db.Model.FindEntityType(typeof(Fact))!;
        return $"""
            select received_on, answer_tenths_of_days, due_at, received_at, hops, disputes,
                escalations, reopenings, measures, measures_done, measures_checked, lessons, case when in_time then 1 else 0 end,
                case when is_open then 1 else 0 end, hand_overs, case when is_imported then 1 else 0 end,
                case when event_id is not null and {IsRepeat} then 1 else 0 end,
                {string.Join(", ", Dimension.All.Select(d => fact.FindProperty(d.Property)!.GetColumnName()))}
            from facts where community = @p1 and received_on between @p2 and @p3 and {Counted}
            """;
    }

    private CountedFact Read(DbDataReader reader)
    {
        var fact = new CountedFact
        {
            ReceivedOn = reader.GetFieldValue<DateOnly>(0).DayNumber,
            AnswerTenthsOfDays = reader.IsDBNull(1) ? CountedFact.NotAnswered : reader.GetInt32(1),
            DueMinutes = reader.IsDBNull(2) ? CountedFact.NeverDue : (int)((reader.GetInt64(2) + 59_999) / 60_000),
            ReceivedMinutes = (int)(reader.GetInt64(3) / 60_000),
            Hops = Small(4),
            Disputes = Small(5),
            Escalations = Small(6),
            Reopenings = Small(7),
            Measures = Small(8),
            MeasuresDone = Small(9),
            MeasuresChecked = Small(10),
            Lessons = Small(11),
            InTime = reader.GetInt32(12) == 1,
            IsOpen = reader.GetInt32(13) == 1,
            HandOvers = Small(14),
            IsImported = reader.GetInt32(15) == 1,
            IsRepeat = reader.GetInt32(16) == 1,
        };
        foreach (var dimension in Dimension.All)
            if (!reader.IsDBNull(FirstCode + dimension.Index))
                fact.Codes[dimension.Index] = pools[dimension].CodeOf(reader.GetString(FirstCode + dimension.Index));
        fact.CountedAs = CountedFacts.CountedAs(pools[Dimension.Kind][fact[Dimension.Kind]]);
        return fact;

        byte Small(int ordinal) => (byte)Math.Min(reader.GetInt32(ordinal), byte.MaxValue);
    }

    // SQLite's deferred transactions read without waiting for a writer.
    private static async Task<DbTransaction> BeginAsync(StatisticsDbContext db, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        return db.Database.GetDbConnection() is Microsoft.Data.Sqlite.SqliteConnection sqlite ? sqlite.BeginTransaction(deferred: true)
            : await db.Database.GetDbConnection().BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
    }

    private static async Task<List<T>> QueryAsync<T>(DbTransaction transaction, string sql, Func<DbDataReader, T> read, CancellationToken ct,
        params object[] values)
    {
        await using var command = Command(transaction, sql, values);
        // A column goes from the wire to where it is kept.
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }

    private static DbCommand Command(DbTransaction transaction, string sql, params object[] values)
    {
        var command = transaction.Connection!.CreateCommand();
#pragma warning disable CA2100 // the text is ours alone: values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        foreach (var (i, value) in values.Index())
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i + 1}", value);
            command.Parameters.Add(parameter);
        }
        return command;
    }
}

/// <summary>Writes months that have changed before somebody asks for them.</summary>
internal sealed class FactMonthUpdater(FactMonths months, TimeProvider clock, ILogger<FactMonthUpdater> log)
    : PeriodicService(TimeSpan.FromMinutes(1), clock, log)
{
    protected override Task DoAsync(CancellationToken ct) => months.UpdateAsync(ct);
}

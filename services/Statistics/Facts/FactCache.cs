using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Avvik.Contracts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Facts;

/// <summary>
/// The facts in memory, a day at a time. The number and the sum of their content hashes tell, from the index alone, whether a day is as it was when it
/// was read; a day that is not is read again. Nothing is notified of a change, so no change can be missed, whichever instance wrote it.
/// </summary>
internal sealed class FactCache(StringPools pools) : IDisposable
{
    // What was withdrawn, reported twice or by mistake never was a deviation; what was rejected is counted, under its state.
    private const string Counted = $"state not in ('{CaseStates.Withdrawn}', '{CaseStates.Duplicate}', '{CaseStates.EnteredInError}')";
    private const int FirstCode = 16;

    private readonly ConcurrentDictionary<(string Community, DateOnly Day), Day> _days = new();
    // Two requests for the same cold period must not read it twice.
    private readonly SemaphoreSlim _loader = new(1, 1);
    private string? _select;

    /// <summary>The counted facts of a period, in arrays of a day each, in the order of the days.</summary>
    public async Task<IReadOnlyList<CountedFact[]>> ReadAsync(StatisticsDbContext db, string community, DateOnly from, DateOnly to, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        // One snapshot for what has changed and what it has changed to. SQLite's deferred transactions read without waiting for a writer.
        await using var transaction = db.Database.CurrentTransaction is null ? await BeginAsync(db.Database.GetDbConnection(), ct) : null;
        var present = new List<(DateOnly Day, long Count, long Hashes)>();
        await using (var command = Command(db, transaction, """
            select received_on, count(*), sum(stamp) from facts where community = @p1 and received_on between @p2 and @p3
            group by received_on order by received_on
            """, community, from, to))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) present.Add((reader.GetFieldValue<DateOnly>(0), reader.GetInt64(1), Convert.ToInt64(reader.GetValue(2), null)));

        var days = new Dictionary<DateOnly, CountedFact[]>();
        if (!present.TrueForAll(IsCurrent))
        {
            await _loader.WaitAsync(ct);
            try
            {
                // Neighbouring days that have changed are read in one query. What was read here is what is answered, whatever another request caches.
                for (var i = 0; i < present.Count; i++)
                {
                    if (IsCurrent(present[i])) continue;
                    var first = i;
                    while (i + 1 < present.Count && !IsCurrent(present[i + 1])) i++;
                    await LoadAsync(db, transaction, community, present[first].Day, present[i].Day, days, ct);
                }
            }
            finally
            {
                _loader.Release();
            }
        }
        if (transaction is not null) await transaction.CommitAsync(ct);
        return [.. present.Select(p => days[p.Day])];

        bool IsCurrent((DateOnly Day, long Count, long Hashes) day)
        {
            if (!_days.TryGetValue((community, day.Day), out var known) || (known.Count, known.Hashes) != (day.Count, day.Hashes)) return false;
            days[day.Day] = known.Facts;
            return true;
        }
    }

    public void Dispose() => _loader.Dispose();

    private async Task LoadAsync(StatisticsDbContext db, DbTransaction? transaction, string community, DateOnly from, DateOnly to,
        Dictionary<DateOnly, CountedFact[]> days, CancellationToken ct)
    {
        await using var command = Command(db, transaction, _select ??= Select(db), community, from, to);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (day, count, hashes, facts) = (DateOnly.MinValue, 0L, 0L, new List<CountedFact>());
        while (await reader.ReadAsync(ct))
        {
            var receivedOn = reader.GetFieldValue<DateOnly>(0);
            if (receivedOn != day) Keep();
            day = receivedOn;
            count++;
            hashes += reader.GetInt64(1);
            if (reader.GetInt32(2) == 1) facts.Add(Read(reader, day));
        }
        Keep();

        void Keep()
        {
            if (count > 0)
            {
                days[day] = [.. facts];
                _days[(community, day)] = new(count, hashes, days[day]);
            }
            (count, hashes) = (0, 0);
            facts.Clear();
        }
    }

    private static string Select(StatisticsDbContext db)
    {
        var fact = db.Model.FindEntityType(typeof(Fact))!;
        return $"""
            select received_on, stamp, case when {Counted} then 1 else 0 end, answer_tenths_of_days, due_at, received_at, hops, disputes,
                escalations, reopenings, measures, measures_done, measures_checked, lessons, case when in_time then 1 else 0 end,
                case when is_open then 1 else 0 end, {string.Join(", ", Dimension.All.Select(d => fact.FindProperty(d.Property)!.GetColumnName()))}
            from facts where community = @p1 and received_on between @p2 and @p3 order by received_on
            """;
    }

    private CountedFact Read(DbDataReader reader, DateOnly day)
    {
        var fact = new CountedFact
        {
            AnswerTenthsOfDays = reader.IsDBNull(3) ? CountedFact.NotAnswered : reader.GetInt32(3),
            DueMinutes = reader.IsDBNull(4) ? CountedFact.NeverDue : (int)((reader.GetInt64(4) + 59_999) / 60_000),
            ReceivedMinutes = (int)(reader.GetInt64(5) / 60_000),
            ReceivedOn = day.DayNumber,
            Hops = Small(6),
            Disputes = Small(7),
            Escalations = Small(8),
            Reopenings = Small(9),
            Measures = Small(10),
            MeasuresDone = Small(11),
            MeasuresChecked = Small(12),
            Lessons = Small(13),
            InTime = reader.GetInt32(14) == 1,
            IsOpen = reader.GetInt32(15) == 1,
        };
        foreach (var dimension in Dimension.All)
            if (!reader.IsDBNull(FirstCode + dimension.Index))
                fact.Codes[dimension.Index] = pools[dimension].CodeOf(reader.GetString(FirstCode + dimension.Index));
        fact.CountedAs = CountedFacts.CountedAs(pools[Dimension.Kind][fact[Dimension.Kind]]);
        return fact;

        byte Small(int ordinal) => (byte)Math.Min(reader.GetInt32(ordinal), byte.MaxValue);
    }

    private static ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken ct) =>
        connection is Microsoft.Data.Sqlite.SqliteConnection sqlite ? ValueTask.FromResult<DbTransaction>(sqlite.BeginTransaction(deferred: true))
        : connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);

    private static DbCommand Command(StatisticsDbContext db, DbTransaction? transaction, string sql, params object[] values)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (i, value) in values.Index())
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i + 1}", value);
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private sealed record Day(long Count, long Hashes, CountedFact[] Facts);
}

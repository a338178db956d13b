using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Text.RegularExpressions;
using Avvik.Contracts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Facts;

/// <summary>
/// The facts in memory, a day at a time. The number and the sum of their stamps tell, from the index alone, whether a day is as it was when it was
/// read; a day that is not is read again. Nothing is told of a change, so nothing can be missed, by whichever instance it was written.
/// </summary>
internal sealed partial class CountedFacts
{
    // What was taken back, reported twice or by mistake never was a deviation; what was rejected is counted, under its state.
    private const string Counted = $"state not in ('{CaseStates.Withdrawn}', '{CaseStates.Duplicate}', '{CaseStates.EnteredInError}')";

    private static readonly string Select = $"""
        select received_on, stamp, case when {Counted} then 1 else 0 end, answer_tenths_of_days, due_at, hops, disputes, escalations, reopenings,
            measures, measures_done, measures_checked, lessons, case when in_time then 1 else 0 end, case when is_open then 1 else 0 end,
            {string.Join(", ", Enum.GetNames<Column>().Select(c => Humps().Replace(c, "_$0").ToLowerInvariant()))}
        from facts where community = @p1 and received_on between @p2 and @p3 order by received_on
        """;
    private const int FirstCode = 15;

    private readonly CodeBook[] _books = [.. Enum.GetValues<Column>().Select(_ => new CodeBook())];
    private readonly ConcurrentDictionary<(string Community, DateOnly Day), Day> _days = new();

    public CodeBook Book(Column column) => _books[(int)column];

    /// <summary>The counted facts of a period, in arrays of a day each, in the order of the days.</summary>
    public async Task<IReadOnlyList<CountedFact[]>> ReadAsync(StatisticsDbContext db, string community, DateOnly from, DateOnly to, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        // One moment of the table for what has changed and what it has changed to. SQLite's deferred transactions read without waiting for a writer.
        await using var transaction = db.Database.CurrentTransaction is null ? await BeginAsync(db.Database.GetDbConnection(), ct) : null;
        var present = new List<(DateOnly Day, long Count, long Stamps)>();
        await using (var command = Command(db, transaction, "select received_on, count(*), sum(stamp) from facts where community = @p1 and received_on between @p2 and @p3 group by received_on order by received_on", community, from, to))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) present.Add((reader.GetFieldValue<DateOnly>(0), reader.GetInt64(1), Convert.ToInt64(reader.GetValue(2), null)));

        // Neighbouring days that have changed are read in one go. What was read here is what is answered, whatever another request puts in its place.
        var days = new Dictionary<DateOnly, CountedFact[]>();
        for (var i = 0; i < present.Count; i++)
        {
            if (IsCurrent(present[i])) continue;
            var first = i;
            while (i + 1 < present.Count && !IsCurrent(present[i + 1])) i++;
            await LoadAsync(db, transaction, community, present[first].Day, present[i].Day, days, ct);
        }
        if (transaction is not null) await transaction.CommitAsync(ct);
        return [.. present.Select(p => days[p.Day])];

        bool IsCurrent((DateOnly Day, long Count, long Stamps) day)
        {
            if (!_days.TryGetValue((community, day.Day), out var known) || (known.Count, known.Stamps) != (day.Count, day.Stamps)) return false;
            days[day.Day] = known.Facts;
            return true;
        }
    }

    private async Task LoadAsync(StatisticsDbContext db, DbTransaction? transaction, string community, DateOnly from, DateOnly to, Dictionary<DateOnly, CountedFact[]> days, CancellationToken ct)
    {
        await using var command = Command(db, transaction, Select, community, from, to);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (day, count, stamps, facts) = (DateOnly.MinValue, 0L, 0L, new List<CountedFact>());
        while (await reader.ReadAsync(ct))
        {
            var receivedOn = reader.GetFieldValue<DateOnly>(0);
            if (receivedOn != day) Keep();
            day = receivedOn;
            count++;
            stamps += reader.GetInt64(1);
            if (reader.GetInt32(2) == 1) facts.Add(Read(reader, day));
        }
        Keep();

        void Keep()
        {
            if (count > 0)
            {
                days[day] = [.. facts];
                _days[(community, day)] = new(count, stamps, days[day]);
            }
            (count, stamps) = (0, 0);
            facts.Clear();
        }
    }

    private CountedFact Read(DbDataReader reader, DateOnly day)
    {
        var fact = new CountedFact
        {
            AnswerTenthsOfDays = reader.IsDBNull(3) ? -1 : reader.GetInt32(3),
            DueMinutes = reader.IsDBNull(4) ? 0 : (int)((reader.GetInt64(4) + 59_999) / 60_000),
            ReceivedOn = day.DayNumber,
            Hops = Small(5),
            Disputes = Small(6),
            Escalations = Small(7),
            Reopenings = Small(8),
            Measures = Small(9),
            MeasuresDone = Small(10),
            MeasuresChecked = Small(11),
            Lessons = Small(12),
            InTime = reader.GetInt32(13) == 1,
            IsOpen = reader.GetInt32(14) == 1,
        };
        for (var c = 0; c < _books.Length; c++)
            if (!reader.IsDBNull(FirstCode + c)) fact.Codes[c] = _books[c].CodeOf(reader.GetString(FirstCode + c));
        return fact;

        byte Small(int ordinal) => (byte)Math.Min(reader.GetInt32(ordinal), byte.MaxValue);
    }

    private static ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken ct) => connection is Microsoft.Data.Sqlite.SqliteConnection sqlite
        ? ValueTask.FromResult<DbTransaction>(sqlite.BeginTransaction(deferred: true))
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

    private sealed record Day(long Count, long Stamps, CountedFact[] Facts);

    [GeneratedRegex("(?<!^)[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Humps();
}

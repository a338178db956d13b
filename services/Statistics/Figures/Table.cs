using System.Globalization;
using System.Text;
using Avvik.Contracts;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Figures;

/// <summary>The figures that answer a question, before it is decided who may see which.</summary>
internal sealed record Table(Question Question, IReadOnlyList<(string?[] Values, Tally Tally)> Rows, Tally Total)
{
    // What was taken back, reported twice or by mistake never was a deviation; what was rejected is counted, under its state.
    private const string Counted = $"state not in ('{CaseStates.Withdrawn}', '{CaseStates.Duplicate}', '{CaseStates.EnteredInError}')";

    private static readonly Comparer<string?[]> Ordinal = Comparer<string?[]>.Create((a, b) =>
    {
        for (var i = 0; i < a.Length; i++)
            if (string.CompareOrdinal(a[i], b[i]) is not 0 and var order) return order;
        return 0;
    });

    /// <summary>One statement, so one moment of the table: counts by the dimensions and the answer time. The rest is arithmetic on those.</summary>
    public static async Task<Table> QueryAsync(StatisticsDbContext db, Question question, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        string Parameter(object value)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{command.Parameters.Count + 1}");
            parameter.Value = value;
            command.Parameters.Add(parameter);
            return parameter.ParameterName;
        }
        var columns = string.Concat(question.By.Select(d => d.Column + ", "));
        var sql = new StringBuilder($"""
            select {columns}answer_tenths_of_days, count(*), sum(case when is_open then 1 else 0 end), sum(case when in_time then 1 else 0 end), sum(hops)
            from facts where community = {Parameter(question.Community)} and received_on between {Parameter(question.From)} and {Parameter(question.To)} and {Counted}
            """);
        foreach (var (dimension, values) in question.Filters)
            sql.Append(dimension.Name == Dimension.PatientGroup
                ? $" and ({string.Join(" or ", values.Select(v => $"{dimension.Column} like {Parameter($"%,{v},%")}"))})"
                : $" and {dimension.Column} in ({string.Join(", ", values.Select(Parameter))})");
        command.CommandText = sql.Append(CultureInfo.InvariantCulture, $" group by {columns}answer_tenths_of_days").ToString();

        var (rows, total, dimensions) = (new SortedDictionary<string?[], Tally>(Ordinal), new Tally(), question.By.Count);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var bin = new Bin(reader.IsDBNull(dimensions) ? null : reader.GetInt32(dimensions), reader.GetInt64(dimensions + 1), reader.GetInt64(dimensions + 2),
                reader.GetInt64(dimensions + 3), reader.GetInt64(dimensions + 4));
            total.Add(bin);
            foreach (var values in RowsOf([.. Enumerable.Range(0, dimensions).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))], question.By))
            {
                if (!rows.TryGetValue(values, out var tally)) rows.Add(values, tally = new());
                tally.Add(bin);
            }
        }
        return new(question, [.. rows.Select(r => (r.Key, r.Value))], total);
    }

    /// <summary>A deviation of two patient groups belongs in the row of each.</summary>
    private static IEnumerable<string?[]> RowsOf(string?[] values, IReadOnlyList<Dimension> by)
    {
        if (by.Count == 0) return [];
        var at = by.Index().FirstOrDefault(d => d.Item.Name == Dimension.PatientGroup, (-1, null!)).Index;
        if (at < 0) return [values];
        var groups = values[at]!.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return groups.Length == 0 ? [With(null)] : groups.Select(With);

        string?[] With(string? group)
        {
            var row = values.ToArray();
            row[at] = group;
            return row;
        }
    }
}

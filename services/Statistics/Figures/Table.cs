using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;

namespace Avvik.Statistics.Figures;

/// <summary>The figures that answer a question, before it is decided who may see which.</summary>
internal sealed record Table(Question Question, IReadOnlyList<(string?[] Values, Tally Tally)> Rows, Tally Total)
{
    private static readonly Comparer<string?[]> Ordinal = Comparer<string?[]>.Create((a, b) =>
    {
        for (var i = 0; i < a.Length; i++)
            if (string.CompareOrdinal(a[i], b[i]) is not 0 and var order) return order;
        return 0;
    });

    private static readonly string?[] NoMember = [null];

    public static async Task<Table> QueryAsync(CountedFacts facts, StatisticsDbContext db, Question question, CancellationToken ct)
    {
        var days = await facts.ReadAsync(db, question.Community, question.From, question.To, ct);
        (int Column, bool[] Wanted)[] filters = [.. question.Filters.Select(f => ((int)f.Dimension.Column, Wanted(facts.Book(f.Dimension.Column), f.Dimension, f.Values)))];
        int[] columns = [.. question.By.Select(d => (int)d.Column)];

        // A key is one number for the codes of all the columns.
        int[] sizes = [.. columns.Select(c => facts.Book((Column)c).Count)];
        var (tallies, total) = (new Dictionary<ulong, Tally>(), new Tally());
        foreach (var day in days)
            foreach (ref readonly var fact in day.AsSpan())
            {
                if (!Matches(fact, filters)) continue;
                var key = 0ul;
                for (var i = 0; i < columns.Length; i++) key = checked(key * (ulong)sizes[i] + (ulong)fact.Codes[columns[i]]);
                if (!tallies.TryGetValue(key, out var tally)) tallies.Add(key, tally = new());
                tally.Add(fact);
            }

        var rows = new SortedDictionary<string?[], Tally>(Ordinal);
        var isSplit = question.By.Any(d => d.IsSet);
        foreach (var (key, tally) in tallies)
        {
            total.Add(tally);
            var (values, rest) = (new string?[columns.Length], key);
            for (var i = columns.Length - 1; i >= 0; i--)
            {
                (rest, var code) = Math.DivRem(rest, (ulong)sizes[i]);
                values[i] = facts.Book((Column)columns[i])[(int)code];
            }
            if (!isSplit)
            {
                if (columns.Length > 0) rows.Add(values, tally);
                continue;
            }
            foreach (var row in RowsOf(values, question.By))
            {
                if (!rows.TryGetValue(row, out var sum)) rows.Add(row, sum = new());
                sum.Add(tally);
            }
        }
        return new(question, [.. rows.Select(r => (r.Key, r.Value))], total);
    }

    private static bool Matches(in CountedFact fact, (int Column, bool[] Wanted)[] filters)
    {
        foreach (var (column, wanted) in filters)
            if (fact.Codes[column] is var code && (code >= wanted.Length || !wanted[code])) return false;
        return true;
    }

    private static bool[] Wanted(CodeBook book, Dimension dimension, string[] values) =>
        [.. Enumerable.Range(0, book.Count).Select(code => book[code] is { } value && (dimension.IsSet ? value.Split(',').Intersect(values).Any() : values.Contains(value)))];

    /// <summary>A deviation of two patient groups belongs in the row of each, and so it is with causes and hops.</summary>
    private static IEnumerable<string?[]> RowsOf(string?[] values, IReadOnlyList<Dimension> by)
    {
        IEnumerable<string?[]> rows = [values];
        foreach (var (at, dimension) in by.Index())
            if (dimension.IsSet)
                rows = rows.SelectMany(row => Members(row[at]!).Distinct(StringComparer.Ordinal).Select(member => row.Select((value, i) => i == at ? member : value).ToArray()));
        return rows;
    }

    /// <summary>The codes of a set; one that is none when it is empty.</summary>
    public static IReadOnlyList<string?> Members(string set) => set.Split(',', StringSplitOptions.RemoveEmptyEntries) is [_, ..] members ? members : NoMember;
}

using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>Facts to count: of one party or unit, whole; or the protected ones of a community, each of which stands for several.</summary>
/// <param name="At">The minute they are of.</param>
/// <param name="Weight">How many deviations each stands for.</param>
internal sealed record FactSet(IReadOnlyList<CountedFact[]> Days, int At, int Weight)
{
    public static FactSet Whole(IReadOnlyList<CountedFact[]> days, DateTimeOffset at) => new(days, at.Minutes(), 1);
}

/// <summary>The figures that answer a question.</summary>
internal sealed record Table(FiguresQuery Query, IReadOnlyList<(string?[] Values, Aggregate Figures)> Rows, Aggregate Total)
{
    private static readonly Comparer<string?[]> Ordinal = Comparer<string?[]>.Create((a, b) =>
    {
        for (var i = 0; i < a.Length; i++)
            if (string.CompareOrdinal(a[i], b[i]) is not 0 and var order) return order;
        return 0;
    });

    public static Table Of(FiguresQuery query, FactSet facts, StringPools pools, Func<CountedFact, bool>? isIncluded)
    {
        (int Index, bool[] Wanted)[] filters = [.. query.Filters.Select(f => (f.Dimension.Index, Wanted(pools[f.Dimension], f.Dimension, f.Values)))];
        int[] indexes = [.. query.By.Select(d => d.Index)];

        // A key is one number for the codes of all the dimensions.
        int[] sizes = [.. query.By.Select(d => pools[d].Count)];
        var (aggregates, total) = (new Dictionary<ulong, Aggregate>(), new Aggregate(facts.At, facts.Weight));
        foreach (var day in facts.Days)
            foreach (ref readonly var fact in day.AsSpan())
            {
                if (!Matches(fact, filters) || isIncluded?.Invoke(fact) == false) continue;
                var key = 0ul;
                for (var i = 0; i < indexes.Length; i++) key = checked(key * (ulong)sizes[i] + (ulong)fact.Codes[indexes[i]]);
                if (!aggregates.TryGetValue(key, out var aggregate)) aggregates.Add(key, aggregate = new(facts.At, facts.Weight));
                aggregate.Add(fact);
            }

        var rows = new SortedDictionary<string?[], Aggregate>(Ordinal);
        var isSplit = query.By.Any(d => d.IsSet);
        foreach (var (key, aggregate) in aggregates)
        {
            total.Add(aggregate);
            var (values, rest) = (new string?[indexes.Length], key);
            for (var i = indexes.Length - 1; i >= 0; i--)
            {
                (rest, var code) = Math.DivRem(rest, (ulong)sizes[i]);
                values[i] = pools[query.By[i]][(int)code];
            }
            if (!isSplit)
            {
                if (indexes.Length > 0) rows.Add(values, aggregate);
                continue;
            }
            foreach (var row in RowsOf(values, query.By))
            {
                if (!rows.TryGetValue(row, out var sum)) rows.Add(row, sum = new(facts.At, facts.Weight));
                sum.Add(aggregate);
            }
        }
        return new(query, [.. rows.Select(r => (r.Key, r.Value))], total);
    }

    private static bool Matches(in CountedFact fact, (int Index, bool[] Wanted)[] filters)
    {
        foreach (var (index, wanted) in filters)
            if (fact.Codes[index] is var code && (code >= wanted.Length || !wanted[code])) return false;
        return true;
    }

    private static bool[] Wanted(StringPool pool, Dimension dimension, string[] values) =>
        [.. Enumerable.Range(0, pool.Count).Select(code => pool[code] is { } value
            && (dimension.IsSet ? value.Split(',').Intersect(values).Any() : values.Contains(value)))];

    /// <summary>A deviation of two patient groups belongs in the row of each; the same goes for causes and hops.</summary>
    private static IEnumerable<string?[]> RowsOf(string?[] values, IReadOnlyList<Dimension> by)
    {
        IEnumerable<string?[]> rows = [values];
        foreach (var (at, dimension) in by.Index())
            if (dimension.IsSet)
                rows = rows.SelectMany(row => Dimension.Members(row[at]).Distinct(StringComparer.Ordinal)
                    .Select(member => row.Select((value, i) => i == at ? member : value).ToArray()));
        return rows;
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>Facts to count: of one party or unit, whole; or the protected ones of a community, each of which stands for several.</summary>
/// <param name="At">The minute they are of.</param>
/// <param name="Weight">How many deviations each stands for.</param>
/// <param name="FirstDay">The day number of the first day counted.</param>
/// <param name="LastDay">The last day counted.</param>
internal sealed record FactSet(IReadOnlyList<FactMonth> Months, int At, int Weight, int FirstDay = int.MinValue, int LastDay = int.MaxValue)
{
    /// <summary>The facts, some at a time, with what the columns that were read have of them.</summary>
    public IEnumerable<CountedFact[]> Facts => Months.SelectMany(m => m.Decode(FirstDay, LastDay, At));
}

/// <summary>The figures of a row.</summary>
/// <param name="Answers">How many answers stand behind the days.</param>
internal sealed record RowFigures(long Count, long GoodCollaboration, long Proposals, long Open, long Answers, long Due, long InTime, long Hops,
    (decimal? Median, decimal? P90) AnswerDays)
{
    public decimal? AnsweredInTimePercent => Aggregate.PercentOf(InTime, Due);

    public decimal? MeanHops => Aggregate.MeanOf(Hops, Count);
}

/// <summary>The figures that answer a question.</summary>
internal sealed record Table(FiguresQuery Query, IReadOnlyList<(string?[] Values, RowFigures Figures)> Rows, RowFigures Total)
{
    private static readonly Comparer<string?[]> Ordinal = Comparer<string?[]>.Create((a, b) =>
    {
        for (var i = 0; i < a.Length; i++)
            if (string.CompareOrdinal(a[i], b[i]) is not 0 and var order) return order;
        return 0;
    });

    /// <summary>The columns that answer the question.</summary>
    public static IEnumerable<int> Columns(FiguresQuery query, bool hasOwn) => query.By.Concat(query.Filters.Select(f => f.Dimension))
        .Select(d => d.Block).OfType<Block>().Append(Block.Course).Concat(hasOwn ? [Block.Parties] : Array.Empty<Block>()).Distinct().Select(FactColumn.Of);

    public static Table Of(FiguresQuery query, FactSet facts, StringPools pools, Func<CountedFact, bool>? isIncluded)
    {
        var cells = new Cells(query, facts, pools, isIncluded);

        // A deviation of two patient groups belongs in the row of each; the same goes for causes and hops.
        var rows = new Dictionary<string, (string?[] Values, int Index)>(StringComparer.Ordinal);
        var rowsOf = new Dictionary<long, int[]>();
        foreach (var combination in cells.Combinations)
            rowsOf.Add(combination, query.By.Count == 0 ? [] : [.. RowsOf(cells.Values(combination), query.By).Select(row =>
            {
                var key = string.Join('\n', row.Select(value => value ?? "\0"));
                if (!rows.TryGetValue(key, out var known)) rows.Add(key, known = (row, rows.Count));
                return known.Index;
            })]);
        var (figures, total) = cells.Figures(rowsOf, rows.Count);
        return new(query, [.. rows.Values.OrderBy(r => r.Values, Ordinal).Select(r => (r.Values, figures[r.Index]))], total);
    }

    private static IEnumerable<string?[]> RowsOf(string?[] values, IReadOnlyList<Dimension> by)
    {
        IEnumerable<string?[]> rows = [values];
        foreach (var (at, dimension) in by.Index())
            if (dimension.IsSet)
                rows = rows.SelectMany(row => Dimension.Members(row[at]).Distinct(StringComparer.Ordinal)
                    .Select(member => row.Select((value, i) => i == at ? member : value).ToArray()));
        return rows;
    }

    /// <summary>
    /// Counts by the combinations that the facts have of the dimensions asked for. Filters and whose cases they are are decided once for each combination of
    /// a block and month, so that a fact costs a few additions. Facts are read twice: to know how many there are of each combination, and then by the time
    /// their answer took, since the course of a curve depends on how many are left. Cores share the months.
    /// </summary>
    private sealed class Cells
    {
        private const int MostCores = 4, Chunk = 2048, Batch = 1 << 17;
        // Far enough below zero to stay there whatever is added.
        private const long Excluded = long.MinValue / 16;

        private readonly FactSet _facts;
        private readonly StringPools _pools;
        private readonly IReadOnlyList<Dimension> _by;
        private readonly List<Part> _parts = [];
        // What facts of different courses add when they are due: their places are the first part of a key, each twice, not due and due.
        private readonly List<Vector256<int>> _added = [];
        // By month, and by combination of the course.
        private readonly long[][] _courses;
        private readonly Counts _counts;
        private readonly ParallelOptions _cores = new() { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostCores) };

        public Cells(FiguresQuery query, FactSet facts, StringPools pools, Func<CountedFact, bool>? isIncluded)
        {
            (_facts, _pools, _by) = (facts, pools, query.By);
            var courses = new Dictionary<Vector256<int>, int>();
            _courses = [.. facts.Months.Select(m => Array.ConvertAll(m.Header.Entries[(int)Block.Course], entry =>
            {
                if (Added(entry) is var added && courses.TryAdd(added, _added.Count)) _added.Add(added);
                return 2L * courses[added] + (IsAllDue(m) ? 1 : 0);
            }))];
            (Dimension Dimension, bool[] Wanted)[] filters = [.. query.Filters.Select(f => (f.Dimension, Wanted(pools[f.Dimension], f.Dimension, f.Values)))];
            var size = Courses;
            foreach (var block in query.By.Concat(query.Filters.Select(f => f.Dimension)).Select(d => d.Block)
                .Concat(isIncluded is null ? [] : [Block.Parties]).Distinct())
            {
                int[] places = [.. query.By.Index().Where(d => d.Item.Block == block).Select(d => d.Index)];
                (Dimension, bool[])[] wanted = [.. filters.Where(f => f.Dimension.Block == block)];
                var part = new Part(block, [.. places.Select(p => query.By[p])], places, size);
                foreach (var month in facts.Months)
                {
                    var keys = Array.ConvertAll(block is { } b ? month.Header.Entries[(int)b] : [month.Header.Common], entry =>
                        Matches(entry, wanted) && (block != Block.Parties || isIncluded?.Invoke(entry) != false) ? part.KeyOf(entry) : Excluded);
                    part.Keys.Add(Array.TrueForAll(keys, key => key == 0) ? [] : keys);
                }
                size = checked(size * Math.Max(1, part.Count));
                _parts.Add(part);
            }
            _counts = new(size);
            Parallel.For(0, facts.Months.Count, _cores, () => (Counts: new Counts(size), Keys: new long[Chunk]), (number, _, core) =>
            {
                var rows = facts.Months[number].Header.Rows;
                for (var start = 0; start < rows; start += Chunk)
                {
                    var keys = core.Keys.AsSpan(0, Math.Min(Chunk, rows - start));
                    ReadKeys(number, start, keys);
                    core.Counts.Add(keys);
                }
                return core;
            }, core =>
            {
                lock (_counts) _counts.Add(core.Counts);
            });
        }

        // Times two: not due and due.
        private long Courses => Math.Max(1, 2 * _added.Count);

        /// <summary>Those that there are, of what is asked for.</summary>
        public IEnumerable<long> Combinations => _counts.Cells.Select(c => c.Key / Courses).Distinct();

        public string?[] Values(long combination)
        {
            var values = new string?[_by.Count];
            foreach (var part in _parts)
            {
                var codes = part.CodesOf(combination * Courses);
                for (var i = 0; i < part.By.Length; i++) values[part.Places[i]] = _pools[part.By[i]][codes[i]];
            }
            return values;
        }

        /// <param name="rowsOf">The rows that each combination is counted in.</param>
        /// <param name="rows">How many there are.</param>
        public (RowFigures[] Rows, RowFigures Total) Figures(Dictionary<long, int[]> rowsOf, int rows)
        {
            // The last is the total, in which each fact is once.
            var (counts, followed) = (new Vector256<int>[rows + 1], new long[rows + 1]);
            var curvesOf = new List<int[]>();
            foreach (var (cell, key, count) in _counts.Cells)
            {
                var added = _added[(int)(key % Courses / 2)];
                var isFollowed = added[Lane.Open] > 0 || added[Lane.Answered] > 0;
                if (key % 2 == 0) added &= Lane.WhenNotDue;
                var of = rowsOf[key / Courses];
                foreach (var row in of.Append(rows)) (counts[row], followed[row]) = (counts[row] + added * count, followed[row] + (isFollowed ? count : 0));
                if (isFollowed) Keep(cell, of.Length > 0 ? of : [rows]);
            }
            var curves = new Curves(followed, curvesOf);
            Follow(curves);

            var figures = new RowFigures[rows + 1];
            for (var row = 0; row <= rows; row++)
            {
                var c = counts[row];
                long Of(int lane) => (long)_facts.Weight * c[lane];
                figures[row] = new(Of(Lane.Count), Of(Lane.GoodCollaboration), Of(Lane.Proposals), Of(Lane.Open), Of(Lane.Answered), Of(Lane.Due),
                    Of(Lane.InTime), Of(Lane.Hops), curves.End(row));
            }
            return (figures[..rows], figures[rows]);

            void Keep(int cell, int[] of)
            {
                foreach (var (place, row) in of.Index())
                {
                    if (place == curvesOf.Count) curvesOf.Add([.. Enumerable.Repeat(Curves.None(rows), _counts.Length)]);
                    curvesOf[place][cell] = row;
                }
            }
        }

        /// <summary>Tells the curves of all answers and waits, in the order that they need.</summary>
        private void Follow(Curves curves)
        {
            var (runs, starts, cells) = (Runs(), new List<int>(), new int[Math.Min(Batch, _facts.Months.Sum(m => m.Header.Rows))]);
            for (int first = 0, next; first < runs.Count; first = next)
            {
                starts.Clear();
                var rows = 0;
                for (next = first; next < runs.Count && (next == first || rows + runs[next].Rows <= Batch); next++)
                {
                    starts.Add(rows);
                    rows += runs[next].Rows;
                }
                if (rows > cells.Length) cells = new int[rows];
                Parallel.For(first, next, _cores, () => new long[Chunk], (number, _, keys) =>
                {
                    var run = runs[number];
                    for (var done = 0; done < run.Rows; done += Chunk)
                    {
                        var some = keys.AsSpan(0, Math.Min(Chunk, run.Rows - done));
                        ReadKeys(run.Month, run.Start + done, some);
                        _counts.Find(some, cells.AsSpan(starts[number - first] + done, some.Length));
                    }
                    return keys;
                }, _ => { });
                for (var number = first; number < next; number++)
                    curves.Add(runs[number].Tenths, runs[number].IsWaiting, cells.AsSpan(starts[number - first], runs[number].Rows));
            }
        }

        /// <summary>The rows of each month with the same answer time, or that have waited as long, in the order that the curves need.</summary>
        private List<Run> Runs()
        {
            var runs = new List<Run>();
            foreach (var (number, month) in _facts.Months.Index())
            {
                var header = month.Header;
                for (var i = 0; i < header.RunTenths.Length; i++)
                    runs.Add(new(header.RunTenths[i], false, number, i == 0 ? 0 : header.RunEnds[i - 1], header.RunEnds[i]));
                for (var i = 0; i < header.Received.Length;)
                {
                    var (first, tenths) = (i, CountedFact.WaitingTenthsOfDays(header.Received[i], _facts.At));
                    while (i < header.Received.Length && CountedFact.WaitingTenthsOfDays(header.Received[i], _facts.At) == tenths) i++;
                    runs.Add(new(tenths, true, number, header.Answered + first, header.Answered + i));
                }
            }
            runs.Sort((a, b) => a.Tenths != b.Tenths ? a.Tenths.CompareTo(b.Tenths) : a.IsWaiting.CompareTo(b.IsWaiting));
            return runs;
        }

        private void ReadKeys(int number, int start, Span<long> keys)
        {
            var month = _facts.Months[number];
            keys.Clear();
            month.AddKeys(Block.Course, start, _courses[number], keys);
            foreach (var part in _parts)
            {
                var of = part.Keys[number];
                if (of.Length == 0) continue;
                if (part.Block is { } block) month.AddKeys(block, start, of, keys);
                else
                    for (var i = 0; i < keys.Length; i++) keys[i] += of[0];
            }
            if (!IsAllDue(month))
            {
                var due = month.DueMinutes.Slice(start, keys.Length);
                for (var i = 0; i < keys.Length; i++) keys[i] += due[i] <= _facts.At ? 1 : 0;
            }
            var first = month.Header.FirstDay;
            if (_facts.FirstDay <= first && _facts.LastDay >= DateOnly.FromDayNumber(first).AddMonths(1).DayNumber - 1) return;
            var days = month.Days.Slice(start, keys.Length);
            for (var i = 0; i < keys.Length; i++)
                if (first + days[i] < _facts.FirstDay || first + days[i] > _facts.LastDay) keys[i] = Excluded;
        }

        private bool IsAllDue(FactMonth month) => month.Header.LastDue <= _facts.At;

        private static Vector256<int> Added(CountedFact fact)
        {
            var (isDeviation, isDue) = (fact.CountedAs is CountedAs.Deviation, fact.WasDue(at: 0));
            int If(bool condition) => condition ? 1 : 0;
            return Vector256.Create(If(isDeviation), If(fact.CountedAs is CountedAs.GoodCollaboration), If(fact.CountedAs is CountedAs.Proposal),
                If(isDeviation && fact.IsOpen), If(isDeviation && fact.IsAnswered), If(isDeviation && isDue), If(isDeviation && isDue && fact.InTime),
                isDeviation ? fact.Hops : 0);
        }

        private static bool Matches(in CountedFact fact, (Dimension Dimension, bool[] Wanted)[] filters)
        {
            foreach (var (dimension, wanted) in filters)
                if (fact[dimension] is var code && (code >= wanted.Length || !wanted[code])) return false;
            return true;
        }

        private static bool[] Wanted(StringPool pool, Dimension dimension, string[] values) =>
            [.. Enumerable.Range(0, pool.Count).Select(code => pool[code] is { } value
                && (dimension.IsSet ? value.Split(',').Intersect(values).Any() : values.Contains(value)))];
    }

    /// <summary>How many facts have each key.</summary>
    private sealed class Counts(long size)
    {
        private const int MostDense = 1 << 20;
        // By key and one more; the first is of the facts that do not count.
        private readonly int[] _dense = size < MostDense ? new int[size + 1] : [];
        private readonly Dictionary<long, (int Cell, int Count)> _sparse = [];

        private bool IsDense => _dense.Length > 0;

        /// <summary>One more than the largest cell.</summary>
        public int Length => IsDense ? _dense.Length : _sparse.Count + 1;

        /// <summary>What was counted.</summary>
        public IEnumerable<(int Cell, long Key, int Count)> Cells => IsDense
            ? Enumerable.Range(1, _dense.Length - 1).Where(cell => _dense[cell] > 0).Select(cell => (cell, cell - 1L, _dense[cell]))
            : _sparse.Select(c => (c.Value.Cell, c.Key, c.Value.Count));

        /// <param name="keys">Less than zero for those that do not count.</param>
        public void Add(ReadOnlySpan<long> keys)
        {
            var counts = _dense;
            if (IsDense)
                foreach (var key in keys) counts[Math.Max(key, -1) + 1]++;
            else
                foreach (var key in keys) Add(key, 1);
        }

        public void Add(Counts others)
        {
            for (var cell = 1; cell < _dense.Length; cell++) _dense[cell] += others._dense[cell];
            foreach (var (key, (_, count)) in others._sparse) Add(key, count);
        }

        /// <summary>The cells of keys that were counted, and 0 of those that do not count.</summary>
        public void Find(ReadOnlySpan<long> keys, Span<int> cells)
        {
            if (IsDense)
                for (var i = 0; i < keys.Length; i++) cells[i] = (int)Math.Max(keys[i], -1) + 1;
            else
                for (var i = 0; i < keys.Length; i++) cells[i] = keys[i] < 0 ? 0 : _sparse[keys[i]].Cell;
        }

        private void Add(long key, int count)
        {
            if (key < 0) return;
            ref var counted = ref CollectionsMarshal.GetValueRefOrAddDefault(_sparse, key, out var isKnown);
            counted = (isKnown ? counted.Cell : _sparse.Count, counted.Count + count);
        }
    }

    /// <summary>The curves of the rows, the last of which is the total. Most answers cost a subtraction: only some change a curve's course.</summary>
    private sealed class Curves
    {
        // By cell: the curve of its first row, of its second, and so on.
        private readonly IReadOnlyList<int[]> _curvesOf;
        private readonly AnswerCurve[] _curves;
        // How many answers each curve was not told of yet, and how many more it need not be told of. The last is no curve.
        private readonly int[] _given, _until;
        // How many wait of each, of those at hand, and which do.
        private readonly int[] _waits;
        private readonly List<int> _waiting = [];

        /// <param name="counts">How many each curve is of.</param>
        /// <param name="curvesOf"><see cref="None"/> where a cell has no curve.</param>
        public Curves(long[] counts, IReadOnlyList<int[]> curvesOf)
        {
            (_curvesOf, _curves) = (curvesOf, Array.ConvertAll(counts, count => new AnswerCurve(count)));
            (_given, _until, _waits) = (new int[counts.Length + 1], new int[counts.Length + 1], new int[counts.Length + 1]);
            for (var row = 0; row < counts.Length; row++) Expect(row);
        }

        public static int None(int rows) => rows + 1;

        /// <summary>Facts that were answered after the same time, or have waited as long. Ascending; at the same time, answers before waits.</summary>
        public void Add(int tenths, bool isWaiting, ReadOnlySpan<int> cells)
        {
            var all = 0;
            foreach (var (place, curveOf) in _curvesOf.Index())
            {
                var without = _curves.Length == 1 ? Count(curveOf, cells) : isWaiting ? Wait(tenths, curveOf, cells) : Answer(tenths, curveOf, cells);
                // Each fact that is followed has a first curve: without rows the total's.
                if (place == 0) all = cells.Length - without;
            }
            if (all == 0) return;
            if (isWaiting) _curves[^1].AddWaits(all);
            else _curves[^1].AddAnswers(tenths, all);
        }

        public (decimal? Median, decimal? P90) End(int row) => _curves[row].End();

        // Each of these answers how many of the cells have no curve.
        private static int Count(int[] curveOf, ReadOnlySpan<int> cells)
        {
            var without = 0;
            foreach (var cell in cells) without += curveOf[cell];
            return without;
        }

        private int Answer(int tenths, int[] curveOf, ReadOnlySpan<int> cells)
        {
            var until = _until;
            until[_curves.Length] = int.MaxValue;
            foreach (var cell in cells)
                if (--until[curveOf[cell]] == 0) Tell(curveOf[cell], tenths);
            return int.MaxValue - until[_curves.Length];
        }

        private int Wait(int tenths, int[] curveOf, ReadOnlySpan<int> cells)
        {
            foreach (var cell in cells)
                if (_waits[curveOf[cell]]++ == 0) _waiting.Add(curveOf[cell]);
            var without = _waits[_curves.Length];
            foreach (var row in _waiting)
            {
                var waits = _waits[row];
                _waits[row] = 0;
                if (row == _curves.Length || _curves[row].IsComplete) continue;
                if (_given[row] - _until[row] is > 0 and var answers) _curves[row].AddAnswers(tenths, answers);
                _curves[row].AddWaits(waits);
                Expect(row);
            }
            _waiting.Clear();
            return without;
        }

        private void Tell(int row, int tenths)
        {
            _curves[row].AddAnswers(tenths, _given[row]);
            Expect(row);
        }

        private void Expect(int row) => _given[row] = _until[row] = (int)Math.Min(_curves[row].Until, int.MaxValue);
    }

    /// <summary>What a fact adds to the counts, in the order of the vector.</summary>
    private static class Lane
    {
        public const int Count = 0, GoodCollaboration = 1, Proposals = 2, Open = 3, Answered = 4, Due = 5, InTime = 6, Hops = 7;
        public static readonly Vector256<int> WhenNotDue = Vector256.Create(-1, -1, -1, -1, -1, 0, 0, -1);
    }

    private readonly record struct Run(int Tenths, bool IsWaiting, int Month, int Start, int End)
    {
        public int Rows => End - Start;
    }

    /// <summary>The part of a key that a block decides: the number of the combination of its dimensions, times those of the parts before.</summary>
    /// <param name="Block">Null for what all facts of a month have alike.</param>
    /// <param name="Places">Of those dimensions among all that are asked for.</param>
    private sealed record Part(Block? Block, Dimension[] By, int[] Places, long Stride)
    {
        private readonly Dictionary<(int, int, int, int), int> _numbers = [];
        private readonly List<int[]> _codes = [];

        /// <summary>By month, and by combination of the block; a month in which it adds nothing has none.</summary>
        public List<long[]> Keys { get; } = [];

        public int Count => _codes.Count;

        public long KeyOf(CountedFact entry)
        {
            int Code(int i) => i < By.Length ? entry[By[i]] : 0;
            var codes = (Code(0), Code(1), Code(2), Code(3));
            if (_numbers.TryAdd(codes, _codes.Count)) _codes.Add([codes.Item1, codes.Item2, codes.Item3, codes.Item4]);
            return _numbers[codes] * Stride;
        }

        /// <summary>In the order of <see cref="By"/>.</summary>
        public int[] CodesOf(long key) => _codes[(int)(key / Stride % Count)];
    }
}

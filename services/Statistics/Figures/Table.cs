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
        cells.Count();

        // A deviation of two patient groups belongs in the row of each; the same goes for causes and hops.
        var rows = new SortedDictionary<string?[], int>(Ordinal);
        var rowsOfKey = new Dictionary<long, int[]>();
        foreach (var key in cells.Keys)
            rowsOfKey.TryAdd(key, query.By.Count == 0 ? [] : [.. RowsOf(cells.Values(key), query.By).Select(row =>
            {
                if (!rows.TryGetValue(row, out var index)) rows.Add(row, index = rows.Count);
                return index;
            })]);
        var (figures, total) = cells.Figures(rowsOfKey, rows.Count);
        return new(query, [.. rows.Select(r => (r.Key, figures[r.Value]))], total);
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
    /// a block and month, so that a fact costs a few additions. Each core counts some of the months.
    /// </summary>
    private sealed class Cells
    {
        private const int NotFollowed = -1, MostCores = 4;
        // Far enough below zero to stay there whatever is added.
        private const long Excluded = long.MinValue / 16;

        private readonly FactSet _facts;
        private readonly StringPools _pools;
        private readonly IReadOnlyList<Dimension> _by;
        private readonly List<Part> _parts = [];
        // By month: what a combination of the course adds, when it was not due and when it was.
        private readonly Vector256<int>[][] _added;
        private readonly Core[] _cores;
        // By month and row: the core's cell, of those whose answer or waiting time counts.
        private readonly int[][] _followed;

        public Cells(FiguresQuery query, FactSet facts, StringPools pools, Func<CountedFact, bool>? isIncluded)
        {
            (_facts, _pools, _by) = (facts, pools, query.By);
            (Dimension Dimension, bool[] Wanted)[] filters = [.. query.Filters.Select(f => (f.Dimension, Wanted(pools[f.Dimension], f.Dimension, f.Values)))];
            var size = 1L;
            foreach (var block in query.By.Concat(query.Filters.Select(f => f.Dimension)).Select(d => d.Block)
                .Concat(isIncluded is null ? [] : [Block.Parties]).Distinct())
            {
                Dimension[] by = [.. query.By.Where(d => d.Block == block)];
                (Dimension, bool[])[] wanted = [.. filters.Where(f => f.Dimension.Block == block)];
                var part = new Part(block, by, size);
                foreach (var month in facts.Months)
                {
                    var keys = Array.ConvertAll(block is { } b ? month.Header.Entries[(int)b] : [month.Header.Common], entry =>
                        Matches(entry, wanted) && (block != Block.Parties || isIncluded?.Invoke(entry) != false) ? part.KeyOf(entry) : Excluded);
                    part.Keys.Add(Array.TrueForAll(keys, key => key == 0) ? [] : keys);
                }
                size = checked(size * Math.Max(1, part.Count));
                _parts.Add(part);
            }
            _added = [.. facts.Months.Select(m => m.Header.Entries[(int)Block.Course].SelectMany(e => new[] { Added(e, false), Added(e, true) }).ToArray())];
            var cores = Math.Clamp(facts.Months.Count, 1, Math.Min(Environment.ProcessorCount, MostCores));
            _cores = [.. Enumerable.Range(0, cores).Select(_ => new Core(size))];
            _followed = [.. facts.Months.Select(m => GC.AllocateUninitializedArray<int>(m.Header.Rows))];
        }

        /// <summary>The combinations that there are; one may come twice.</summary>
        public IEnumerable<long> Keys => _cores.SelectMany(core => Enumerable.Range(0, core.Cells).Where(core.IsMet).Select(core.KeyOf));

        public string?[] Values(long key)
        {
            var values = new string?[_by.Count];
            foreach (var part in _parts)
                foreach (var (dimension, code) in part.CodesOf(key)) values[_by.Index().First(d => d.Item == dimension).Index] = _pools[dimension][code];
            return values;
        }

        public void Count() => Parallel.For(0, _cores.Length, core =>
        {
            for (var number = core; number < _facts.Months.Count; number += _cores.Length) Count(number, _cores[core]);
        });

        private void Count(int number, Core core)
        {
            var (month, followed) = (_facts.Months[number], _followed[number]);
            var header = month.Header;
            for (int start = 0, count; start < header.Rows; start += count)
            {
                // Those answered and those not are never in one chunk.
                count = Math.Min(Core.Chunk, (start < header.Answered ? header.Answered : header.Rows) - start);
                ReadKeys(number, month, start, core.KeysRead.AsSpan(0, count));
                Count(number, month, start, core, followed.AsSpan(start, count));
            }
            foreach (var cell in followed.AsSpan(header.Answered))
                if (cell >= 0) core.Waiting[cell]++;
        }

        /// <summary>Counts a chunk whose keys are read, and notes the cell of those that are followed.</summary>
        private void Count(int number, FactMonth month, int start, Core core, Span<int> cells)
        {
            Span<long> keys = core.KeysRead.AsSpan(0, cells.Length);
            Span<int> indexes = core.Indexes.AsSpan(0, cells.Length);
            month.Read(Block.Course, start, indexes);
            var allDue = month.Header.LastDue <= _facts.At;
            var due = allDue ? [] : month.DueMinutes.Slice(start, cells.Length);
            var (added, isDense) = (_added[number], core.IsDense);
            var counts = core.Counts;
            var lane = start < month.Header.Answered ? Lane.Answered : Lane.Open;
            int[] mask = Array.ConvertAll(added, a => a[lane] > 0 ? 0 : NotFollowed);
            for (var i = 0; i < cells.Length; i++)
            {
                var key = keys[i];
                if (key < 0)
                {
                    cells[i] = NotFollowed;
                    continue;
                }
                var cell = (int)key;
                if (!isDense) (cell, counts) = (core.CellOf(key), core.Counts);
                var course = 2 * indexes[i] + (allDue || due[i] <= _facts.At ? 1 : 0);
                counts[cell] += added[course];
                cells[i] = cell | mask[course];
            }
        }

        /// <param name="rowsOfKey">The rows that each combination is counted in.</param>
        /// <param name="rows">How many there are.</param>
        public (RowFigures[] Rows, RowFigures Total) Figures(Dictionary<long, int[]> rowsOfKey, int rows)
        {
            // The last is the total, in which each fact is once.
            var (counts, waiting) = (new Vector256<int>[rows + 1], new long[rows + 1]);
            var rowsOf = Array.ConvertAll(_cores, core =>
                Enumerable.Range(0, core.Cells).Select(cell => core.IsMet(cell) ? rowsOfKey[core.KeyOf(cell)] : []).ToArray());
            foreach (var (core, of) in _cores.Zip(rowsOf))
                for (var cell = 0; cell < of.Length; cell++)
                    foreach (var row in of[cell].Append(rows))
                        (counts[row], waiting[row]) = (counts[row] + core.Counts[cell], waiting[row] + core.Waiting[cell]);
            var curves = new Curves([.. counts.Select((c, row) => c[Lane.Answered] + waiting[row])], rowsOf);
            foreach (var run in Runs())
                curves.Add(run.Month % _cores.Length, run.Tenths, run.IsWaiting, _followed[run.Month].AsSpan(run.Start..run.End));

            var figures = new RowFigures[rows + 1];
            for (var row = 0; row <= rows; row++)
            {
                var c = counts[row];
                long Of(int lane) => (long)_facts.Weight * c[lane];
                figures[row] = new(Of(Lane.Count), Of(Lane.GoodCollaboration), Of(Lane.Proposals), Of(Lane.Open), Of(Lane.Answered), Of(Lane.Due),
                    Of(Lane.InTime), Of(Lane.Hops), curves.End(row));
            }
            return (figures[..rows], figures[rows]);
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
                    var (first, tenths) = (i, Waited(header.Received[i]));
                    while (i < header.Received.Length && Waited(header.Received[i]) == tenths) i++;
                    runs.Add(new(tenths, true, number, header.Answered + first, header.Answered + i));
                }
            }
            runs.Sort((a, b) => a.Tenths != b.Tenths ? a.Tenths.CompareTo(b.Tenths) : a.IsWaiting.CompareTo(b.IsWaiting));
            return runs;

            int Waited(int received) => new CountedFact { ReceivedMinutes = received }.WaitingTenthsOfDays(_facts.At);
        }

        private void ReadKeys(int number, FactMonth month, int start, Span<long> keys)
        {
            keys.Clear();
            foreach (var part in _parts)
            {
                var of = part.Keys[number];
                if (of.Length == 0) continue;
                if (part.Block is { } block) month.AddKeys(block, start, of, keys);
                else
                    for (var i = 0; i < keys.Length; i++) keys[i] += of[0];
            }
            var first = month.Header.FirstDay;
            if (_facts.FirstDay <= first && _facts.LastDay >= DateOnly.FromDayNumber(first).AddMonths(1).DayNumber - 1) return;
            var days = month.Days.Slice(start, keys.Length);
            for (var i = 0; i < keys.Length; i++)
                if (first + days[i] < _facts.FirstDay || first + days[i] > _facts.LastDay) keys[i] = Excluded;
        }

        private static Vector256<int> Added(CountedFact fact, bool wasDue)
        {
            var (isDeviation, isDue) = (fact.CountedAs is CountedAs.Deviation, wasDue && fact.WasDue(at: 0));
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

    /// <summary>What one core has counted, by cell: a key, or where there are too many keys those that it has met.</summary>
    private sealed class Core(long size)
    {
        public const int Chunk = 2048;
        private const int MostKeys = 1 << 16, MostMapped = 1 << 20;
        private readonly List<long> _met = [];
        private readonly Dictionary<long, int> _cells = [];
        // One more than the cell, by key; 0 for a key that was not met.
        private readonly int[] _mapped = size is > MostKeys and <= MostMapped ? new int[size] : [];

        public bool IsDense => size <= MostKeys;
        public Vector256<int>[] Counts { get; private set; } = new Vector256<int>[size <= MostKeys ? size : 64];
        public int[] Waiting { get; private set; } = new int[size <= MostKeys ? size : 64];
        public int Cells => IsDense ? (int)size : _met.Count;
        // Of the chunk at hand.
        public long[] KeysRead { get; } = new long[Chunk];
        public int[] Indexes { get; } = new int[Chunk];

        public long KeyOf(int cell) => IsDense ? cell : _met[cell];

        public bool IsMet(int cell) => !IsDense || Counts[cell] != default;

        public int CellOf(long key)
        {
            var cell = _mapped.Length > 0 ? _mapped[key] - 1 : _cells.GetValueOrDefault(key, -1);
            if (cell >= 0) return cell;
            cell = _met.Count;
            _met.Add(key);
            if (_mapped.Length > 0) _mapped[key] = cell + 1;
            else _cells.Add(key, cell);
            if (cell == Counts.Length)
            {
                var (counts, waiting) = (Counts, Waiting);
                Array.Resize(ref counts, 2 * cell);
                Array.Resize(ref waiting, 2 * cell);
                (Counts, Waiting) = (counts, waiting);
            }
            return cell;
        }
    }

    /// <summary>The curves of the rows, the last of which is the total. Most answers cost a subtraction: only some change a curve's course.</summary>
    private sealed class Curves
    {
        // By core and cell.
        private readonly int[][][] _rowsOf;
        // The row of each cell, where each has one.
        private readonly int[][] _rowOf;
        private readonly AnswerCurve[] _curves;
        // How many answers each curve was not told of yet, and how many more it need not be told of.
        private readonly int[] _given, _until;

        public Curves(long[] counts, int[][][] rowsOf)
        {
            var hasRows = counts.Length > 1;
            _rowsOf = rowsOf;
            _rowOf = Array.ConvertAll(rowsOf, of =>
                hasRows && Array.TrueForAll(of, r => r.Length <= 1) ? Array.ConvertAll(of, r => r.FirstOrDefault()) : []);
            (_curves, _given, _until) = (Array.ConvertAll(counts, count => new AnswerCurve(count)), new int[counts.Length], new int[counts.Length]);
            for (var row = 0; row < counts.Length; row++) Expect(row);
        }

        /// <summary>Facts that were answered after the same time, or have waited as long. Ascending; at the same time, answers before waits.</summary>
        /// <param name="core">That has counted them.</param>
        /// <param name="cells">Less than zero for those that do not count.</param>
        public void Add(int core, int tenths, bool isWaiting, ReadOnlySpan<int> cells)
        {
            var (all, rowOf) = (0, _rowOf[core]);
            if (isWaiting || rowOf.Length == 0)
                foreach (var cell in cells)
                {
                    if (cell < 0) continue;
                    all++;
                    foreach (var row in _rowsOf[core][cell]) Add(row, tenths, isWaiting);
                }
            else all = AddAnswers(tenths, cells, rowOf, _until);
            if (all == 0) return;
            if (isWaiting) _curves[^1].AddWaits(all);
            else _curves[^1].AddAnswers(tenths, all);
        }

        private int AddAnswers(int tenths, ReadOnlySpan<int> cells, int[] rowOf, int[] until)
        {
            var all = 0;
            foreach (var cell in cells)
            {
                if (cell < 0) continue;
                all++;
                if (--until[rowOf[cell]] == 0) Tell(rowOf[cell], tenths);
            }
            return all;
        }

        public (decimal? Median, decimal? P90) End(int row) => _curves[row].End();

        private void Add(int row, int tenths, bool isWaiting)
        {
            if (!isWaiting)
            {
                if (--_until[row] == 0) Tell(row, tenths);
                return;
            }
            ref var curve = ref _curves[row];
            if (curve.IsComplete) return;
            if (_given[row] - _until[row] is > 0 and var answers) curve.AddAnswers(tenths, answers);
            curve.AddWaits(1);
            Expect(row);
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
    }

    private readonly record struct Run(int Tenths, bool IsWaiting, int Month, int Start, int End);

    /// <summary>The part of a key that a block decides: the number of the combination of its dimensions, times those of the parts before.</summary>
    /// <param name="Block">Null for what all facts of a month have alike.</param>
    private sealed record Part(Block? Block, Dimension[] By, long Stride)
    {
        private readonly Dictionary<(int, int, int, int), int> _numbers = [];
        private readonly List<(int, int, int, int)> _codes = [];

        /// <summary>By month, and by combination of the block; a month in which it adds nothing has none.</summary>
        public List<long[]> Keys { get; } = [];

        public int Count => _codes.Count;

        public long KeyOf(CountedFact entry)
        {
            int Code(int i) => i < By.Length ? entry[By[i]] : 0;
            var codes = (Code(0), Code(1), Code(2), Code(3));
            if (!_numbers.TryGetValue(codes, out var number))
            {
                _numbers.Add(codes, number = _codes.Count);
                _codes.Add(codes);
            }
            return number * Stride;
        }

        public IEnumerable<(Dimension Dimension, int Code)> CodesOf(long key)
        {
            var (a, b, c, d) = _codes[(int)(key / Stride % Count)];
            return By.Zip([a, b, c, d]);
        }
    }
}

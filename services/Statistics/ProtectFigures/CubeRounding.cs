using System.Globalization;
using System.Runtime.InteropServices;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>
/// Rounds the counts of a period to a base. The result is a list of made-up cases that each stand for <see cref="Protection.Base"/> deviations: every
/// figure is a sum over it, so that any two figures agree. This is small count rounding (PLS; Langsrud and Heldal 2018, Statistics Norway's
/// SmallCountRounding) with every inner cell small: the inner cells are rounded to 0 or the base, and a search keeps the published sums near the true ones.
/// </summary>
/// <remarks>
/// <para>A made-up case is put together of blocks (who, what, harm, course …) of different real ones, so that it is nobody's profile. The blocks are
/// fitted to all counts by one and by two properties; nothing is fitted by three, and nothing by three is published.</para>
/// <para>A count by one property is wrong by at most the base, either way; so is one by two that a report shows, but for a few in a thousand, and any other
/// count by two by at most twice that, as nearly. No count is known to be exact, not even a zero. So five more deviations of any one
/// profile, wherever it counts, would fit everything that is published: no count can be narrowed to less than that.</para>
/// <para>A revision keeps the cases of the version before but for a random part of them. Were only those changed that have become more than the base wrong,
/// each change would tell that a late case has crossed that line.</para>
/// </remarks>
internal sealed class CubeRounding
{
    private const int Base = Protection.Base, SingleWeight = 20, ShownWeight = 3, BeyondWeight = 40, MostProposals = 200_000, ProposalsForEach = 400,
        Candidates = 24, Few = 8, Attempts = 8, Patience = 12, MostRounds = 80, RenewalsForEach = 24;

    // What a value of a block is made of. Numbers of the course of a case go with the last.
    private static readonly Dimension[][] Blocks =
        [.. Enum.GetValues<Block>().Select(block => Dimension.All.Where(d => d.Block == block).ToArray())];
    private const int Parties = (int)Block.Parties, Category = (int)Block.Category, Harm = (int)Block.Harm, Hops = (int)Block.HopPair,
        Course = (int)Block.Course, PatientGroup = (int)Block.PatientGroup;

    // What a report can be of, and what it then is divided by.
    private static readonly HashSet<string> Subjects = ["region", "patientGroup", "agreement"], Divisions =
    [
        .. Subjects, "direction", "clause", "category", "kind", "harm", "serious", "cause", "closed", "overdue", "open", "disputed", "escalated", "reopened",
        "handedOver", "imported", "repeat", "measures", "planned", "done", "effectChecked", "lessons",
    ];

    private readonly SeededRandom _random;
    private readonly StringPools _pools;
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    // By key: its block, and what it is a value of. Key 0 is none.
    private readonly List<int> _blocks = [0];
    private readonly List<string> _names = [""];
    private readonly Dictionary<string, int>[] _indexes = [.. Blocks.Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];
    private readonly List<BlockValue>[] _values = [.. Blocks.Select(_ => new List<BlockValue>())];
    private readonly List<int[]> _true = [];
    private readonly List<int[]> _rounded = [];
    // For each two properties in a square, and for each one in its first row.
    private Count[] _counts = [];
    // By key: the block's value of each true case that counts under it, and which of the block's values do.
    private List<int>[] _having = [];
    private bool[][] _counting = [];
    // While a block is exchanged: the keys that differ, by how often, and a place for each key to find that out.
    private readonly List<(int Key, int Times)> _parts = [], _others = [];
    private int[] _times = [];
    private bool _isUndoing;
    private int _width;
    private long _loss, _excess;

    private CubeRounding(StringPools pools, SeededRandom random) => (_pools, _random) = (pools, random);

    /// <param name="facts">All that was counted in the period.</param>
    /// <param name="earlier">The versions before, oldest first: none of their counts is left by so much that the true one would be told.</param>
    /// <param name="at">The minute the figures are of.</param>
    /// <param name="seed">Secret: whoever has it can tell how each count was rounded.</param>
    public static List<CountedFact> Round(IEnumerable<CountedFact> facts, IReadOnlyList<IReadOnlyList<CountedFact>> earlier, int at, StringPools pools,
        byte[] seed)
    {
        var (random, rounded) = (new SeededRandom(seed), new List<CountedFact>());
        var byCountedAs = facts.Select(f => Coarse(f, at)).ToLookup(f => f.CountedAs);
        // Three populations, never counted together.
        foreach (var countedAs in Enum.GetValues<CountedAs>())
            rounded.AddRange(new CubeRounding(pools, random).Round([.. byCountedAs[countedAs]],
                [.. earlier.Select(version => version.Where(c => c.CountedAs == countedAs).ToArray())]));
        return rounded;
    }

    /// <summary>What is kept of a case: no day, durations in whole days, and all of it as of minute 0, the moment of the figures.</summary>
    private static CountedFact Coarse(CountedFact fact, int at) => fact with
    {
        AnswerTenthsOfDays = fact.IsAnswered ? WholeDays(fact.AnswerTenthsOfDays) : CountedFact.NotAnswered,
        ReceivedMinutes = fact.IsAnswered ? 0 : -144 * WholeDays(fact.WaitingTenthsOfDays(at)),
        DueMinutes = fact.WasDue(at) ? 0 : CountedFact.NeverDue,
        ReceivedOn = 0,
        InTime = fact.InTime && fact.WasDue(at),
    };

    private static int WholeDays(int tenths) => (tenths + 5) / 10 * 10;

    private List<CountedFact> Round(CountedFact[] facts, CountedFact[][] earlier)
    {
        _true.AddRange(facts.Select(Decompose));
        int[][][] versions = [.. earlier.Select(version => version.Select(Decompose).ToArray())];
        _width = _keys.Count + 1;
        _counts = new Count[_width * _width];
        _times = new int[_width];
        foreach (var value in _values.SelectMany(v => v))
            value.Cells = [.. value.Singles, .. value.Singles.SelectMany((a, i) => value.Singles.Skip(i + 1).Where(b => b != a).Select(b => Cell(a, b)))];
        _having = [.. Enumerable.Range(0, _width).Select(_ => new List<int>())];
        _counting = [.. Enumerable.Range(0, _width).Select(key => new bool[_values[_blocks[key]].Count])];
        foreach (var value in _values.SelectMany(v => v.Index()))
            foreach (var key in value.Item.Singles) _counting[key][value.Index] = true;
        foreach (var record in _true)
            for (var block = 0; block < Blocks.Length; block++)
                foreach (var key in _values[block][record[block]].Singles.Distinct()) _having[key].Add(record[block]);
        Limit();
        foreach (var record in _true) Change(record, -1);
        if (versions.Length == 0) Start();
        else
        {
            Narrow(versions);
            foreach (var record in versions[^1]) Add([.. record]);
            if (Math.Abs(Base * _rounded.Count - _true.Count) > Base || _random.Next(Base) == 0) Resize(RoundedCount());
            Renew();
            Limit();
        }
        Repair();
        var like = facts.Length > 0 ? facts[0] : earlier is [.., { Length: > 0 } last] ? last[0] : default;
        return [.. _rounded.Select(record => Compose(record, like))];
    }

    private void Add(int[] record)
    {
        _rounded.Add(record);
        Change(record, Base);
    }

    /// <summary>Sets how wrong each count may be: the base by one property and where a report shows it by two, else twice that.</summary>
    private void Limit()
    {
        for (var cell = 0; cell < _counts.Length; cell++) SetLimit(cell, cell < _width ? Base : 2 * Base);
        for (var a = 1; a < _width; a++)
            for (var b = a; b < _width; b++)
                if (IsShown(_names[a], _names[b]) || IsShown(_names[b], _names[a])) SetLimit(Cell(a, b), Base);
        (_loss, _excess) = (0, 0);
        foreach (ref var count in _counts.AsSpan())
        {
            var error = count.Error;
            count.Error = 0;
            if (error != 0) Change(ref count, error);
        }

        void SetLimit(int cell, int most) =>
            (_counts[cell].Least, _counts[cell].Most, _counts[cell].Weight) =
                ((sbyte)-most, (sbyte)most, (byte)(cell < _width ? SingleWeight : most <= Base ? ShownWeight : 1));
    }

    /// <summary>
    /// A count that had been five too high and then is five too low would tell the true one: what changes at random stays near what it was in each version.
    /// </summary>
    private void Narrow(int[][][] versions)
    {
        var (counts, loss, excess) = (_counts, _loss, _excess);
        int[] low = [], high = [];
        foreach (var version in versions)
        {
            _counts = new Count[counts.Length];
            foreach (var record in version) Change(record, Base);
            int[] errors = [.. _counts.Select(c => c.Error)];
            (low, high) = low.Length == 0 ? (errors, errors) : ([.. low.Zip(errors, Math.Min)], [.. high.Zip(errors, Math.Max)]);
        }
        // The errors are still less the true counts.
        (_counts, _loss, _excess) = (counts, loss, excess);
        for (var cell = 0; cell < counts.Length; cell++)
        {
            ref var count = ref counts[cell];
            var (bound, least, most) = ((int)count.Most, high[cell] - count.Most + count.Error, low[cell] + count.Most + count.Error);
            if (Math.Max(least, -bound) > Math.Min(most, bound)) continue;
            (count.Least, count.Most) = ((sbyte)Math.Max(least, -bound), (sbyte)Math.Min(most, bound));
            if (cell >= _width) count.Weight = (byte)(count.Most <= Base ? ShownWeight : 1);
        }
    }

    private static bool IsShown(string of, string by) => (Subjects.Contains(of) && Divisions.Contains(by))
        || (of is "unit" && by is "direction") || (of is "agreementClause" && by is "cause" or "disputed") || (of is "answered" && by is "cause");

    // Up or down at random, and now and then by a whole base, so that no total is known to be exact.
    private int RoundedCount() => _true.Count == 0 ? 0 : (int)Math.Max(0, Math.Floor((_true.Count + _random.Next(Base + 2) - 1) / (double)Base));

    private void Start()
    {
        var count = RoundedCount();
        if (count == 0 || _true.Count == 0) return;
        // A systematic sample in the order of the largest blocks starts near the true shares.
        var order = new int[_values[Parties].Count];
        foreach (var (rank, (index, _)) in _values[Parties].Index().OrderBy(v => v.Item.Fact[Dimension.Region]).ThenBy(v => v.Item.Fact[Dimension.Direction])
            .ThenBy(v => v.Item.Fact[Dimension.Municipality]).ThenBy(v => v.Item.Fact[Dimension.Unit]).Index()) order[index] = rank;
        int[][] sorted = [.. _true.OrderBy(r => order[r[Parties]]).ThenBy(r => r[Category]).ThenBy(r => r[Harm]).ThenBy(r => r[Course])];
        var offset = _random.Next(1000) / 1000.0;
        for (var i = 0; i < count; i++) _rounded.Add([.. sorted[(int)Math.Min(sorted.Length - 1, (i + offset) * sorted.Length / count)]]);
        // Taken apart before it is put together again by counts: no case is a real one but by chance.
        for (var block = 1; block < Blocks.Length; block++)
        {
            int[] values = [.. _rounded.Select(r => r[block])];
            _random.Shuffle(values);
            foreach (var (i, record) in _rounded.Index()) record[block] = values[i];
        }
        foreach (var record in _rounded) Change(record, Base);

        int[] blocks = [.. Enumerable.Range(0, Blocks.Length).Where(b => _values[b].Count > 1)];
        if (blocks.Length == 0) return;
        for (var proposals = Math.Min(MostProposals, ProposalsForEach * count); proposals > 0; proposals--)
        {
            var block = blocks[_random.Next(blocks.Length)];
            var move = _random.Next(4) > 0 ? Exchange(Any(_rounded), Any(_rounded), block) : new(Any(_rounded), Any(_true)[block]);
            if (Added(move, block).Loss <= 0) Make(move, block);
        }
    }

    /// <summary>Takes parts of cases from other real ones at random, wherever the counts still are within their bounds.</summary>
    private void Renew()
    {
        if (_rounded.Count == 0 || _true.Count == 0) return;
        for (var proposals = RenewalsForEach * _rounded.Count; proposals > 0; proposals--)
        {
            var block = _random.Next(Blocks.Length);
            var move = new Move(Any(_rounded), Any(_true)[block]);
            if (Added(move, block).Excess <= 0) Make(move, block);
        }
    }

    private int[] Any(List<int[]> records) => records[_random.Next(records.Count)];

    private static Move Exchange(int[] one, int[] other, int block) => new(one, other[block], other, one[block]);

    /// <summary>What a move would add to the loss and to the excess.</summary>
    private (long Excess, long Loss) Added(Move move, int block)
    {
        var (record, value, other, otherValue) = move;
        if (record == other) return (0, 0);
        if (other is not null && value == other[block] && otherValue == record[block])
        {
            if (value == otherValue) return (0, 0);
            // What both keep cancels out, and every other count changes once: nothing needs to be written and undone.
            Compare(_values[block][otherValue], _values[block][value]);
            CompareOthers(other, record, block);
            var (moreExcess, moreLoss) = (0L, 0L);
            var (counts, width) = (_counts, _width);
            foreach (var (key, times) in CollectionsMarshal.AsSpan(_parts))
                foreach (var (o, otherTimes) in CollectionsMarshal.AsSpan(_others))
                {
                    var (excess, loss) = counts[key < o ? key * width + o : o * width + key].Added(Base * times * otherTimes);
                    moreExcess += excess;
                    moreLoss += loss;
                }
            return (moreExcess, moreLoss);
        }
        var (excessBefore, lossBefore, old, otherOld) = (_excess, _loss, record[block], other?[block] ?? 0);
        Make(move, block);
        var added = (_excess - excessBefore, _loss - lossBefore);
        _isUndoing = true;
        if (other is not null) Set(other, block, otherOld);
        Set(record, block, old);
        _isUndoing = false;
        (_excess, _loss) = (excessBefore, lossBefore);
        return added;
    }

    private void Make(Move move, int block)
    {
        Set(move.Record, block, move.Value);
        if (move.Other is { } other && other != move.Record) Set(other, block, move.OtherValue);
    }

    private void Resize(int count)
    {
        while (_rounded.Count < count)
        {
            var best = Best(() => [.. Enumerable.Range(0, Blocks.Length).Select(block => _true[_random.Next(_true.Count)][block])], Base);
            Add(best);
        }
        while (_rounded.Count > count)
        {
            var best = Best(() => _rounded[_random.Next(_rounded.Count)], -Base);
            _rounded.Remove(best);
            Change(best, -Base);
        }

        int[] Best(Func<int[]> candidate, int by) => Enumerable.Range(0, Candidates).Select(_ => candidate()).MinBy(record =>
        {
            Change(record, by);
            var loss = _loss;
            Change(record, -by);
            return loss;
        })!;
    }

    /// <summary>Exchanges blocks of as few cases as it takes to bring each count within its bound.</summary>
    private void Repair()
    {
        var (least, since) = (long.MaxValue, 0);
        for (var round = 0; round < MostRounds && (since < Patience || IsAnyWrong) && _excess > 0 && _rounded.Count > 0 && _true.Count > 0; round++)
        {
            (least, since) = _excess < least ? (_excess, 0) : (least, since + 1);
            int[] wrong = [.. Enumerable.Range(0, _counts.Length).Where(IsWrong)];
            _random.Shuffle(wrong);
            foreach (var cell in wrong)
                if (IsWrong(cell)) Repair(cell % _width, cell / _width, Candidates * Math.Min(1 + round / 8, 4));
        }
    }

    // Of those by one property, which all are to be within their bound.
    private bool IsAnyWrong => Enumerable.Range(0, _width).Any(IsWrong);

    private bool IsWrong(int cell) => _counts[cell].Beyond > 0;

    private void Repair(int one, int other, int candidates)
    {
        // The keys by block: what a case must have in each to be counted.
        int[][] keys = other == 0 ? [[one]] : _blocks[one] == _blocks[other] ? [[one, other]] : [[one], [other]];
        bool Has(int[] record, int part)
        {
            foreach (var key in keys[part])
                if (!_counting[key][record[_blocks[key]]]) return false;
            return true;
        }

        var isTooHigh = _counts[Cell(one, other)] is var count && count.Error > count.Most;
        var part = _random.Next(keys.Length);
        var block = _blocks[keys[part][0]];
        var (from, to) = (new List<int[]>(), new List<int[]>());
        foreach (var record in _rounded)
            if (Has(record, part) != isTooHigh) to.Add(record);
            else if (keys.Length == 1 || Has(record, 1 - part)) from.Add(record);
        if (from.Count == 0) return;
        var best = (Excess: long.MaxValue, Loss: long.MaxValue);
        var bestMove = new Move(from[0], from[0][block]);
        // What takes another block value changes more counts than an exchange, and is harder to find.
        var first = keys.Length == 1 ? -9 * candidates : 0;
        var fewest = first + Few;
        for (var candidate = first; candidate < candidates; candidate++)
        {
            var record = from[_random.Next(from.Count)];
            var value = Real();
            // Exchanged with another made-up case; or a real case's taken in, here or where it fits better.
            Move move;
            if (keys.Length > 1 && to.Count > 0 && _random.Next(4) > 0) move = Exchange(record, to[_random.Next(to.Count)], block);
            else if (value < 0) continue;
            else if (_random.Next(2) == 0) move = new(record, value);
            else move = Any(_rounded) is var instead && instead == record ? new(record, value) : new(record, instead[block], instead, value);
            var added = Added(move, block);
            if (added.CompareTo(best) < 0) (best, bestMove) = (added, move);
            // The best of the first few is good enough where one of them helps.
            if (best.Excess < 0 && candidate >= fewest) break;
        }
        // Now and then a step back, to come out of a dead end.
        if (best.Excess <= (_random.Next(8) == 0 ? Base : 0)) Make(bestMove, block);

        // That of a true case that has what is to be counted more, or has not what is to be counted less; less than zero when none is met.
        int Real()
        {
            var having = _having[keys[part].MinBy(key => _having[key].Count)];
            for (var attempt = 0; attempt < Attempts && (isTooHigh || having.Count > 0); attempt++)
            {
                var value = isTooHigh ? Any(_true)[block] : having[_random.Next(having.Count)];
                if (Array.TrueForAll(keys[part], key => _counting[key][value]) != isTooHigh) return value;
            }
            return -1;
        }
    }

    private void Set(int[] record, int block, int value)
    {
        if (record[block] == value) return;
        var (old, now) = (_values[block][record[block]], _values[block][value]);
        Compare(old, now);
        CompareOthers(null, record, block);
        record[block] = value;
        foreach (var (key, times) in CollectionsMarshal.AsSpan(_parts))
            foreach (var (other, otherTimes) in CollectionsMarshal.AsSpan(_others)) Change(Cell(key, other), Base * times * otherTimes);
        foreach (var cell in old.Cells) Change(cell, -Base);
        foreach (var cell in now.Cells) Change(cell, Base);
    }

    /// <summary>The keys that one value of a block counts under more often than another.</summary>
    private void Compare(BlockValue without, BlockValue with)
    {
        foreach (var key in without.Singles) _times[key]--;
        foreach (var key in with.Singles) _times[key]++;
        _parts.Clear();
        Take(without, _parts);
        Take(with, _parts);
    }

    /// <summary>The keys that one case counts under by its other blocks more often than another; null for none.</summary>
    private void CompareOthers(int[]? without, int[] with, int block)
    {
        for (var other = 0; other < Blocks.Length; other++)
        {
            if (other == block || without?[other] == with[other]) continue;
            if (without is not null)
                foreach (var key in _values[other][without[other]].Singles) _times[key]--;
            foreach (var key in _values[other][with[other]].Singles) _times[key]++;
        }
        _others.Clear();
        for (var other = 0; other < Blocks.Length; other++)
        {
            if (other == block || without?[other] == with[other]) continue;
            if (without is not null) Take(_values[other][without[other]], _others);
            Take(_values[other][with[other]], _others);
        }
    }

    private void Take(BlockValue value, List<(int Key, int Times)> into)
    {
        foreach (var key in value.Singles)
        {
            if (_times[key] == 0) continue;
            into.Add((key, _times[key]));
            _times[key] = 0;
        }
    }

    private void Change(int[] record, int by)
    {
        for (var block = 0; block < Blocks.Length; block++)
        {
            var value = _values[block][record[block]];
            foreach (var cell in value.Cells) Change(cell, by);
            for (var other = 0; other < block; other++)
                foreach (var b in _values[other][record[other]].Singles)
                    foreach (var a in value.Singles) Change(Cell(a, b), by);
        }
    }

    private void Change(int cell, int by) => Change(ref _counts[cell], by);

    private void Change(ref Count count, int by)
    {
        if (!_isUndoing)
        {
            var (excess, loss) = count.Added(by);
            (_excess, _loss) = (_excess + excess, _loss + loss);
        }
        count.Error += by;
    }

    private int Cell(int a, int b) => a < b ? a * _width + b : b * _width + a;

    private int[] Decompose(CountedFact fact) => [.. Blocks.Select((_, block) => IndexOf(fact, block))];

    private int IndexOf(in CountedFact fact, int block)
    {
        var of = fact;
        string[] members = [.. Blocks[block].Select(d => of[d].ToString(CultureInfo.InvariantCulture)), .. Numbers(of, block)
            .Select(n => n.ToString(CultureInfo.InvariantCulture))];
        var key = string.Join(' ', members);
        if (_indexes[block].TryGetValue(key, out var index)) return index;
        index = _values[block].Count;
        _indexes[block].Add(key, index);
        int[] singles = [.. Keys(fact, block).Select(key => KeyOf(key, block))];
        _values[block].Add(new(fact, singles));
        return index;
    }

    private static int[] Numbers(in CountedFact f, int block) => block == Hops ? [f.Hops] : block != Course ? [] :
    [
        f.AnswerTenthsOfDays, f.ReceivedMinutes, f.DueMinutes, f.InTime ? 1 : 0, f.IsOpen ? 1 : 0, f.Disputes, f.Escalations, f.Reopenings,
        f.Measures, f.MeasuresDone, f.MeasuresChecked, f.Lessons, f.HandOvers, f.IsImported ? 1 : 0, f.IsRepeat ? 1 : 0,
    ];

    /// <summary>What a block value counts under, as often as it counts.</summary>
    private List<string> Keys(CountedFact fact, int block)
    {
        var keys = new List<string>();
        foreach (var dimension in Blocks[block])
        {
            var value = _pools[dimension][fact[dimension]];
            if (dimension.IsSet) keys.AddRange(Dimension.Members(value).Distinct(StringComparer.Ordinal).Select(member => $"{dimension.Name}:{member}"));
            else keys.Add($"{dimension.Name}:{value}");
        }
        if (block == Category) keys.Add($"agreementClause:{fact[Dimension.Agreement]} {fact[Dimension.Clause]}");
        if (block == Hops) keys.Add($"hops:{fact.Hops}");
        if (block == Harm && _pools[Dimension.Harm][fact[Dimension.Harm]] is { } harm && Avvik.Contracts.Harm.IsSerious(harm)) keys.Add("serious");
        if (block == PatientGroup && Dimension.Members(_pools[Dimension.PatientGroup][fact[Dimension.PatientGroup]]).Any(m => m is null or "unknown"))
            keys.Add("withoutPatientGroup");
        if (block != Course) return keys;
        keys.Add(!fact.IsOpen ? "closed" : fact.IsOverdue(0) ? "overdue" : "open");
        keys.Add(!fact.WasDue(0) ? "notDue" : fact.InTime ? "inTime" : "late");
        keys.Add(fact.IsAnswered ? $"answerDays:{Band(fact.AnswerTenthsOfDays)}" : fact.IsOpen ? $"waiting:{Band(fact.WaitingTenthsOfDays(0))}" : "unanswered");
        if (fact.Disputes > 0) keys.Add("disputed");
        if (fact.Escalations > 0) keys.Add("escalated");
        if (fact.Reopenings > 0) keys.Add("reopened");
        if (fact.IsAnswered) keys.Add("answered");
        if (fact.HandOvers > 0) keys.Add("handedOver");
        if (fact.IsImported) keys.Add("imported");
        if (fact.IsRepeat) keys.Add("repeat");
        keys.AddRange(Enumerable.Repeat("measures", fact.Measures));
        keys.AddRange(Enumerable.Repeat("planned", fact.Measures - fact.MeasuresDone));
        keys.AddRange(Enumerable.Repeat("done", fact.MeasuresDone - fact.MeasuresChecked));
        keys.AddRange(Enumerable.Repeat("effectChecked", fact.MeasuresChecked));
        keys.AddRange(Enumerable.Repeat("lessons", fact.Lessons));
        return keys;
    }

    private static int Band(int tenths) => tenths switch { < 15 => 0, < 35 => 1, < 75 => 2, < 145 => 3, < 215 => 4, < 355 => 5, _ => 6 };

    private int KeyOf(string key, int block)
    {
        if (_keys.TryGetValue(key, out var id)) return id;
        id = _keys.Count + 1;
        _keys.Add(key, id);
        _blocks.Add(block);
        _names.Add(key.Split(':')[0]);
        return id;
    }

    private CountedFact Compose(int[] record, CountedFact like)
    {
        var course = _values[Course][record[Course]].Fact;
        var fact = course;
        for (var block = 0; block < Blocks.Length; block++)
            foreach (var dimension in Blocks[block]) fact.Codes[dimension.Index] = _values[block][record[block]].Fact[dimension];
        foreach (var dimension in Dimension.All.Where(d => d.Block is null)) fact.Codes[dimension.Index] = like[dimension];
        fact.Hops = _values[Hops][record[Hops]].Fact.Hops;
        return fact;
    }

    /// <summary>How wrong a count is.</summary>
    private struct Count
    {
        /// <summary>Rounded less true.</summary>
        public int Error;
        /// <summary>What that is to be between.</summary>
        public sbyte Least, Most;
        public byte Weight;

        public readonly int Beyond => BeyondOf(Error);

        /// <summary>What a change would add to the excess and to the loss.</summary>
        public readonly (int Excess, long Loss) Added(int by)
        {
            var (old, now, loss) = (Error, Error + by, (long)(Weight * by * (2 * Error + by)));
            // Most are within their bound, and stay there.
            if (Math.Min(old, now) >= Least && Math.Max(old, now) <= Most) return (0, loss);
            var (beyond, beyondNow) = (BeyondOf(old), BeyondOf(now));
            return ((Most <= Base ? Base : 1) * (beyondNow - beyond), loss + Weight * BeyondWeight * (long)(beyondNow * beyondNow - beyond * beyond));
        }

        private readonly int BeyondOf(int error) => Math.Max(0, Math.Max(Least - error, error - Most));
    }

    /// <summary>A case gets another value of a block; and another case one, too.</summary>
    private readonly record struct Move(int[] Record, int Value, int[]? Other = null, int OtherValue = 0);

    /// <param name="Fact">Has the block's part of a case.</param>
    /// <param name="Singles">What it counts under.</param>
    private sealed record BlockValue(CountedFact Fact, int[] Singles)
    {
        /// <summary>The counts it is in whatever the other blocks are: by one of those and by two.</summary>
        public int[] Cells { get; set; } = [];
    }
}

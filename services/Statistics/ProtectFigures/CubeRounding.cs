using System.Globalization;
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
/// <para>A count by one property may be wrong by up to the base, either way, and no count is known to be exact, not even a zero. So five more deviations of any
/// one profile, wherever it counts, would fit everything that is published: no count can be narrowed to less than that.</para>
/// </remarks>
internal sealed class CubeRounding
{
    private const int Base = Protection.Base, SingleWeight = 20, BeyondWeight = 40, MostProposals = 200_000, ProposalsForEach = 400, Candidates = 24;

    // What a value of a block is made of. Numbers of the course of a case go with the last.
    private static readonly Dimension[][] Blocks =
        [.. Enum.GetValues<Block>().Select(block => Dimension.All.Where(d => d.Block == block).ToArray())];
    private const int Parties = (int)Block.Parties, Category = (int)Block.Category, Harm = (int)Block.Harm, Hops = (int)Block.HopPair,
        Course = (int)Block.Course;

    private readonly SeededRandom _random;
    private readonly StringPools _pools;
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>[] _indexes = [.. Blocks.Select(_ => new Dictionary<string, int>(StringComparer.Ordinal))];
    private readonly List<BlockValue>[] _values = [.. Blocks.Select(_ => new List<BlockValue>())];
    private readonly List<int[]> _true = [];
    private readonly List<int[]> _rounded = [];
    // Rounded less true, for each two properties in a square, and for each one in its first row.
    private int[] _errors = [];
    private int _width;
    private double _loss, _excess;

    private CubeRounding(StringPools pools, SeededRandom random) => (_pools, _random) = (pools, random);

    /// <param name="facts">All that was counted in the period.</param>
    /// <param name="kept">The version before: it is kept, but for what has become more than the base wrong. Null for a first version.</param>
    /// <param name="at">The minute the figures are of.</param>
    /// <param name="seed">Secret: whoever has it can tell how each count was rounded.</param>
    public static List<CountedFact> Round(IEnumerable<CountedFact> facts, IReadOnlyList<CountedFact>? kept, int at, StringPools pools, byte[] seed)
    {
        var (random, rounded) = (new SeededRandom(seed), new List<CountedFact>());
        var byCountedAs = facts.Select(f => Coarse(f, at)).ToLookup(f => f.CountedAs);
        // Three populations, never counted together.
        foreach (var countedAs in Enum.GetValues<CountedAs>())
            rounded.AddRange(new CubeRounding(pools, random).Round([.. byCountedAs[countedAs]],
                kept is null ? null : [.. kept.Where(k => k.CountedAs == countedAs)]));
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

    private List<CountedFact> Round(CountedFact[] facts, CountedFact[]? kept)
    {
        _true.AddRange(facts.Select(Decompose));
        _rounded.AddRange((kept ?? []).Select(Decompose));
        _width = _keys.Count + 1;
        _errors = new int[_width * _width];
        foreach (var value in _values.SelectMany(v => v))
            value.Cells = [.. value.Singles, .. value.Singles.SelectMany((a, i) => value.Singles.Skip(i + 1).Select(b => Cell(a, b)))];
        foreach (var record in _true) Change(record, -1);
        foreach (var record in _rounded) Change(record, Base);
        if (kept is null) Start();
        else if (Math.Abs(Base * _rounded.Count - _true.Count) > Base) Resize(RoundedCount());
        Repair();
        var like = facts.Length > 0 ? facts[0] : kept is { Length: > 0 } ? kept[0] : default;
        return [.. _rounded.Select(record => Compose(record, like))];
    }

    // Up or down at random, and now and then by a whole base, so that no total is known to be exact.
    private int RoundedCount() => (int)Math.Max(0, Math.Floor((_true.Count + _random.Next(Base + 2) - 1) / (double)Base));

    private void Start()
    {
        var count = RoundedCount();
        if (count == 0 || _true.Count == 0) return;
        // A systematic sample in the order of the largest blocks starts near the true shares.
        int[][] sorted = [.. _true.OrderBy(r => r[Parties]).ThenBy(r => r[Category]).ThenBy(r => r[Harm]).ThenBy(r => r[Course])];
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
            var (block, before) = (blocks[_random.Next(blocks.Length)], _loss);
            var (one, other) = (_rounded[_random.Next(count)], _rounded[_random.Next(count)]);
            if (_random.Next(4) > 0)
            {
                var (mine, others) = (one[block], other[block]);
                if (mine == others) continue;
                Set(one, block, others);
                Set(other, block, mine);
                if (_loss <= before) continue;
                Set(other, block, others);
                Set(one, block, mine);
            }
            else
            {
                var old = one[block];
                Set(one, block, _true[_random.Next(_true.Count)][block]);
                if (_loss > before) Set(one, block, old);
            }
        }
    }

    private void Resize(int count)
    {
        while (_rounded.Count < count)
        {
            var best = Best(() => [.. Enumerable.Range(0, Blocks.Length).Select(block => _true[_random.Next(_true.Count)][block])], Base);
            _rounded.Add(best);
            Change(best, Base);
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

    /// <summary>Changes the blocks of as few cases as it takes to bring the counts by one property within the base.</summary>
    private void Repair()
    {
        var given = new HashSet<int>();
        while (_excess > 0 && _rounded.Count > 0 && _true.Count > 0)
        {
            var wrongs = Enumerable.Range(1, _width - 1).Where(key => Math.Abs(_errors[key]) > Base && !given.Contains(key));
            if (wrongs.Cast<int?>().FirstOrDefault() is not { } wrong) return;
            var block = Enumerable.Range(0, Blocks.Length).First(b => _values[b].Exists(v => v.Singles.Contains(wrong)));
            bool Has(int[] record) => _values[block][record[block]].Singles.Contains(wrong);
            var isTooHigh = _errors[wrong] > 0;
            int[][] from = [.. _rounded.Where(r => Has(r) == isTooHigh)], to = [.. _true.Where(r => Has(r) != isTooHigh)];
            var best = (Excess: _excess, Loss: double.MaxValue, Record: (int[]?)null, Value: 0);
            for (var candidate = 0; candidate < 20 * Candidates && from.Length > 0 && to.Length > 0; candidate++)
            {
                var (record, value) = (from[_random.Next(from.Length)], to[_random.Next(to.Length)][block]);
                var old = record[block];
                Set(record, block, value);
                if (_excess < best.Excess || (_excess == best.Excess && best.Record is not null && _loss < best.Loss)) best = (_excess, _loss, record, value);
                Set(record, block, old);
            }
            if (best.Record is null) given.Add(wrong);
            else Set(best.Record, block, best.Value);
        }
    }

    private void Set(int[] record, int block, int value)
    {
        ChangeBlock(record, block, -Base);
        record[block] = value;
        ChangeBlock(record, block, Base);
    }

    private void ChangeBlock(int[] record, int block, int by)
    {
        var value = _values[block][record[block]];
        foreach (var cell in value.Cells) Change(cell, by);
        for (var other = 0; other < Blocks.Length; other++)
            if (other != block)
                foreach (var b in _values[other][record[other]].Singles)
                    foreach (var a in value.Singles) Change(Cell(a, b), by);
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

    private void Change(int cell, int by)
    {
        ref var error = ref _errors[cell];
        var isSingle = cell < _width;
        var (old, beyond) = (Math.Abs(error), Math.Max(0, Math.Abs(error) - Base));
        error += by;
        var (now, beyondNow) = (Math.Abs(error), Math.Max(0, Math.Abs(error) - Base));
        _loss += (isSingle ? SingleWeight : 1) * (now * now - old * old + (double)BeyondWeight * (beyondNow * beyondNow - beyond * beyond));
        if (isSingle) _excess += beyondNow - beyond;
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
        int[] singles = [.. Keys(fact, block).Distinct(StringComparer.Ordinal).Select(KeyOf)];
        _values[block].Add(new(fact, singles));
        return index;
    }

    private static int[] Numbers(in CountedFact f, int block) => block == Hops ? [f.Hops] : block != Course ? [] :
    [
        f.AnswerTenthsOfDays, f.ReceivedMinutes, f.DueMinutes, f.InTime ? 1 : 0, f.IsOpen ? 1 : 0, f.Disputes, f.Escalations, f.Reopenings,
        f.Measures, f.MeasuresDone, f.MeasuresChecked, f.Lessons,
    ];

    /// <summary>What a block value counts under.</summary>
    private List<string> Keys(CountedFact fact, int block)
    {
        var keys = new List<string>();
        foreach (var dimension in Blocks[block])
        {
            var value = _pools[dimension][fact[dimension]];
            if (dimension.IsSet) keys.AddRange(Dimension.Members(value).Select(member => $"{dimension.Name}:{member}"));
            else keys.Add($"{dimension.Name}:{value}");
        }
        if (block == Hops) keys.Add($"hops:{fact.Hops}");
        if (block != Course) return keys;
        keys.Add(!fact.IsOpen ? "closed" : fact.IsOverdue(0) ? "overdue" : "open");
        keys.Add(!fact.WasDue(0) ? "notDue" : fact.InTime ? "inTime" : "late");
        keys.Add(fact.IsAnswered ? $"answered:{Band(fact.AnswerTenthsOfDays)}" : fact.IsOpen ? $"waiting:{Band(fact.WaitingTenthsOfDays(0))}" : "unanswered");
        if (fact.Disputes > 0) keys.Add("disputed");
        if (fact.Escalations > 0) keys.Add("escalated");
        if (fact.Reopenings > 0) keys.Add("reopened");
        keys.Add($"measures:{fact.Measures}/{fact.MeasuresDone}/{fact.MeasuresChecked}");
        keys.Add($"lessons:{fact.Lessons}");
        return keys;
    }

    private static int Band(int tenths) => tenths switch { < 15 => 0, < 35 => 1, < 75 => 2, < 145 => 3, < 215 => 4, < 355 => 5, _ => 6 };

    private int KeyOf(string key)
    {
        if (_keys.TryGetValue(key, out var id)) return id;
        id = _keys.Count + 1;
        _keys.Add(key, id);
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

    /// <param name="Fact">Has the block's part of a case.</param>
    /// <param name="Singles">What it counts under.</param>
    private sealed record BlockValue(CountedFact Fact, int[] Singles)
    {
        /// <summary>The counts it is in whatever the other blocks are: by one of those and by two.</summary>
        public int[] Cells { get; set; } = [];
    }
}

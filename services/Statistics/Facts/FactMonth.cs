using System.Runtime.InteropServices;

namespace Avvik.Statistics.Facts;

/// <summary>Columns of a <see cref="FactMonth"/>, by number: those that a question needs are read, the others stay in the database.</summary>
internal static class FactColumn
{
    public const int Header = 0, Day = 9, Due = 10, Count = 11;
    /// <summary>For questions; the day and the due date are added where the period and the moment need them.</summary>
    public static readonly int[] All = [.. Enum.GetValues<Block>().Select(Of)];

    public static int Of(Block block) => (int)block + 1;
}

/// <summary>
/// The counted facts of a month, by column: about 14 bytes each. What belongs together in a case (<see cref="Block"/>) is one column of small numbers, each an
/// index of a list of the combinations that the month has. Those answered come first, by answer time; those unanswered after them, by waiting time.
/// </summary>
internal sealed class FactMonth(MonthHeader header, IReadOnlyList<byte[]?> columns)
{
    // Small enough for a part to be gone again soon, as short-lived objects are.
    private const int Part = 512;
    // In the order of rows, more than any answer time.
    private const long Unanswered = 1L << 32;

    public MonthHeader Header => header;

    /// <summary>The indexes of rows in the list of a block's combinations.</summary>
    public void Read(Block block, int start, Span<int> indexes)
    {
        var (bytes, width) = (Column(FactColumn.Of(block)), Width(header.Entries[(int)block].Length));
        if (width == 1)
            for (var i = 0; i < indexes.Length; i++) indexes[i] = bytes[start + i];
        else if (width == 2)
        {
            var wide = MemoryMarshal.Cast<byte, ushort>(bytes);
            for (var i = 0; i < indexes.Length; i++) indexes[i] = wide[start + i];
        }
        else MemoryMarshal.Cast<byte, int>(bytes).Slice(start, indexes.Length).CopyTo(indexes);
    }

    /// <summary>Adds to each row's key what the row's combination of a block has there.</summary>
    /// <param name="of">By combination.</param>
    public void AddKeys(Block block, int start, ReadOnlySpan<long> of, Span<long> keys)
    {
        var (bytes, width) = (Column(FactColumn.Of(block)), Width(header.Entries[(int)block].Length));
        if (width == 1)
        {
            var narrow = bytes.AsSpan(start, keys.Length);
            for (var i = 0; i < keys.Length; i++) keys[i] += of[narrow[i]];
        }
        else if (width == 2)
        {
            var wide = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan()).Slice(start, keys.Length);
            for (var i = 0; i < keys.Length; i++) keys[i] += of[wide[i]];
        }
        else
        {
            var widest = MemoryMarshal.Cast<byte, int>(bytes.AsSpan()).Slice(start, keys.Length);
            for (var i = 0; i < keys.Length; i++) keys[i] += of[widest[i]];
        }
    }

    /// <summary>Days since the first day, of each row.</summary>
    public ReadOnlySpan<byte> Days => Column(FactColumn.Day);

    /// <summary>Minutes since 1970, of each row.</summary>
    public ReadOnlySpan<int> DueMinutes => MemoryMarshal.Cast<byte, int>(Column(FactColumn.Due));

    /// <summary>How many deviations of a category, at a unit, of a municipality came on each day, in the order of days; none without a category.</summary>
    public IEnumerable<(int Day, int Category, int Unit, int Municipality, int Count)> CountByDay(int firstDay, int lastDay)
    {
        var (parties, categories, courses) = (new int[header.Rows], new int[header.Rows], new int[header.Rows]);
        Read(Block.Parties, 0, parties);
        Read(Block.Category, 0, categories);
        Read(Block.Course, 0, courses);
        var (counts, days) = (new Dictionary<(int, int, int, int), int>(), columns[FactColumn.Day]!);
        for (var row = 0; row < header.Rows; row++)
        {
            var category = header.Entries[(int)Block.Category][categories[row]][Dimension.Category];
            var day = header.FirstDay + days[row];
            if (category == 0 || day < firstDay || day > lastDay) continue;
            if (header.Entries[(int)Block.Course][courses[row]].CountedAs is not CountedAs.Deviation) continue;
            ref readonly var party = ref header.Entries[(int)Block.Parties][parties[row]];
            CollectionsMarshal.GetValueRefOrAddDefault(counts, (day, category, party[Dimension.Unit], party[Dimension.Municipality]), out _)++;
        }
        return counts.Select(c => (c.Key.Item1, c.Key.Item2, c.Key.Item3, c.Key.Item4, c.Value)).OrderBy(c => c.Item1);
    }

    /// <summary>The rows as facts, with what the loaded columns have of them, some at a time: as facts they need seven times the memory.</summary>
    /// <param name="firstDay">The day number of the first day wanted; rows of the others are left out.</param>
    /// <param name="lastDay">The last day wanted.</param>
    /// <param name="at">The minute they are of: what was due before it is due at an earlier, unknown minute.</param>
    public IEnumerable<CountedFact[]> Decode(int firstDay, int lastDay, int at)
    {
        for (var start = 0; start < header.Rows; start += Part) yield return Decode(start, Math.Min(Part, header.Rows - start), firstDay, lastDay, at);
    }

    private CountedFact[] Decode(int start, int count, int firstDay, int lastDay, int at)
    {
        var facts = new CountedFact[count];
        Array.Fill(facts, header.Common);
        Span<int> indexes = stackalloc int[count];
        foreach (var block in Enum.GetValues<Block>())
        {
            if (columns[FactColumn.Of(block)] is null) continue;
            Read(block, start, indexes);
            for (var i = 0; i < count; i++) MonthHeader.Copy(header.Entries[(int)block][indexes[i]], block, ref facts[i]);
        }
        var due = header.LastDue > at ? DueMinutes : [];
        var days = columns[FactColumn.Day] is null ? [] : Days;
        var run = Array.BinarySearch(header.RunEnds, start + 1) is var found && found < 0 ? ~found : found;
        for (var i = 0; i < count; i++)
        {
            ref var fact = ref facts[i];
            var row = start + i;
            while (run < header.RunEnds.Length && header.RunEnds[run] <= row) run++;
            fact.AnswerTenthsOfDays = row < header.Answered ? header.RunTenths[run] : CountedFact.NotAnswered;
            fact.ReceivedMinutes = row < header.Answered ? 0 : header.Received[row - header.Answered];
            if (fact.DueMinutes != CountedFact.NeverDue) fact.DueMinutes = due.Length > 0 ? due[row] : header.LastDue;
            fact.ReceivedOn = header.FirstDay + (days.Length > 0 ? days[row] : 0);
        }
        return days.Length == 0 ? facts : Array.FindAll(facts, f => f.ReceivedOn >= firstDay && f.ReceivedOn <= lastDay);
    }

    /// <summary>The month of those facts, and of what another has on days that stay as they are.</summary>
    /// <param name="before">With all its columns.</param>
    /// <param name="stays">By <see cref="DateOnly.DayNumber"/>.</param>
    public static FactMonth Encode(List<CountedFact> facts, int firstDay, FactMonth? before = null, Func<int, bool>? stays = null)
    {
        facts.Sort((a, b) => Order(a).CompareTo(Order(b)));
        var added = CollectionsMarshal.AsSpan(facts);
        // Where each row is from: a row of the month before, or less than zero: the complement of a fact's place.
        var from = new List<int>(facts.Count + (before?.Header.Rows ?? 0));
        var (next, runs, ends, received, answered, lastDue) = (0, new List<int>(), new List<int>(), new List<int>(), 0, int.MinValue);
        foreach (var (row, order) in before?.Orders() ?? [])
        {
            if (!stays!(before!.Header.FirstDay + before.Days[row])) continue;
            while (next < added.Length && Order(added[next]) < order) Add(~next, Order(added[next++]));
            Add(row, order);
        }
        while (next < added.Length) Add(~next, Order(added[next++]));

        var (days, due) = (new byte[from.Count], new byte[from.Count * sizeof(int)]);
        var dueMinutes = MemoryMarshal.Cast<byte, int>(due.AsSpan());
        for (var row = 0; row < days.Length; row++)
        {
            var source = from[row];
            days[row] = source >= 0 ? before!.Days[source] : checked((byte)(added[~source].ReceivedOn - firstDay));
            dueMinutes[row] = source >= 0 ? before!.DueMinutes[source] : added[~source].DueMinutes;
            if (dueMinutes[row] != CountedFact.NeverDue) lastDue = Math.Max(lastDue, dueMinutes[row]);
        }

        var (columns, entries, indexes) = (new byte[]?[FactColumn.Count], new CountedFact[Enum.GetValues<Block>().Length][], new int[from.Count]);
        var read = new int[before?.Header.Rows ?? 0];
        foreach (var block in Enum.GetValues<Block>())
        {
            var (known, list) = (new Dictionary<EntryKey, int>(), new List<CountedFact>());
            before?.Read(block, 0, read);
            var places = new int[before?.Header.Entries[(int)block].Length ?? 0];
            Array.Fill(places, -1);
            for (var row = 0; row < indexes.Length; row++)
                if (from[row] is >= 0 and var source)
                {
                    ref var place = ref places[read[source]];
                    if (place < 0) place = PlaceOf(before!.Header.Entries[(int)block][read[source]]);
                    indexes[row] = place;
                }
                else indexes[row] = PlaceOf(added[~from[row]]);
            entries[(int)block] = [.. list];
            columns[FactColumn.Of(block)] = Narrow(indexes, Width(list.Count));

            int PlaceOf(in CountedFact fact)
            {
                var key = EntryKey.Of(fact, block);
                if (known.TryGetValue(key, out var place)) return place;
                known.Add(key, list.Count);
                var entry = new CountedFact();
                MonthHeader.Copy(fact, block, ref entry);
                list.Add(entry);
                return list.Count - 1;
            }
        }
        (columns[FactColumn.Day], columns[FactColumn.Due]) = (days, due);
        var common = new CountedFact();
        if (from.Count > 0)
            foreach (var dimension in MonthHeader.CommonDimensions)
                common.Codes[dimension.Index] = (from[0] >= 0 ? before!.Header.Common : added[~from[0]])[dimension];
        return new(new()
        {
            Rows = from.Count,
            Answered = answered,
            FirstDay = firstDay,
            LastDue = lastDue,
            RunTenths = [.. runs],
            RunEnds = [.. ends],
            Received = [.. received],
            Common = common,
            Entries = entries,
        }, columns);

        void Add(int source, long order)
        {
            from.Add(source);
            if (order >= Unanswered) received.Add((int)(Unanswered + int.MaxValue - order));
            else
            {
                answered++;
                if (runs.Count == 0 || runs[^1] != order)
                {
                    runs.Add((int)order);
                    ends.Add(0);
                }
                ends[^1] = from.Count;
            }
        }
    }

    /// <summary>A column as it is stored; null for one that was not read.</summary>
    public byte[]? Stored(int number, StringPools pools) => number == FactColumn.Header ? header.Write(pools) : columns[number];

    // Answered ones by how long it took, then the others, who wait longest last: as they are counted.
    private static long Order(in CountedFact fact) => fact.IsAnswered ? fact.AnswerTenthsOfDays : Unanswered + int.MaxValue - fact.ReceivedMinutes;

    private IEnumerable<(int Row, long Order)> Orders()
    {
        var row = 0;
        for (var run = 0; run < header.RunEnds.Length; run++)
            for (; row < header.RunEnds[run]; row++) yield return (row, header.RunTenths[run]);
        for (; row < header.Rows; row++) yield return (row, Unanswered + int.MaxValue - header.Received[row - header.Answered]);
    }

    private byte[] Column(int number) => columns[number] ?? throw new InvalidOperationException($"Column {number} was not read.");

    private static int Width(int entries) => entries <= byte.MaxValue + 1 ? 1 : entries <= ushort.MaxValue + 1 ? 2 : 4;

    private static byte[] Narrow(int[] indexes, int width)
    {
        var bytes = new byte[indexes.Length * width];
        if (width == 1)
            for (var i = 0; i < indexes.Length; i++) bytes[i] = (byte)indexes[i];
        else if (width == 2)
        {
            var wide = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
            for (var i = 0; i < indexes.Length; i++) wide[i] = (ushort)indexes[i];
        }
        else MemoryMarshal.AsBytes(indexes.AsSpan()).CopyTo(bytes);
        return bytes;
    }

    /// <summary>What two facts have alike when they are the same combination of a block.</summary>
    private readonly record struct EntryKey(int A, int B, int C, int D, int E, int F, ulong Numbers, int Flags)
    {
        public static EntryKey Of(in CountedFact fact, Block block)
        {
            var of = MonthHeader.Dimensions[(int)block];
            int Code(in CountedFact f, int i) => i < of.Length ? f[of[i]] : 0;
            return new(Code(fact, 0), Code(fact, 1), Code(fact, 2), Code(fact, 3), Code(fact, 4), Code(fact, 5),
                block == Block.Course ? fact.Numbers : 0, block == Block.Course ? fact.Flags : 0);
        }
    }
}

/// <summary>What a month has once: the combinations of each block, the answer times, and when those unanswered were received.</summary>
internal sealed class MonthHeader
{
    public static readonly Dimension[][] Dimensions =
        [.. Enum.GetValues<Block>().Select(block => Dimension.All.Where(d => d.Block == block).ToArray())];
    /// <summary>The same for all facts of a month.</summary>
    public static readonly Dimension[] CommonDimensions = [.. Dimension.All.Where(d => d.Block is null)];

    public required int Rows { get; init; }
    /// <summary>How many of the rows, the first ones, are answered.</summary>
    public required int Answered { get; init; }
    /// <summary>A day number.</summary>
    public required int FirstDay { get; init; }
    /// <summary>The latest due minute.</summary>
    public required int LastDue { get; init; }
    /// <summary>The answer times in tenths of days, ascending, each once.</summary>
    public required int[] RunTenths { get; init; }
    /// <summary>The row after the last one with each answer time.</summary>
    public required int[] RunEnds { get; init; }
    /// <summary>The minutes at which those unanswered were received, descending.</summary>
    public required int[] Received { get; init; }
    /// <summary>Has the codes that all rows have.</summary>
    public required CountedFact Common { get; init; }
    /// <summary>By block: the combinations, each as a fact that has nothing else.</summary>
    public required CountedFact[][] Entries { get; init; }

    /// <summary>In memory, about.</summary>
    public int Bytes => 8 * RunTenths.Length + 4 * Received.Length + System.Runtime.CompilerServices.Unsafe.SizeOf<CountedFact>() * Entries.Sum(e => e.Length);

    /// <summary>Copies what a block has of a fact. <see cref="CountedFact.DueMinutes"/> says only whether there is a due date.</summary>
    public static void Copy(in CountedFact from, Block block, ref CountedFact to)
    {
        foreach (var dimension in Dimensions[(int)block]) to.Codes[dimension.Index] = from[dimension];
        if (block == Block.Course) (to.Numbers, to.Flags) = (from.Numbers, from.Flags);
    }

    public byte[] Write(StringPools pools)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (var number in new[] { Rows, Answered, FirstDay, LastDue }) writer.Write(number);
        foreach (var list in new[] { RunTenths, RunEnds, Received })
        {
            writer.Write(list.Length);
            writer.Write(MemoryMarshal.AsBytes(list.AsSpan()));
        }
        // Codes are of this process: what is stored is the values.
        WriteCodes([Common], CommonDimensions);
        foreach (var (block, entries) in Entries.Index())
        {
            writer.Write(entries.Length);
            WriteCodes(entries, Dimensions[block]);
            if (block != (int)Block.Course) continue;
            foreach (var entry in entries)
            {
                writer.Write(entry.Numbers);
                writer.Write(entry.Flags);
            }
        }
        return stream.ToArray();

        void WriteCodes(CountedFact[] entries, Dimension[] dimensions)
        {
            foreach (var dimension in dimensions)
            {
                int[] codes = [.. entries.Select(e => e[dimension]).Distinct()];
                var places = codes.Index().ToDictionary(c => c.Item, c => c.Index);
                writer.Write(codes.Length);
                foreach (var code in codes)
                {
                    writer.Write(code > 0);
                    if (code > 0) writer.Write(pools[dimension][code]!);
                }
                foreach (var entry in entries) writer.Write7BitEncodedInt(places[entry[dimension]]);
            }
        }
    }

    public static MonthHeader Read(byte[] bytes, StringPools pools)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var (rows, answered, firstDay, lastDue) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        var (tenths, ends, received, common) = (ReadList(), ReadList(), ReadList(), new CountedFact[1]);
        ReadCodes(common, CommonDimensions);
        var entries = new CountedFact[Dimensions.Length][];
        for (var block = 0; block < entries.Length; block++)
        {
            entries[block] = new CountedFact[reader.ReadInt32()];
            ReadCodes(entries[block], Dimensions[block]);
            if (block != (int)Block.Course) continue;
            foreach (ref var entry in entries[block].AsSpan()) (entry.Numbers, entry.Flags) = (reader.ReadUInt64(), reader.ReadInt32());
        }
        return new()
        {
            Rows = rows,
            Answered = answered,
            FirstDay = firstDay,
            LastDue = lastDue,
            RunTenths = tenths,
            RunEnds = ends,
            Received = received,
            Common = common[0],
            Entries = entries,
        };

        int[] ReadList()
        {
            var list = new int[reader.ReadInt32()];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(list.AsSpan()));
            return list;
        }

        void ReadCodes(CountedFact[] entries, Dimension[] dimensions)
        {
            foreach (var dimension in dimensions)
            {
                var codes = new int[reader.ReadInt32()];
                for (var i = 0; i < codes.Length; i++) codes[i] = pools[dimension].CodeOf(reader.ReadBoolean() ? reader.ReadString() : null);
                foreach (ref var entry in entries.AsSpan()) entry.Codes[dimension.Index] = codes[reader.Read7BitEncodedInt()];
            }
        }
    }
}

using System.Buffers.Binary;
using System.Reflection;
using System.Text;

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>
/// A TrueType font (Inter, SIL Open Font License 1.1): the shapes and widths of its letters, and the subset of it that a document needs. The package that
/// brings it is an assembly, which is loaded for its resource (all fonts, behind an index); none of its code runs.
/// </summary>
internal sealed class Typeface
{
    private static readonly Dictionary<string, byte[]> Files = ReadFiles();

    public static readonly Typeface Regular = new("Inter-Regular", Files["/Assets/Inter-Regular.ttf"]);
    public static readonly Typeface SemiBold = new("Inter-SemiBold", Files["/Assets/Inter-SemiBold.ttf"]);

    private readonly byte[] _file;
    private readonly Dictionary<string, (int Offset, int Length)> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _glyphs = [];
    private readonly int _advances;
    private readonly int _digitAdvance;

    private Typeface(string name, byte[] file)
    {
        (Name, _file) = (name, file);
        for (var at = 12; at < 12 + 16 * U16(4); at += 16) _tables[Encoding.ASCII.GetString(file, at, 4)] = (I32(at + 8), I32(at + 12));
        UnitsPerEm = U16(Table("head") + 18);
        _advances = U16(Table("hhea") + 34);
        Ascent = I16(Table("hhea") + 4);
        Descent = I16(Table("hhea") + 6);
        CapHeight = I16(Table("OS/2") + 88);
        BoundingBox = [.. Enumerable.Range(0, 4).Select(i => (int)I16(Table("head") + 36 + 2 * i))];
        ReadCharacters();
        _digitAdvance = "0123456789".Max(digit => Advance(Glyph(digit)));
    }

    public string Name { get; }
    public int UnitsPerEm { get; }
    public int Ascent { get; }
    public int Descent { get; }
    public int CapHeight { get; }
    public int[] BoundingBox { get; }

    /// <summary>Glyph 0, the empty box, for what the font lacks.</summary>
    public int Glyph(int character) => _glyphs.GetValueOrDefault(character);

    /// <summary>In <see cref="UnitsPerEm"/>.</summary>
    public int Advance(int glyph) => U16(Table("hmtx") + 4 * Math.Min(glyph, _advances - 1));

    public double Width(string text, double size) => text.EnumerateRunes().Sum(c => Advance(Glyph(c.Value))) * size / UnitsPerEm;

    /// <summary>
    /// What to leave on each side of a character in a column of figures: each digit as wide as the widest, so that they stand below each other.
    /// </summary>
    public double Aside(Rune character) => Rune.IsDigit(character) ? (_digitAdvance - Advance(Glyph(character.Value))) / 2.0 : 0;

    /// <summary>The width in a column of figures.</summary>
    public double ColumnWidth(string text, double size) => Width(text, size) + text.EnumerateRunes().Sum(c => 2 * Aside(c)) * size / UnitsPerEm;

    /// <summary>The contours of a glyph, each a closed line of points, on or off the curve (quadratic); in units of the font, upwards.</summary>
    public List<List<(double X, double Y, bool IsOn)>> Contours(int glyph)
    {
        var outline = Outline(glyph);
        if (outline.Length == 0) return [];
        var count = BinaryPrimitives.ReadInt16BigEndian(outline);
        return count < 0 ? Composite(outline) : Simple(outline, count);
    }

    /// <summary>The font with the outlines of these glyphs only; they keep their numbers.</summary>
    public byte[] Subset(IEnumerable<int> glyphs)
    {
        var wanted = new SortedSet<int> { 0 };
        foreach (var glyph in glyphs) Want(glyph, wanted);
        var count = U16(Table("maxp") + 4);
        var (loca, glyf) = (new byte[4 * (count + 1)], new MemoryStream());
        for (var glyph = 0; glyph < count; glyph++)
        {
            BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * glyph), (int)glyf.Length);
            if (wanted.Contains(glyph)) glyf.Write(Outline(glyph));
            while (glyf.Length % 4 > 0) glyf.WriteByte(0);
        }
        BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * count), (int)glyf.Length);
        var head = Copy("head");
        BinaryPrimitives.WriteInt16BigEndian(head.AsSpan(50), 1); // long offsets
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(8), 0);
        return Assemble([("glyf", glyf.ToArray()), ("head", head), ("hhea", Copy("hhea")), ("hmtx", Copy("hmtx")), ("loca", loca), ("maxp", Copy("maxp")),
            ("prep", Copy("prep"))]);
    }

    // A letter can be made of others: å of an a and a ring.
    private void Want(int glyph, SortedSet<int> wanted)
    {
        if (!wanted.Add(glyph)) return;
        var outline = Outline(glyph);
        if (outline.Length == 0 || BinaryPrimitives.ReadInt16BigEndian(outline) >= 0) return;
        for (var at = 10; ;)
        {
            var flags = BinaryPrimitives.ReadUInt16BigEndian(outline[at..]);
            Want(BinaryPrimitives.ReadUInt16BigEndian(outline[(at + 2)..]), wanted);
            at += 4 + ((flags & 0x1) > 0 ? 4 : 2) + ((flags & 0x8) > 0 ? 2 : (flags & 0x40) > 0 ? 4 : (flags & 0x80) > 0 ? 8 : 0);
            if ((flags & 0x20) == 0) return;
        }
    }

    // å is an a and a ring, each moved to its place.
    private List<List<(double X, double Y, bool IsOn)>> Composite(ReadOnlySpan<byte> outline)
    {
        var contours = new List<List<(double X, double Y, bool IsOn)>>();
        for (var at = 10; ;)
        {
            var (flags, part) = (BinaryPrimitives.ReadUInt16BigEndian(outline[at..]), BinaryPrimitives.ReadUInt16BigEndian(outline[(at + 2)..]));
            var isWide = (flags & 0x1) > 0;
            var (dx, dy) = isWide ? (BinaryPrimitives.ReadInt16BigEndian(outline[(at + 4)..]), BinaryPrimitives.ReadInt16BigEndian(outline[(at + 6)..]))
                : ((sbyte)outline[at + 4], (sbyte)outline[at + 5]);
            at += isWide ? 8 : 6;
            double[] scale = [1, 0, 0, 1];
            double Next(ReadOnlySpan<byte> of) => BinaryPrimitives.ReadInt16BigEndian(of[at..]) / 16384.0;
            if ((flags & 0x8) > 0)
            {
                scale[0] = scale[3] = Next(outline);
                at += 2;
            }
            else if ((flags & 0xC0) > 0)
                foreach (var i in (flags & 0x40) > 0 ? [0, 3] : new[] { 0, 1, 2, 3 })
                {
                    scale[i] = Next(outline);
                    at += 2;
                }
            contours.AddRange(Contours(part).Select(c => c.ConvertAll(p =>
                (p.X * scale[0] + p.Y * scale[2] + dx, p.X * scale[1] + p.Y * scale[3] + dy, p.IsOn))));
            if ((flags & 0x20) == 0) return contours;
        }
    }

    private static List<List<(double X, double Y, bool IsOn)>> Simple(ReadOnlySpan<byte> outline, int count)
    {
        var ends = new int[count];
        for (var i = 0; i < count; i++) ends[i] = BinaryPrimitives.ReadUInt16BigEndian(outline[(10 + 2 * i)..]);
        var at = 10 + 2 * count + 2 + BinaryPrimitives.ReadUInt16BigEndian(outline[(10 + 2 * count)..]);
        var flags = new List<byte>();
        while (flags.Count <= ends[^1])
        {
            var flag = outline[at++];
            var times = (flag & 0x8) > 0 ? outline[at++] + 1 : 1;
            for (var i = 0; i < times; i++) flags.Add(flag);
        }
        var (xs, ys) = (Coordinates(outline, ref at, flags, 0x2, 0x10), Coordinates(outline, ref at, flags, 0x4, 0x20));
        var (contours, start) = (new List<List<(double X, double Y, bool IsOn)>>(), 0);
        foreach (var end in ends)
        {
            contours.Add([.. Enumerable.Range(start, end - start + 1).Select(i => ((double)xs[i], (double)ys[i], (flags[i] & 0x1) > 0))]);
            start = end + 1;
        }
        return contours;
    }

    // Each is told by how far it is from the one before: a byte with its sign in the flag, nothing at all, or two bytes.
    private static int[] Coordinates(ReadOnlySpan<byte> outline, ref int at, List<byte> flags, int isByte, int isSameOrPositive)
    {
        var (values, value) = (new int[flags.Count], 0);
        for (var i = 0; i < values.Length; i++)
        {
            if ((flags[i] & isByte) > 0) value += (flags[i] & isSameOrPositive) > 0 ? outline[at++] : -outline[at++];
            else if ((flags[i] & isSameOrPositive) == 0)
            {
                value += BinaryPrimitives.ReadInt16BigEndian(outline[at..]);
                at += 2;
            }
            values[i] = value;
        }
        return values;
    }

    private ReadOnlySpan<byte> Outline(int glyph)
    {
        var isLong = I16(Table("head") + 50) == 1;
        int Offset(int index) => isLong ? I32(Table("loca") + 4 * index) : 2 * U16(Table("loca") + 2 * index);
        return _file.AsSpan(Table("glyf") + Offset(glyph), Offset(glyph + 1) - Offset(glyph));
    }

    private static byte[] Assemble((string Tag, byte[] Data)[] tables)
    {
        var power = (int)Math.Log2(tables.Length);
        var file = new MemoryStream();
        var header = new byte[12 + 16 * tables.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, 0x00010000);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)tables.Length);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)(16 << power));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(8), (ushort)power);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)(16 * tables.Length - (16 << power)));
        file.Write(header);
        var headAt = 0;
        foreach (var (index, (tag, data)) in tables.Index())
        {
            if (tag == "head") headAt = (int)file.Length;
            var entry = header.AsSpan(12 + 16 * index);
            Encoding.ASCII.GetBytes(tag, entry);
            BinaryPrimitives.WriteUInt32BigEndian(entry[4..], Sum(data));
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], (int)file.Length);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], data.Length);
            file.Write(data);
            while (file.Length % 4 > 0) file.WriteByte(0);
        }
        var bytes = file.ToArray();
        header.CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(headAt + 8), 0xB1B0AFBAu - Sum(bytes));
        return bytes;
    }

    private static uint Sum(ReadOnlySpan<byte> data)
    {
        var sum = 0u;
        for (var i = 0; i < data.Length; i++) sum += (uint)data[i] << (24 - 8 * (i % 4));
        return sum;
    }

    // Format 12 names every character, format 4 those of the first 65,536; one of them is there.
    private void ReadCharacters()
    {
        var cmap = Table("cmap");
        var subtables = Enumerable.Range(0, U16(cmap + 2)).Select(i => cmap + I32(cmap + 8 + 8 * i)).ToList();
        if (subtables.Find(at => U16(at) == 12) is > 0 and var wide)
        {
            for (var group = wide + 16; group < wide + 16 + 12 * I32(wide + 12); group += 12)
                for (var character = I32(group); character <= I32(group + 4); character++)
                    _glyphs[character] = I32(group + 8) + character - I32(group);
            return;
        }
        var at = subtables.Find(at => U16(at) == 4);
        var segments = U16(at + 6); // twice their number
        for (var segment = 0; segment < segments; segment += 2)
        {
            var (end, start) = (U16(at + 14 + segment), U16(at + 16 + segments + segment));
            var (delta, rangeAt) = (U16(at + 16 + 2 * segments + segment), at + 16 + 3 * segments + segment);
            for (int character = start; character <= end && character < 0xFFFF; character++)
            {
                var glyph = U16(rangeAt) == 0 ? character : U16(rangeAt + U16(rangeAt) + 2 * (character - start));
                if (glyph > 0) _glyphs[character] = (glyph + delta) & 0xFFFF;
            }
        }
    }

    private byte[] Copy(string tag) => _file.AsSpan(_tables[tag].Offset, _tables[tag].Length).ToArray();

    private int Table(string tag) => _tables[tag].Offset;

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(at));

    private short I16(int at) => BinaryPrimitives.ReadInt16BigEndian(_file.AsSpan(at));

    private int I32(int at) => BinaryPrimitives.ReadInt32BigEndian(_file.AsSpan(at));

    private static Dictionary<string, byte[]> ReadFiles()
    {
        using var carrier = new MemoryStream();
        using (var embedded = typeof(Typeface).Assembly.GetManifestResourceStream("Inter")!) embedded.CopyTo(carrier);
        using var resource = Assembly.Load(carrier.ToArray()).GetManifestResourceStream("!AvaloniaResources")!;
        using var reader = new BinaryReader(resource, Encoding.UTF8);
        var start = 4 + reader.ReadInt32();
        _ = reader.ReadInt32(); // the index's version
        var index = Enumerable.Range(0, reader.ReadInt32())
            .Select(_ => (Name: reader.ReadString(), Offset: reader.ReadInt32(), Length: reader.ReadInt32())).ToList();
        return index.ToDictionary(f => f.Name, f =>
        {
            resource.Position = start + f.Offset;
            return reader.ReadBytes(f.Length);
        }, StringComparer.Ordinal);
    }
}

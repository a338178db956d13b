using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace Avvik.Statistics.Documents.Pdf;

/// <summary>
/// A tagged PDF 1.7 (ISO 32000-1) that keeps to PDF/UA-1 (ISO 14289-1): pages, what they mean, and the fonts they need. No clock and no chance: the same pages
/// are the same bytes.
/// </summary>
internal sealed class PdfFile
{
    private readonly List<byte[]?> _objects = [];
    private readonly List<PdfPage> _pages = [];
    private readonly List<(string Title, PdfPage Page, double Y)> _bookmarks = [];
    private readonly List<(Typeface Face, SortedDictionary<int, Rune> Used)> _fonts = [];

    public PdfElement Root { get; } = new("Document");

    public IReadOnlyList<PdfPage> Pages => _pages;

    public PdfPage AddPage(double width, double height)
    {
        _pages.Add(new(this, width, height));
        return _pages[^1];
    }

    public void Bookmark(string title, PdfPage page, double y) => _bookmarks.Add((title, page, y));

    /// <summary>The font's name on the pages.</summary>
    public string Use(Typeface face)
    {
        var index = _fonts.FindIndex(f => f.Face == face);
        if (index < 0)
        {
            index = _fonts.Count;
            _fonts.Add((face, []));
        }
        return string.Create(CultureInfo.InvariantCulture, $"F{index + 1}");
    }

    public int Use(Typeface face, Rune character)
    {
        var (glyph, used) = (face.Glyph(character.Value), _fonts.Find(f => f.Face == face).Used);
        // Two characters can look the same, as the two spaces do: what is copied from the page is the plain one.
        if (!used.TryGetValue(glyph, out var known) || character < known) used[glyph] = character;
        return glyph;
    }

    public byte[] Finish(string title, string language, DateTimeOffset created)
    {
        var (catalog, pageTree, structure, parents) = (Reserve(), Reserve(), Reserve(), Reserve());
        var fonts = string.Join(' ', _fonts.Select(f => $"/{Use(f.Face)} {Font(f.Face, f.Used)} 0 R"));
        var pages = _pages.ToDictionary(p => p, _ => Reserve());
        foreach (var (index, page) in _pages.Index())
        {
            var content = Stream("", Encoding.ASCII.GetBytes(page.Content));
            var box = $"[0 0 {Charts.Coordinate.Of(page.Width)} {Charts.Coordinate.Of(page.Height)}]";
            Set(pages[page], $"<</Type /Page /Parent {pageTree} 0 R /MediaBox {box} /Resources <</Font <<{fonts}>>>> /Contents {content} 0 R "
                + $"/StructParents {index} /Tabs /S>>");
        }
        Set(pageTree, $"<</Type /Pages /Count {_pages.Count} /Kids [{string.Join(' ', _pages.Select(p => $"{pages[p]} 0 R"))}]>>");

        var elements = new Dictionary<PdfElement, int>();
        var top = Element(Root, structure, pages, elements);
        var numbers = _pages.Select((p, i) => $"{i} [{string.Join(' ', p.Marks.Select(m => $"{elements[m]} 0 R"))}]");
        Set(parents, $"<</Nums [{string.Join(' ', numbers)}]>>");
        Set(structure, $"<</Type /StructTreeRoot /K [{top} 0 R] /ParentTree {parents} 0 R /ParentTreeNextKey {_pages.Count}>>");

        var date = created.UtcDateTime;
        var stamp = date.ToString("'D:'yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture);
        var information = Add($"<</Title {Text(title)} /Producer {Text("Avvik")} /CreationDate ({stamp})>>");
        var xmp = Encoding.UTF8.GetBytes(Xmp(title, language, date));
        var metadata = Add($"<</Type /Metadata /Subtype /XML /Length {xmp.Length}>>", xmp);
        Set(catalog, $"<</Type /Catalog /Pages {pageTree} 0 R /StructTreeRoot {structure} 0 R /MarkInfo <</Marked true>> /Lang ({language}) "
            + $"/ViewerPreferences <</DisplayDocTitle true>> /Metadata {metadata} 0 R{Outlines(pages)}>>");
        return Write(catalog, information);
    }

    private int Element(PdfElement element, int parent, Dictionary<PdfPage, int> pages, Dictionary<PdfElement, int> elements)
    {
        var id = elements[element] = Reserve();
        var kids = element.Kids.Select(kid => kid is PdfElement inner
            ? $"{Element(inner, id, pages, elements)} 0 R"
            : kid is PdfMark mark ? $"<</Type /MCR /Pg {pages[mark.Page]} 0 R /MCID {mark.Number}>>" : "").ToList();
        var alternative = element.Alternative is { } words ? $" /Alt {Text(words)}" : "";
        var attributes = element.Attributes is { } given ? $" /A <<{given}>>" : "";
        Set(id, $"<</Type /StructElem /S /{element.Role} /P {parent} 0 R /K [{string.Join(' ', kids)}]{alternative}{attributes}>>");
        return id;
    }

    private string Outlines(Dictionary<PdfPage, int> pages)
    {
        if (_bookmarks.Count == 0) return "";
        var (root, items) = (Reserve(), _bookmarks.Select(_ => Reserve()).ToList());
        foreach (var (i, (title, page, y)) in _bookmarks.Index())
        {
            var neighbours = (i > 0 ? $" /Prev {items[i - 1]} 0 R" : "") + (i + 1 < items.Count ? $" /Next {items[i + 1]} 0 R" : "");
            var destination = $"[{pages[page]} 0 R /XYZ 0 {Charts.Coordinate.Of(page.Height - y)} null]";
            Set(items[i], $"<</Title {Text(title)} /Parent {root} 0 R /Dest {destination}{neighbours}>>");
        }
        Set(root, $"<</Type /Outlines /First {items[0]} 0 R /Last {items[^1]} 0 R /Count {items.Count}>>");
        return $" /Outlines {root} 0 R /PageMode /UseOutlines";
    }

    // Glyphs keep their numbers in the subset, so a text is written as glyph numbers and the map back to characters is all a reader needs.
    private int Font(Typeface face, SortedDictionary<int, Rune> used)
    {
        // Some cultures have a minus of their own.
        string Scaled(int units) => Math.Round(units * 1000.0 / face.UnitsPerEm).ToString(CultureInfo.InvariantCulture);
        var subset = face.Subset(used.Keys);
        var file = Stream($" /Length1 {subset.Length}", subset);
        // Six letters name a subset; they come from its bytes and not from chance.
        var name = string.Concat(SHA256.HashData(subset).Take(6).Select(b => (char)('A' + b % 26))) + "+" + face.Name;
        var descriptor = Add($"<</Type /FontDescriptor /FontName /{name} /Flags 32 /FontBBox [{string.Join(' ', face.BoundingBox.Select(Scaled))}] "
            + $"/ItalicAngle 0 /Ascent {Scaled(face.Ascent)} /Descent {Scaled(face.Descent)} /CapHeight {Scaled(face.CapHeight)} /StemV 80 "
            + $"/FontFile2 {file} 0 R>>");
        var widths = string.Join(' ', used.Keys.Select(glyph => $"{glyph} [{Charts.Coordinate.Of(face.Advance(glyph) * 1000.0 / face.UnitsPerEm)}]"));
        var descendant = Add($"<</Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> "
            + $"/CIDToGIDMap /Identity /FontDescriptor {descriptor} 0 R /DW 1000 /W [{widths}]>>");
        var map = new StringBuilder("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) "
            + "/Supplement 0>> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
        foreach (var page in used.Chunk(100))
            map.Append(CultureInfo.InvariantCulture, $"{page.Length} beginbfchar\n")
                .AppendJoin('\n', page.Select(u => $"<{u.Key:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(u.Value.ToString()))}>"))
                .Append("\nendbfchar\n");
        var unicode = Stream("", Encoding.ASCII.GetBytes(map.Append("endcmap CMapName currentdict /CMap defineresource pop end end").ToString()));
        return Add($"<</Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{descendant} 0 R] "
            + $"/ToUnicode {unicode} 0 R>>");
    }

    private static string Xmp(string title, string language, DateTime created) => $"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
         xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
        xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
        <pdfuaid:part>1</pdfuaid:part>
        <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{SecurityElement.Escape(title)}</rdf:li></rdf:Alt></dc:title>
        <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
        <xmp:CreateDate>{created.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}</xmp:CreateDate><pdf:Producer>Avvik</pdf:Producer>
        </rdf:Description></rdf:RDF></x:xmpmeta>
        <?xpacket end="r"?>
        """;

    private byte[] Write(int catalog, int information)
    {
        var file = new MemoryStream();
        void Line(string text) => file.Write(Encoding.ASCII.GetBytes(text + "\n"));
        Line("%PDF-1.7");
        file.Write([(byte)'%', 0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']); // tells those who carry it that it is not text
        var offsets = new List<long>();
        foreach (var (index, body) in _objects.Index())
        {
            offsets.Add(file.Length);
            Line(string.Create(CultureInfo.InvariantCulture, $"{index + 1} 0 obj"));
            file.Write(body);
            Line("\nendobj");
        }
        var (table, id) = (file.Length, Convert.ToHexString(SHA256.HashData(file.ToArray()).AsSpan(0, 16)));
        Line(string.Create(CultureInfo.InvariantCulture, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f "));
        foreach (var offset in offsets) Line(string.Create(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n "));
        Line(string.Create(CultureInfo.InvariantCulture,
            $"trailer\n<</Size {offsets.Count + 1} /Root {catalog} 0 R /Info {information} 0 R /ID [<{id}> <{id}>]>>"));
        Line(string.Create(CultureInfo.InvariantCulture, $"startxref\n{table}\n%%EOF"));
        return file.ToArray();
    }

    private int Reserve()
    {
        _objects.Add(null);
        return _objects.Count;
    }

    private void Set(int id, string body) => _objects[id - 1] = Encoding.ASCII.GetBytes(body);

    private int Add(string body)
    {
        var id = Reserve();
        Set(id, body);
        return id;
    }

    private int Add(string dictionary, byte[] data)
    {
        var id = Reserve();
        _objects[id - 1] = [.. Encoding.ASCII.GetBytes(dictionary + "\nstream\n"), .. data, .. "\nendstream"u8];
        return id;
    }

    private int Stream(string entries, byte[] data)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(data);
        return Add($"<</Filter /FlateDecode /Length {packed.Length}{entries}>>", packed.ToArray());
    }

    /// <summary>A text outside of what is drawn.</summary>
    public static string Text(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";
}

using System.Text;
using System.Text.RegularExpressions;
using Avvik.Statistics.Documents;
using Avvik.Statistics.Documents.Pdf;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Documents;

public sealed partial class Pdf_tests
{
    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public async Task Pdf_passes_qpdf_check(string name)
    {
        var file = await WriteAsync(name);
        Assert.Contains("No syntax or stream encoding errors found", await Script.RunAsync("/usr/bin/qpdf", "--check", file), StringComparison.Ordinal);
        var information = await Script.RunAsync("/usr/bin/pdfinfo", file);
        Assert.Matches(@"Tagged:\s+yes", information);
        Assert.Matches(@"(?m)^Title:\s+" + Regex.Escape(Reports.All[name].Title), information);
        Assert.Matches(@"Page size:\s+595.28 x 841.89 pts \(A4\)", information);
    }

    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public async Task Pdf_text_contains_every_figure(string name)
    {
        var (file, document) = (await WriteAsync(name), Reports.All[name]);
        var text = Plain(await Script.RunAsync("/usr/bin/pdftotext", "-layout", file, "-"));
        var figures = document.Sections.SelectMany(s =>
            (s.Table.Total is { } total ? s.Table.Rows.Append(total) : s.Table.Rows).SelectMany(row => row.Zip(s.Table.Columns)))
            .Where(c => c.First.Number is not null).Select(c => Plain(Wording.Of(c.First, c.Second)))
                .Concat(document.KeyFigures.Select(f => Plain(Wording.Of(f))));
        foreach (var figure in figures.GroupBy(f => f))
        {
            var found = Regex.Count(text, $@"(?<![\d,]){Regex.Escape(figure.Key)}(?![\d,])");
            Assert.True(found >= figure.Count(), $"{figure.Key} stands {figure.Count()} times in the document and {found} times in the text");
        }
    }

    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public async Task Pdf_structure_tree_has_every_table_cell(string name)
    {
        var (file, document) = (await WriteAsync(name), Reports.All[name]);
        var structure = await Script.RunAsync("/usr/bin/pdfinfo", "-struct-text", file);
        Assert.Equal(Reports.Cells(document).Concat(document.Sections.Where(s => s.Table.Rows.Count == 0).Select(_ => "Ingen i perioden.")).Select(Dense)
            .Where(c => c.Length > 0).Order(StringComparer.Ordinal),
            Spoken(structure, "TH", "TD").Where(c => c.Length > 0).Order(StringComparer.Ordinal));
        Assert.Equal([Dense(document.Title)], Spoken(structure, "H1"));
        string[] notes = [.. document.Method.Count > 0 ? ["Slik er det talt"] : Array.Empty<string>(),
            .. document.Suppression.Count > 0 ? ["Avrunding"] : Array.Empty<string>()];
        Assert.Equal(document.Sections.Select(s => Dense(s.Title)).Concat(notes.Select(Dense)), Spoken(structure, "H2"));
        Assert.Equal(document.Sections.Count, Regex.Count(structure, @"(?m)^\s*Table\b"));
    }

    [Fact]
    public async Task Pdf_has_reading_order_and_text_alternatives()
    {
        var structure = await Script.RunAsync("/usr/bin/pdfinfo", "-struct-text", await WriteAsync("small"));
        var paragraphs = Spoken(structure, "P");
        string[] expected =
        [
            "Helsefellesskapet Innlandet", "Kvartalsrapport til Strategisk samarbeidsutvalg",
            "3. kvartal 2026 · versjon 2 · tall hentet ut 05.10.2026 kl. 06.00", "Meldte avvik: 1 234 42 flere enn kvartalet før",
        ];
        Assert.Equal(expected.Select(Dense), paragraphs.Take(4));
        Assert.Equal(Dense($"Kontrollsum for innholdet (SHA-256): {Reports.Small().ContentHash}"), paragraphs[^1]);
        var raw = Encoding.Latin1.GetString(PdfReport.Render(Reports.Small()));
        var alternatives = Alternative().Matches(raw).Select(m => Encoding.BigEndianUnicode.GetString(Convert.FromHexString(m.Groups["text"].Value))).ToList();
        Assert.Equal(4, alternatives.Count);
        Assert.StartsWith("Utvikling over åtte kvartaler. Linjediagram av Antall over 8 kvartaler. 4. kv. 2024: 110; ", alternatives[0],
            StringComparison.Ordinal);
        Assert.EndsWith("Nedre grense 53,5. Utenfor grensene: 2. kv. 2026.", alternatives[0], StringComparison.Ordinal);
        Assert.Equal("Antall etter region. Stolpediagram av Antall, 5 rader. Hamarregionen: 301; Gjøvikregionen: 288; Nord-Østerdal og Røros: skjult; "
            + "Valdres: skjult; Guovdageaidnu og Kárášjohka: 0.", alternatives[2]);
        Assert.Contains("/Lang (nb-NO)", raw, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public async Task Pdf_embeds_font_subsets(string name)
    {
        var fonts = (await Script.RunAsync("/usr/bin/pdffonts", await WriteAsync(name))).Split('\n').Skip(2).ToList();
        Assert.Equal(2, fonts.Count);
        // Embedded, a subset, and with a way back to characters.
        Assert.All(fonts, font => Assert.Matches(@"^[A-Z]{6}\+Inter-(Regular|SemiBold)\s+CID TrueType\s+Identity-H\s+yes yes yes", font));
        Assert.InRange(new FileInfo(await WriteAsync("small")).Length, 10_000, 80_000);
    }

    [Fact]
    public async Task Pdf_repeats_table_headers_and_numbers_every_page()
    {
        var pages = (await Script.RunAsync("/usr/bin/pdftotext", "-layout", await WriteAsync("forty-pages"), "-"))
            .Split('\f', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(pages.Length >= 40, $"{pages.Length} pages");
        Assert.All(pages.Index(), p => Assert.Contains($"Side {p.Index + 1} av {pages.Length}", p.Item, StringComparison.Ordinal));
        Assert.All(pages.Where(p => p.Contains("Enhet nummer", StringComparison.Ordinal)), p => Assert.Matches(@"Enhet\s+Kommune\s+Antall", p));
    }

    [Fact]
    public void Pdf_drawing_without_a_structure_element_is_an_error()
    {
        var page = new PdfFile().AddPage(100, 100);
        Assert.Throws<InvalidOperationException>(() => page.Text(0, 0, "alene", 10, "#000000", Typeface.Regular));
        Assert.Throws<InvalidOperationException>(() => page.Draw(null, () => page.Draw(null, () => { })));
    }

    private static async Task<string> WriteAsync(string name)
    {
        await Script.RunAsync("tests/document-tools");
        return await Reports.SaveAsync($"{name}.pdf", PdfReport.Render(Reports.All[name]));
    }

    /// <summary>The words of each element of a role, without the spaces that lines are broken at.</summary>
    private static List<string> Spoken(string structure, params string[] roles)
    {
        var lines = structure.Split('\n');
        static int Depth(string line) => line.Length - line.TrimStart().Length;
        return [.. lines.Index().Where(l => roles.Contains(l.Item.Trim().Split(' ', ':')[0], StringComparer.Ordinal)).Select(l =>
            Dense(string.Concat(lines.Skip(l.Index + 1).TakeWhile(below => Depth(below) > Depth(l.Item)).Where(words => words.TrimStart().StartsWith('"'))
                .Select(words => words.Trim()[1..^1]))))];
    }

    private static string Dense(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static string Plain(string text) => text.Replace('\u00A0', ' ');

    [GeneratedRegex("/Alt <FEFF(?<text>[0-9A-F]+)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10000)]
    private static partial Regex Alternative();
}

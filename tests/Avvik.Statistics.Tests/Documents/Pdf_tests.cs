using System.Globalization;
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
        var figures = Reports.Sections(document).Where(s => s.Chart is not TrendChart)
            .SelectMany(s => (s.Table.Total is { } total ? s.Table.Rows.Append(total) : s.Table.Rows).SelectMany(row => row.Zip(s.Table.Columns)))
            .Where(c => c.First.Number is not null).Select(c => Plain(Wording.Of(c.First, c.Second)))
            .Concat(document.KeyFigures.Where(f => f.Value != ":").Select(f => Plain(f.Value)));
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
        Assert.Equal(Reports.Cells(document).Select(Dense).Where(c => c.Length > 0).Order(StringComparer.Ordinal),
            Spoken(structure, "TH", "TD").Where(c => c.Length > 0).Order(StringComparer.Ordinal));
        Assert.Equal([Dense(document.Title)], Spoken(structure, "H1"));
        Assert.Equal(document.Chapters.Select(c => c.Title).Prepend(document.HighlightsTitle).Where(t => t.Length > 0).Select(Dense), Spoken(structure, "H2"));
        Assert.Equal(document.Chapters.SelectMany(c => c.Sections.Select(s => s.Title).Concat(c.Notes.Select(n => n.Title))).Select(Dense), Spoken(structure,
            "H3"));
    }

    [Fact]
    public async Task Words_of_a_key_figure_stay_in_its_tile()
    {
        var report = Reports.Small() with
        {
            KeyFigures = [.. Enumerable.Range(1, 4).Select(i => new KeyFigure($"Tall{i}", "1", Arrow.Up, "50,0 prosentpoeng opp"))],
        };
        var words = await Script.RunAsync("/usr/bin/pdftotext", "-bbox", await Reports.SaveAsync("tiles.pdf", PdfReport.Render(report)), "-");

        // A line is <word xMin="1" yMin="2" xMax="3" yMax="4">word</word>.
        double[] Edges(string edge, string word) => [.. words.Split('\n').Where(line => line.Contains($">{word}<", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split($"{edge}=\"")[1].Split('"')[0], CultureInfo.InvariantCulture))];
        double[] starts = [.. Enumerable.Range(1, 4).Select(i => Edges("xMin", $"Tall{i}").Single())];
        // As far from the tile's right edge as its first word from the left one, and a gap of ten points between the tiles.
        const double inside = 9, gap = 10;
        Assert.All(Edges("xMax", "opp").Zip(starts.Skip(1)), words => Assert.InRange(words.First, 0, words.Second - 2 * inside - gap + 0.1));
        Assert.Equal(4, Edges("xMax", "opp").Length);
    }

    [Fact]
    public async Task Words_are_apart_and_symbols_are_told_when_they_are_read_out()
    {
        var structure = await Script.RunAsync("/usr/bin/pdfinfo", "-struct-text", await WriteAsync("small"));
        var words = string.Concat(structure.Split('\n').Where(l => l.TrimStart().StartsWith('"')).Select(l => l.Trim()[1..^1])).Replace('\u00A0', ' ');
        Assert.Contains("Avvik mottatt 1 234 ▲ 42 flere Forrige kvartal: 1 192 Besvart innen frist 87,5 % ▶ omtrent uendret", words,
            StringComparison.Ordinal);
        Assert.Contains("Fra kommune til helseforetak 702 +31 81,3 % 7,5 Fra helseforetak til kommune 489", words, StringComparison.Ordinal);
        Assert.Contains("Løten : : ", words, StringComparison.Ordinal);
        Assert.Contains("1. 1 234 avvik er mottatt. Figur 1, side 2 2. 87,5 %", words, StringComparison.Ordinal);
        var plain = Path.Combine(System.IO.Directory.CreateTempSubdirectory("avvik-pdf-").FullName, "small.pdf");
        await Script.RunAsync("/usr/bin/qpdf", "--qdf", "--object-streams=disable", await WriteAsync("small"), plain);
        var told = Regex.Matches(await File.ReadAllTextAsync(plain, Encoding.Latin1), "/ActualText <FEFF(?<text>[0-9A-F]+)>",
                RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, TimeSpan.FromSeconds(10))
            .Select(m => Encoding.BigEndianUnicode.GetString(Convert.FromHexString(m.Groups["text"].Value))).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string>(["opp ", "ned ", "uendret ", "skjult ", "SI Tynset til SI Habilitering "]), told);
        var raw = Encoding.Latin1.GetString(PdfReport.Render(Reports.Small()));
        var alternative = Encoding.BigEndianUnicode.GetString(Convert.FromHexString(Alternative().Match(raw).Groups["text"].Value));
        Assert.StartsWith("Antall avvik per kvartal. Linjediagram av Antall over 8 kvartaler. 4. kv. 2024: 110; ", alternative, StringComparison.Ordinal);
        Assert.EndsWith("Utenfor grensene: 3. kv. 2026.", alternative, StringComparison.Ordinal);
    }

    /// <summary>The checkpoints of PDF/UA-1 (Matterhorn protocol) that a program can judge, since no validator can be had here.</summary>
    [Theory, MemberData(nameof(Reports.Names), MemberType = typeof(Reports))]
    public async Task Pdf_meets_the_checkpoints_of_pdf_ua(string name)
    {
        var file = await WriteAsync(name);
        var plain = file.Replace(".pdf", ".plain.pdf", StringComparison.Ordinal);
        await Script.RunAsync("/usr/bin/qpdf", "--qdf", "--object-streams=disable", file, plain);
        var pdf = await File.ReadAllTextAsync(plain, Encoding.Latin1);
        // 01: all that is drawn is tagged or an artifact, and marks do not lie in each other but for spans.
        foreach (var page in pdf.Split("\nstream\n").Select(p => p.Split("endstream")[0])
                     .Where(p => p.Contains(" BDC\n", StringComparison.Ordinal) && p.Contains(" Tf ", StringComparison.Ordinal)))
        {
            var depth = 0;
            foreach (var line in page.Split('\n'))
            {
                if (line.EndsWith(" BDC", StringComparison.Ordinal) || line.EndsWith(" BMC", StringComparison.Ordinal)) depth++;
                else if (line == "EMC") depth--;
                else if (line.Trim().Length > 0) Assert.Equal(1, depth);
            }
            Assert.Equal(0, depth);
        }
        // 06, 07, 11: metadata says what it is, the title is shown, the language is given.
        Assert.Contains("<pdfuaid:part>1</pdfuaid:part>", pdf, StringComparison.Ordinal);
        Assert.Contains("<dc:title>", pdf, StringComparison.Ordinal);
        Assert.Contains("/DisplayDocTitle true", pdf, StringComparison.Ordinal);
        Assert.Contains("/Lang (nb-NO)", pdf, StringComparison.Ordinal);
        Assert.Contains("/Marked true", pdf, StringComparison.Ordinal);
        // 13: each figure has words instead and a place. 31: fonts lie in it, with a way back to characters. 28: pages are walked by structure.
        Assert.Equal(Regex.Count(pdf, @"/S /Figure\b"), Regex.Count(pdf, @"/Alt <"));
        Assert.Equal(2, Regex.Count(pdf, @"/FontFile2 "));
        Assert.Equal(2, Regex.Count(pdf, @"/ToUnicode "));
        Assert.Equal(Regex.Count(pdf, @"/Type /Page\b"), Regex.Count(pdf, @"/Tabs /S\b"));
        // 14, 15: headings skip no level; each table has a head, and each header says what it heads.
        var levels = (await Script.RunAsync("/usr/bin/pdfinfo", "-struct", file)).Split('\n').Select(l => l.Trim())
            .Where(l => l.Length > 1 && l[0] == 'H' && char.IsDigit(l[1])).Select(l => l[1] - '0').ToList();
        Assert.Equal(1, levels[0]);
        Assert.All(levels.Zip(levels.Skip(1)), l => Assert.True(l.Second <= l.First + 1));
        Assert.Equal(Regex.Count(pdf, @"/S /Table\b"), Regex.Count(pdf, @"/S /THead\b"));
        Assert.Equal(Regex.Count(pdf, @"/S /TH\b"), Regex.Count(pdf, @"/Scope /(Row|Column)"));
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
    public async Task Table_that_breaks_repeats_its_header_and_page_numbers_are_free_of_the_footer()
    {
        var file = await WriteAsync("forty-pages");
        var pages = (await Script.RunAsync("/usr/bin/pdftotext", "-layout", file, "-")).Split('\f', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(pages.Length >= 40, $"{pages.Length} pages");
        Assert.All(pages.Index(), p => Assert.Matches(
            $@"Helsefellesskap Innlandet · Kvartalsrapport til SSU · 3. kvartal 2026 · Versjon 2 {{3,}}Side {p.Index + 1} av {pages.Length}", p.Item));
        Assert.All(pages.Where(p => p.Contains("Enhet nummer", StringComparison.Ordinal)), p => Assert.Matches(@"Enhet\s+Kommune\s+Antall", p));
    }

    [Fact]
    public async Task Note_is_one_page()
    {
        await Script.RunAsync("tests/document-tools");
        var file = await Reports.SaveAsync("note.pdf", PdfReport.RenderNote(Reports.Small()));
        Assert.Matches(@"Pages:\s+1\n", await Script.RunAsync("/usr/bin/pdfinfo", file));
    }

    [Fact]
    public void Drawing_that_belongs_to_nothing_is_an_error()
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
            Dense(string.Concat(lines.Skip(l.Index + 1).TakeWhile(below => Depth(below) > Depth(l.Item)).Where(words =>
                words.TrimStart().StartsWith('"')).Select(words => words.Trim()[1..^1]))))];
    }

    private static string Dense(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static string Plain(string text) => text.Replace('\u00A0', ' ');

    [GeneratedRegex("/Alt <FEFF(?<text>[0-9A-F]+)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10000)]
    private static partial Regex Alternative();
}

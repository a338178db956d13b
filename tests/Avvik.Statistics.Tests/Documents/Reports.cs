using System.Globalization;
using Avvik.Statistics.Documents;
using Avvik.Statistics.Reports;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Documents;

/// <summary>Reports made by hand: what a report can hold, in the sizes it can have.</summary>
internal static class Reports
{
    private static readonly ReportColumn Count = new("Antall", ColumnType.Integer);
    private static readonly ReportColumn Change = new("Endring fra kvartalet før", ColumnType.Integer, Signed: true);
    private static readonly ReportColumn InTime = new("Andel innen frist", ColumnType.Percent);
    private static readonly ReportColumn Median = new("Median svartid, dager", ColumnType.Decimal);

    public static IReadOnlyDictionary<string, ReportDocument> All { get; } = new Dictionary<string, ReportDocument>(StringComparer.Ordinal)
    {
        ["small"] = Small(),
        ["nothing"] = Empty() with { Chapters = [new("Tall", [new("Retning", new("retning", [new("Retning", ColumnType.Text), Count], []))])] },
        ["forty-pages"] = FortyPages(),
        ["wide"] = Empty() with { Chapters = [new("Brede", [Wide(5), Wide(9)])] },
        ["tricky"] = Tricky(),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static ReportDocument Empty() => new()
    {
        Title = "Kvartalsrapport til SSU",
        Community = "Helsefellesskap Innlandet",
        CommunityCode = "innlandet",
        Period = "3. kvartal 2026",
        PeriodCode = "2026-Q3",
        Version = 2,
        ExtractedAt = new(2026, 10, 5, 4, 0, 0, TimeSpan.Zero),
        ContentHash = string.Concat(Enumerable.Repeat("9f86d081", 8)),
    };

    public static ReportDocument Small() => Empty() with
    {
        HighlightsTitle = "Dette bør SSU merke seg",
        Highlights = [new("1 234 avvik er mottatt.", "Figur 1, side 2"), new("87,5 % er besvart i tide.", "Nøkkeltall, denne siden")],
        KeyFigures =
        [
            new("Avvik mottatt", "1\u00A0234", Arrow.Up, "42 flere", "Forrige kvartal: 1\u00A0192"), new("Besvart innen frist", "87,5\u00A0%", Arrow.Same,
                "omtrent uendret"),
            new("Svartid, median", "6,4", Arrow.Down, "0,8 døgn kortere"), new("Ubesvart over frist", ":", Note: "Skjult: for få svar"),
        ],
        Reading = ["Lav melding er ikke trygghet."],
        Chapters =
        [
            new("Utvikling", [Trend([110, 96, 121, 104, 99, 117, 190, 212])]),
            new("Parter",
            [
                new("Retning", new("retning", [new("Retning", ColumnType.Text), Count, Change, InTime, Median],
                    [["Fra kommune til helseforetak", 702, 31, 81.25m, 7.5m], ["Fra helseforetak til kommune", 489, -12, 93.04m, 4.1m],
                        ["Mellom kommuner", 43, 0, ReportCell.Empty, ReportCell.Empty]]) { Total = ["I alt", 1234, 19, 87.5m, 6.4m] })
                { Chart = new BarChart("Antall etter retning", 0, 1) },
                new("Region", new("region", [new("Region", ColumnType.Text), Count, Change],
                    [["Hamarregionen", 301, -7], ["Hamar", 288, 14], ["Løten", ReportCell.Suppressed, ReportCell.Suppressed],
                        ["Guovdageaidnu og Kárášjohka", 0, -3]]) { Headings = [0, 3] })
                { Introduction = "Regionen er den kommunale partens.", Note = "Uten tall: 3." },
                new("Kasteball", new("kasteball", [new("Mellom", ColumnType.Text), Count], [["SI Tynset → SI Habilitering", 12]])),
            ]),
            new("Metode", []) { Notes = [new("Slik er det talt", ["Et avvik telles i kvartalet det ble mottatt, etter norsk tid."])] },
        ],
        Data =
        [
            new("direction", "Hvem meldte til hvem",
                [new("count", Count, null, "Antall avvik."), new("count", new("Forrige kvartal", ColumnType.Integer), "previousQuarter", "Det samme før."),
                    new("answeredInTimePercent", InTime, null, "Andel.")],
                [new("municipalityToTrust", "Kommune til helseforetak", null, null, [702, 671, 81.25m]),
                    new("trustToMunicipality", "Helseforetak til kommune", null, null, [489, 501, ReportCell.Suppressed]), new(null, "Ikke oppgitt", null,
                        null, [0, ReportCell.Empty, ReportCell.Empty])])
            { Chart = new BarChart("Hvem meldte til hvem", 0, 1) },
            new("municipality", "Kommune", [new("count", Count, null, "Antall avvik.")], [new("3403", "Hamar", "hamarregionen", "Hamarregionen", [288])]),
        ],
    };

    private static ReportDocument FortyPages() => Empty() with
    {
        Chapters =
        [
            new("Lang", [new("Enhet og kommune", new("enhet-kommune", [new("Enhet", ColumnType.Text), new("Kommune", ColumnType.Text), Count, Change, InTime],
                [.. Enumerable.Range(0, 3000).Select(i => (IReadOnlyList<ReportCell>)[$"Enhet nummer {i} på sykehuset", $"Kommunen ved fjord {i % 42}",
                    i % 7 == 3 ? ReportCell.Suppressed : i * 37 % 5000, i % 2 == 0 ? -i : i, i * 13 % 1001 / 10m])]))]),
            new("Søyler", [new("Kommune", new("kommune", [new("Kommune", ColumnType.Text), Count],
                [.. Enumerable.Range(1, 42).Select(i => (IReadOnlyList<ReportCell>)[$"Kommune {i}", 50 - i])])) { Chart = new BarChart("Antall etter kommune",
                    0, 1) }]),
        ],
    };

    private static ReportSection Wide(int columns) => new($"Tabell med {columns} kolonner", new($"bred-{columns}",
        [new("Kategori", ColumnType.Text), .. Enumerable.Range(1, columns).Select(i => new ReportColumn($"Navn{i}", ColumnType.Integer))],
        [.. Enumerable.Range(1, 5).Select(r => (IReadOnlyList<ReportCell>)[$"Utskrivning og meldinger {r}",
            .. Enumerable.Range(1, columns).Select(c => (ReportCell)(r * c))])]));

    private static ReportDocument Tricky() => Empty() with
    {
        Title = "Ærlig & <åpen> «rapport» (1/2)",
        Version = null,
        IsPreliminary = true,
        Chapters =
        [
            new("Vanskelig",
            [
                new("Navn: [alt] som * ikke / kan", new("vanskelig", [new("Ord", ColumnType.Text), new("Tall", ColumnType.Decimal, 2)], TrickyRows)),
                Trend([5, null, 9, 7]),
                new("Endring", new("endring", [new("Kategori", ColumnType.Text), Change], [["Opp", 12], ["Ned", -30], ["Likt", 0]]))
                    { Chart = new BarChart("Endring", 0, 1) },
            ]),
        ],
        Data =
        [
            new("hard", "Navn: [alt] som * ikke / kan ? stå på en \\ fane i et regneark", [new("value", new("Tall", ColumnType.Decimal, 2), null, "Et tall.")],
                [.. TrickyRows.Select(r => new DataRow(null, r[0].Text ?? "", null, null, [r[1]]))]),
            new("hard2", "Navn: [alt] som * ikke / kan ? stå på en \\ fane, én til", [new("value", Count, null, "Et tall.")], []),
        ],
    };

    private static IReadOnlyList<IReadOnlyList<ReportCell>> TrickyRows =>
        [["=1+1", 0.005m], ["+47", -0.004m], ["-minus", -1234567.891m], ["@mention", 0], ["semikolon; og \"hermetegn\"", 1m], ["to\nlinjer", 2m],
            [new string('å', 300), 3m], ["tomt", ReportCell.Empty]];

    /// <summary>As a report has it: quarters from the last of 2024; one that is null is hidden.</summary>
    public static ReportSection Trend(int?[] counts)
    {
        var limits = ControlChart.OfCounts([.. counts.Select(n => ((decimal?)n, 91))]);
        ReportColumn[] columns = [new("Gjelder", ColumnType.Text), Count, .. new[] { "Senterlinje", "Nedre grense", "Øvre grense" }.Select(t =>
            new ReportColumn(t, ColumnType.Decimal))];
        return new("Figur 1. Antall avvik per kvartal", new("antall", columns,
            [.. counts.Select((n, i) => (IReadOnlyList<ReportCell>)[string.Create(CultureInfo.InvariantCulture, $"{(i + 3) % 4 + 1}. kv. {2024 + (i + 3) / 4}"),
                n is { } known ? known : ReportCell.Suppressed, limits?[i].Centre, limits?[i].Lower, limits?[i].Upper])]))
        { Chart = new TrendChart("Antall avvik per kvartal", 0, 1, 2, 3, 4) };
    }

    public static IEnumerable<ReportSection> Sections(ReportDocument document) => document.Chapters.SelectMany(c => c.Sections);

    /// <summary>Every figure and word of the tables, line by line.</summary>
    public static IEnumerable<string> Cells(ReportDocument document) => Sections(document).Where(s => s.Chart is not TrendChart).Select(s =>
        s.Table).SelectMany(table =>
        table.Columns.Select(c => c.Title).Concat((table.Total is { } total ? table.Rows.Append(total) : table.Rows).SelectMany(row => row.Zip(table.Columns,
            Wording.Of))));

    /// <summary>Writes the report where people can look at it, too.</summary>
    public static async Task<string> SaveAsync(string name, byte[] bytes)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(RepositoryRoot.Path, "artifacts/documents")).FullName, name);
        await File.WriteAllBytesAsync(file, bytes);
        return file;
    }
}

using System.Globalization;
using Avvik.Statistics.Documents;
using Avvik.Statistics.Reports;
using Avvik.Testing;
using Figure = Avvik.Client.Figure;

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
        ["nothing"] = Empty() with { Sections = [new("Retning", new("retning", [new("Retning", ColumnType.Text), Count], []))] },
        ["forty-pages"] = FortyPages(),
        ["wide"] = Empty() with { Sections = [Wide(9), Wide(16), Wide(30)] },
        ["tricky"] = Tricky(),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static ReportDocument Empty() => new()
    {
        Title = "Samhandlingsavvik",
        Subtitle = "Kvartalsrapport til Strategisk samarbeidsutvalg",
        Community = "Helsefellesskapet Innlandet",
        Period = "3. kvartal 2026",
        Version = 2,
        ExtractedAt = new(2026, 10, 5, 4, 0, 0, TimeSpan.Zero),
        ContentHash = string.Concat(Enumerable.Repeat("9f86d081", 8)),
    };

    public static ReportDocument Small() => Empty() with
    {
        KeyFigures =
        [
            new("Meldte avvik", ColumnType.Integer, 1234, "42 flere enn kvartalet før"),
                new("Besvart innen frist", ColumnType.Percent, 87.5m, "2,1 prosentpoeng lavere enn i fjor"),
            new("Median svartid, dager", ColumnType.Decimal, 6.4m), new("Uenighet om saken", ColumnType.Integer, ReportCell.Suppressed, "færre enn fem"),
            new("Tiltak gjennomført", ColumnType.Integer, 96), new("Tiltak med effekt", ColumnType.Integer, 0),
        ],
        Sections =
        [
            Trend([110, 96, 121, 104, 99, 117, 190, 112]),
            new("Retning", new("retning", [new("Retning", ColumnType.Text), Count, Change, InTime, Median],
                [["Fra kommune til helseforetak", 702, 31, 81.25m, 7.5m], ["Fra helseforetak til kommune", 489, -12, 93.04m, 4.1m],
                    ["Mellom kommuner", 43, 0, ReportCell.Empty, ReportCell.Empty]])
                { Total = ["I alt", 1234, 19, 87.5m, 6.4m] })
            { Chart = new BarChart("Antall etter retning", 0, 1) },
            new("Region", new("region", [new("Region", ColumnType.Text), Count, Change],
                [["Hamarregionen", 301, -7], ["Gjøvikregionen", 288, 14], ["Nord-Østerdal og Røros", ReportCell.Suppressed, ReportCell.Suppressed],
                    ["Valdres", ReportCell.Suppressed, ReportCell.Suppressed], ["Guovdageaidnu og Kárášjohka", 0, -3]]))
            { Introduction = "Regionen er den kommunale partens.", Chart = new BarChart("Antall etter region", 0, 1) },
            new("Avtalepunkt", new("avtalepunkt", [new("Avtalepunkt", ColumnType.Text), Count],
                [["3 Innleggelse i sykehus, utskrivning og beskrivelse av ansvar for pasienter med behov for tjenester etter utskrivning", 812],
                    ["4 Utskrivningsklare pasienter", 240], ["9 IKT-løsninger og elektronisk samhandling", 77]]))
            { Chart = new BarChart("Antall etter avtalepunkt", 0, 1) },
            new("Pasientgrupper", new("pasientgruppe", [new("Gruppe", ColumnType.Text), Count], [])),
        ],
        Method = ["Et avvik telles i kvartalet det ble mottatt, etter norsk tid. Tilbaketrukne avvik, duplikater og feilregistreringer telles ikke.",
            "Median og 90-persentil er interpolert mellom de to nærmeste verdiene."],
        Suppression = ["Tall fra 1 til 4 er erstattet med kolon, og så mange andre at de ikke kan regnes ut. Null vises."],
    };

    private static ReportDocument FortyPages() => Empty() with
    {
        Sections =
        [
            new("Enhet og kommune", new("enhet-kommune", [new("Enhet", ColumnType.Text), new("Kommune", ColumnType.Text), Count, Change, InTime],
                [.. Enumerable.Range(0, 1700).Select(i =>
                    (IReadOnlyList<ReportCell>)[$"Enhet nummer {i} på sykehuset", $"Kommunen ved fjord {i % 42}",
                    i % 7 == 3 ? ReportCell.Suppressed : i * 37 % 5000, i % 2 == 0 ? -i : i, i * 13 % 1001 / 10m])])),
            new("Kommune", new("kommune", [new("Kommune", ColumnType.Text), Count],
                [.. Enumerable.Range(1, 42).Select(i => (IReadOnlyList<ReportCell>)[$"Kommune {i}", 50 - i])])) { Chart =
                new BarChart("Antall etter kommune", 0, 1) },
        ],
    };

    private static ReportSection Wide(int columns) => new($"Tabell med {columns} kolonner", new($"bred-{columns}",
        [new("Kategori", ColumnType.Text), .. Enumerable.Range(1, columns).Select(i => new ReportColumn($"Kommunenavn{i}", ColumnType.Integer))],
        [.. Enumerable.Range(1, 5).Select(r => (IReadOnlyList<ReportCell>)[$"Utskrivning og meldinger {r}",
            .. Enumerable.Range(1, columns).Select(c => (ReportCell)(r * c))])]));

    private static ReportDocument Tricky() => Empty() with
    {
        Title = "Ærlig & <åpen> «rapport» (1/2)",
        Sections =
        [
            new("Navn: [alt] som * ikke / kan ? stå på en \\ fane i et regneark",
                new("vanskelig", [new("Ord", ColumnType.Text), new("Tall", ColumnType.Decimal, 2)],
                [["=1+1", 0.005m], ["+47", -0.004m], ["-minus", -1234567.891m], ["@mention", 0], ["semikolon; og \"hermetegn\"", 1m], ["to\nlinjer", 2m],
                    [new string('å', 300), 3m], [ReportCell.Empty, ReportCell.Empty]])),
            new("Navn: [alt] som * ikke / kan ? stå på en \\ fane, én til", new("vanskelig-2", [new("Ord", ColumnType.Text)], [["alene"]])),
            Trend([5, null, 9, 7]),
            new("Endring", new("endring", [new("Kategori", ColumnType.Text), Change], [["Opp", 12], ["Ned", -30], ["Likt", 0]])) { Chart =
                new BarChart("Endring", 0, 1) },
        ],
    };

    /// <summary>As a report has it: quarters from the last of 2024; one that is null is hidden.</summary>
    public static ReportSection Trend(int?[] counts) => Printed.Section(
        ReportBuilder.TrendOf([.. counts.Select((n, i) =>
            (string.Create(CultureInfo.InvariantCulture, $"{2024 + (i + 3) / 4}-Q{(i + 3) % 4 + 1}"),
            n is { } known ? new Figure(known) : (Figure?)Figure.Suppressed))]),
        new("keyFigures", "", [], []));

    /// <summary>Every figure and word of the tables, line by line.</summary>
    public static IEnumerable<string> Cells(ReportDocument document) => document.Sections.Select(s => s.Table).SelectMany(table =>
        table.Columns.Select(c => c.Title).Concat((table.Total is { } total ? table.Rows.Append(total) : table.Rows)
            .SelectMany(row => row.Zip(table.Columns, Wording.Of))));

    /// <summary>Writes the report where people can look at it, too.</summary>
    public static async Task<string> SaveAsync(string name, byte[] bytes)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(RepositoryRoot.Path, "artifacts/documents")).FullName, name);
        await File.WriteAllBytesAsync(file, bytes);
        return file;
    }
}

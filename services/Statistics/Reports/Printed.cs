using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Documents;
using Avvik.Statistics.Documents.Pdf;
using Avvik.Statistics.ProtectFigures;
using ReportColumn = Avvik.Statistics.Documents.ReportColumn;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>A report as the formats for reading take it: the same figures in chapters of a page each, and all of them with their codes.</summary>
internal sealed class Printed
{
    private const int MostRows = 12;
    // Below these a change of a share (percentage points) or of an answer time (days) says nothing.
    private const double SmallestShare = 2, SmallestDays = 0.5;

    private static readonly Dictionary<string, (string ContentType, Func<ReportDocument, byte[]> Render)> Formats = new(StringComparer.Ordinal)
    {
        [".csv"] = ("application/zip", CsvArchive.Render),
        [".xlsx"] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Workbook.Render),
        [".pdf"] = ("application/pdf", PdfReport.Render),
        [".note"] = ("application/pdf", PdfReport.RenderNote),
        [".charts"] = ("application/zip", ChartArchive.Render),
    };

    // Columns of an earlier time, and what the change since then is called.
    private static readonly Dictionary<string, string> Changes = new(StringComparer.Ordinal)
    {
        ["previousQuarter"] = "changePreviousQuarter",
        ["yearBefore"] = "changeYearBefore",
    };
    private static readonly string[] Tiles = ["received", "answeredInTimePercent", "medianAnswerDays", "overdue"];
    private static readonly HashSet<string> MoreFigures = ["received", "serious", "closed", "open", "overdue", "answeredInTimePercent", "medianAnswerDays",
        "p90AnswerDays", "meanHops", "disputed", "measures", "lessons", "goodCollaboration", "proposals"];
    private static readonly string[] AboutWhat = ["clause", "category", "harm"], LearntFrom = ["course", "cause", "patientGroup"];
    private static readonly string[] Trends = ["trend", "trendInTime", "trendHarm"];
    // Every deviation is in one row and one only.
    private static readonly HashSet<string> Divides = ["direction", "region", "clause", "category", "kind", "harm", "status"];

    private readonly Report _report;
    private readonly HealthCommunity? _community;
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
    private int _figures, _tables;

    private Printed(Report report) => (_report, _community) = (report, HealthCommunities.Community(report.Community));

    /// <summary>Null for a format that there is not.</summary>
    public static (byte[] Bytes, string ContentType)? As(string format, Report report) =>
        Formats.TryGetValue(format, out var found) ? (found.Render(Of(report)), found.ContentType) : null;

    /// <summary>Null for a format that there is not.</summary>
    public static string? ContentType(string format) => Formats.TryGetValue(format, out var found) ? found.ContentType : null;

    public static ReportDocument Of(Report report) => new Printed(report).Make();

    private ReportDocument Make()
    {
        var chapters = new List<ReportChapter>();
        foreach (var chapter in new Func<int, ReportChapter>[] { Development, Parties, Subjects, Learning, Method })
            if (chapter(chapters.Count + 2) is ({ Sections.Count: > 0 } or { Notes.Count: > 0 }) and var made) chapters.Add(made);
        var highlights = _report.Highlights.Count > 0 ? _report.Highlights : Highlights.Of(_report);
        return new()
        {
            Title = Texts.Report($"heading{Labels.Capital(Kind)}", Subject()),
            Community = _community?.Name ?? _report.Community,
            CommunityCode = _report.Community,
            Period = _report.Kind == "agreement" ? Texts.Report("fromTo", Day(_report.From), Day(_report.To))
                : Labels.Period(_report.Period),
            PeriodCode = _report.Period,
            Version = _report.Version,
            IsPreliminary = _report.Audience == Report.Own,
            ExtractedAt = _report.ExtractedAt,
            Reason = _report.Reason is { } reason ? Texts.Report("reason", reason) : null,
            ContentHash = _report.Hash,
            HighlightsTitle = Texts.Report($"noticeTitle{Labels.Capital(Kind)}"),
            Highlights = [.. highlights.Select(h => _places.TryGetValue(h.Table, out var place) ? new Highlight(h.Text, place)
                : new Highlight(h.Text, Texts.Report("placeKeyFigures"), IsOnFront: true))],
            KeyFigures = [.. Tiles.Select(code => Tile(_report.KeyFigures.Rows.Single(r => r.Code == code)))],
            KeyFigureTable = KeyFigureTable(),
            Reading =
            [
                .. _report.RoundedTo <= 1 ? Array.Empty<string>() : Quarters is 1 ? [Texts.Report("roundedTo", _report.RoundedTo)]
                    : [Texts.Report("roundedToSum", _report.RoundedTo, Quarters, _report.RoundedTo * Quarters)],
                Texts.Report("methodFewReports"),
            ],
            Chapters = chapters,
            Data = [.. _report.Tables.Prepend(_report.KeyFigures).Select(Data)],
        };
    }

    // How many rounded quarters each count is a sum of.
    private int Quarters => ((_report.To.Year - _report.From.Year) * 12 + _report.To.Month - _report.From.Month) / 3 + 1;

    private string Kind => _report.Audience == Report.Own ? "own" : _report.Kind;

    private string Subject() => _report.Subject is not { } subject || _community is null ? "" : _report.Kind switch
    {
        "region" => Labels.Of("region", subject, _community),
        "patientGroup" => Labels.Of("patientGroup", subject, _community),
        "agreement" => Labels.Of("agreement", subject, _community),
        _ => Labels.Of(subject, _community),
    };

    private ReportChapter Development(int page)
    {
        var known = Trends.Select(Find).OfType<ReportTable>().Where(t => t.Rows.Count > 1).ToList();
        // A line along the axis is no picture.
        var trends = known.Where(t => t.Code == "trend" || t.Rows.Any(r => r.Values[0]?.Value > 0)).ToList();
        var hasLimits = trends.Exists(t => t.Rows[0].Values[1] is not null);
        var between = Find("between");
        return new(Texts.Report("chapterDevelopment"),
        [
            .. trends.Select(t => new ReportSection(Place(t, page, isFigure: true), Plain(t))
                { Chart = new TrendChart(t.Title, Labels: 0, Values: 1, Centre: 2, Lower: 3, Upper: 4) }),
            .. between is null ? Array.Empty<ReportSection>() : [new ReportSection(Place(between, page),
                Plain(between)) { Introduction = Texts.Report("betweenLimits") }],
        ])
        {
            Introduction = trends.Count == 0 ? null : string.Join(' ',
                [Texts.Report(hasLimits ? "controlLimits" : "tooFewForLimits", ControlChart.FewestValues), .. known.Except(trends).Select(t =>
                    Texts.Report(t.Rows.Any(r => r.Values[0]?.Value is not null) ? "trendZero" : "trendNothing", t.Title))]),
        };
    }

    private ReportChapter Parties(int page)
    {
        var (region, municipality, answers) = (Find("region"), Find("municipality"), Find("answers"));
        return new(Texts.Report("chapterParties"), !HasParties ? []
            : [.. Direction(page), PartySection(region, municipality, answers, page)]);
    }

    private bool HasParties => (Find("region") ?? Find("municipality") ?? Find("answers")) is not null;

    private IEnumerable<ReportSection> Direction(int page) => Find("direction") is { } direction ? [Bars(direction, page)] : [];

    /// <summary>Regions as headings of their municipalities: how many there were, the rates, and how soon they answer.</summary>
    private ReportSection PartySection(ReportTable? region, ReportTable? municipality, ReportTable? answers, int page)
    {
        var counts = municipality ?? region;
        var rates = counts is null ? [] : counts.Columns.Index().Where(c => c.Item.Code.StartsWith("per", StringComparison.Ordinal)).ToList();
        ReportColumn[] columns =
        [
            new(Texts.Report("columnParty"), ColumnType.Text), .. counts is null ? Array.Empty<ReportColumn>() : [Column("count",
                Texts.Report("columnDeviations"))],
            .. rates.Select(r => Column(r.Item.Code, r.Item.Label)),
            .. answers is null ? Array.Empty<ReportColumn>() : [Column("medianAnswerDays", Texts.Report("columnMedian")),
                Column("answeredInTimePercent", Texts.Report("columnInTime"))],
        ];
        var (rows, headings, silent, hidden) = (new List<IReadOnlyList<ReportCell>>(), new List<int>(), 0, 0);
        ReportCell[] Cells(string label, Client.ReportRow? counted, Client.ReportRow? answered) =>
        [
            label, .. counts is null ? Array.Empty<ReportCell>() : [Cell(counted?.Values[0])], .. rates.Select(r => Cell(counted?.Values[r.Index])),
            .. answers is null ? Array.Empty<ReportCell>() : [Cell(answered?.Values[0]), Cell(answered?.Values[2])],
        ];
        if (answers?.Rows.FirstOrDefault(r => r.Code == _community?.Trust.OrganizationNumber) is { } trust) Add(Cells(trust.Label, null, trust),
            isHeading: true);
        var regions = region?.Rows.Where(r => r.Code is not null).ToList()
            ?? [.. (_community?.Regions ?? []).Where(r => _report.Subject == r.Code).Select(r => new Client.ReportRow(r.Code, r.Name, null, []))];
        foreach (var heading in regions)
        {
            Add(Cells(heading.Label, region is null ? null : heading, null), isHeading: true);
            var parties = municipality?.Rows.Where(r => r.Parent == heading.Code).Select(r => (r.Code, r.Label))
                ?? answers?.Rows.Where(r => r.Parent == heading.Code).Select(r => (r.Code, r.Label)) ?? [];
            foreach (var (code, label) in parties)
            {
                var cells = Cells(label, municipality?.Rows.FirstOrDefault(r => r.Code == code), answers?.Rows.FirstOrDefault(r => r.Code == code));
                if (cells.Skip(1).All(c => c == ReportCell.Empty || c.Number == 0)) silent++;
                else if (cells.Skip(1).All(c => c == ReportCell.Empty || c.IsSuppressed)) hidden++;
                else Add(cells, isHeading: false);
            }
        }
        if (region?.Rows.FirstOrDefault(r => r.Code is null && r.Values[0]?.Value > 0) is { } other) Add(Cells(Texts.Report("rowNoMunicipality"), other,
            null), true);
        var title = Place(region ?? municipality ?? answers!, page, title: Texts.Report("sectionParties"));
        foreach (var table in new[] { region, municipality, answers }.OfType<ReportTable>()) _places[table.Code] = _places[(region ?? municipality
            ?? answers!).Code];
        string[] notes =
        [
            .. silent > 0 ? [Texts.Report("partiesSilent", silent)] : Array.Empty<string>(),
            .. hidden > 0 ? [Texts.Report("partiesHidden", Protection.FewestBehindOf(Quarters), hidden)] : Array.Empty<string>(),
        ];
        // Headings of nothing are rows.
        return new(title, new("parter", columns, rows) { Headings = headings.Count < rows.Count ? headings : [] })
        {
            Introduction = Texts.Report(municipality is null ? "partiesWithoutCounts" : "partiesRead"),
            Note = notes.Length > 0 ? string.Join(' ', notes) : null,
        };

        void Add(IReadOnlyList<ReportCell> cells, bool isHeading)
        {
            if (isHeading) headings.Add(rows.Count);
            rows.Add(cells);
        }
    }

    private ReportChapter Subjects(int page)
    {
        var clauses = Find("clauses");
        return new(Texts.Report("chapterSubjects"),
        [
            .. clauses is null ? Array.Empty<ReportSection>() : [new ReportSection(Place(clauses, page),
                Without(clauses)) { Chart = new BarChart(clauses.Title, 0, 1) }],
            // A page of one small table says less than that table among the others.
            .. HasParties ? [] : Direction(page),
            .. AboutWhat.Select(Find).OfType<ReportTable>().Select(t => Bars(t, page)),
            .. Find("measureState") is null ? Course(page) : [],
        ]);
    }

    private ReportChapter Learning(int page) => new(Texts.Report("chapterLearning"),
        Find("measureState") is { } measures ? [Bars(measures, page), .. Course(page)] : []);

    private IEnumerable<ReportSection> Course(int page) => [.. LearntFrom.Select(Find).OfType<ReportTable>().Select(t => Bars(t, page)), Other(page)];

    /// <summary>What is counted beside the deviations, as a table.</summary>
    private ReportSection Other(int page)
    {
        Figure? Of(string code) => _report.KeyFigures.Rows.FirstOrDefault(r => r.Code == code)?.Values[0];
        string[] codes = [.. Of("events") == Of("received") ? Array.Empty<string>() : ["events"], "lessons", "goodCollaboration", "proposals"];
        var table = _report.KeyFigures with
        {
            Code = "beside",
            Title = Texts.Report("sectionBeside"),
            Columns = [new("count", Texts.Report("columnCount")), .. _report.KeyFigures.Columns.Skip(1)],
            Rows = [.. _report.KeyFigures.Rows.Where(r => codes.Contains(r.Code))],
        };
        return new(Place(table, page), Compared(table, share: null));
    }

    private ReportChapter Method(int page)
    {
        var quality = Find("quality");
        return new(Texts.Report("chapterMethod"), quality is null ? [] : [new ReportSection(Place(quality, page),
            Plain(quality)) { Introduction = Texts.Report("qualityRead") }])
        {
            Notes =
            [
                new(Texts.Report("method"), _report.Method),
                .. _report.Omitted.Count == 0 ? Array.Empty<ReportNote>() : [new ReportNote(Texts.Report("omitted"), [.. _report.Omitted.GroupBy(o => o.Reason)
                    .Select(o => Texts.Report("omittedTables", string.Join(", ", o.Select(t => t.Title)), o.Key))])],
                new(Texts.Report("more"), [Texts.Report("moreWorkbook"), .. _report.Hash is { } hash ? [Texts.Report("hashLine", hash)]
                    : Array.Empty<string>()]),
            ],
        };
    }

    private ReportTable? Find(string code) => _report.Tables.FirstOrDefault(t => t.Code == code);

    /// <summary>Numbers a figure or a table, so that the first page can point at it. Titles are said there and nowhere else.</summary>
    private string Place(ReportTable table, int page, bool isFigure = false, string? title = null)
    {
        var name = isFigure ? Texts.Report("figureNumber", ++_figures) : Texts.Report("tableNumber", ++_tables);
        _places[table.Code] = Texts.Report("place", name, page);
        return $"{name}. {title ?? table.Title}";
    }

    private ReportSection Bars(ReportTable table, int page)
    {
        var rows = table.Rows.Where(r => r.Values[0]?.Value != 0 || r.Values.Skip(1).Any(v => v?.Value > 0)).ToList();
        if (rows.Count == 0) rows = [.. table.Rows.Take(1)];
        var total = table.Code == "measureState" ? table.Rows.Sum(r => r.Values[0]?.Value ?? 0) : _report.KeyFigures.Rows[0].Values[0]?.Value ?? 0;
        var cut = table.Rows.Count - Math.Min(rows.Count, MostRows);
        return new(Place(table, page), Compared(table with { Rows = [.. rows.Take(MostRows)] }, total))
        {
            Chart = new BarChart(table.Title, Labels: 0, Values: 1),
            Introduction = table.Code is "cause" or "patientGroup" ? Texts.Report("countedInEach") : null,
            Note = cut > 0 && rows.Count <= MostRows ? Texts.Report("rowsWithout", cut) : null,
            MoreRows = Math.Max(0, rows.Count - MostRows),
        };
    }

    // Number, share, and how much it has changed; the earlier numbers themselves are in the workbook.
    private Documents.ReportTable Compared(ReportTable table, double? share)
    {
        var compared = table.Columns.Index().Where(c => Changes.ContainsKey(c.Item.Code) && table.Rows.Any(r => r.Values[c.Index] is not null)).ToList();
        return new(FileName(table.Title),
            [
                new(Texts.Report("columnWhat"), ColumnType.Text), Column("count", table.Columns[0].Label),
                .. share is null ? Array.Empty<ReportColumn>() : [Column("percent", Texts.Report("columnPercent"))],
                .. compared.Select(c => new ReportColumn(Texts.Report(Changes[c.Item.Code]), ColumnType.Integer, Signed: true)),
            ],
            [.. table.Rows.Select(r => (IReadOnlyList<ReportCell>)
            [
                r.Label, Cell(r.Values[0]),
                .. share is { } of ? [Share(r.Values[0], of)] : Array.Empty<ReportCell>(), .. compared.Select(c => Change(r.Values[0], r.Values[c.Index])),
            ])])
        {
            Total = Divides.Contains(table.Code) && share is not null ? [Texts.Report("rowTotal"), Cell(_report.KeyFigures.Rows[0].Values[0]), ReportCell.Empty,
                .. compared.Select(c => Change(_report.KeyFigures.Rows[0].Values[0], ComparedTotal(c.Item.Code)))] : null,
        };
    }

    private Figure? ComparedTotal(string code) => _report.KeyFigures.Columns.Index().FirstOrDefault(c => c.Item.Code == code) is { Item: not null } column
        ? _report.KeyFigures.Rows[0].Values[column.Index] : null;

    private ReportCell Share(Figure? count, double of) => count?.Value is not { } number || of == 0 ? ReportCell.Empty
        : _report.RoundedTo > 1 && of < Protection.FewestBehind ? ReportCell.Suppressed : (decimal)Math.Round(100 * number / of, 1,
            MidpointRounding.AwayFromZero);

    private static Documents.ReportTable Plain(ReportTable table) => new(FileName(table.Title),
        [new(Texts.Report("columnWhat"), ColumnType.Text), .. table.Columns.Select(c => Column(c.Code, c.Label))],
        [.. table.Rows.Select(r => (IReadOnlyList<ReportCell>)[r.Label, .. r.Values.Select(Cell)])]);

    private static Documents.ReportTable Without(ReportTable table) => Plain(table with { Rows = [.. table.Rows.Where(r => r.Values.Any(v => v?.Value > 0))] });

    private KeyFigure Tile(Client.ReportRow row)
    {
        var (code, now) = (row.Code!, row.Values[0]);
        var column = Column(code, row.Label);
        var (label, value) = (Texts.Report($"tile{Labels.Capital(code)}"), now is null ? Wording.Nothing : Wording.Of(Cell(now), column));
        var note = now is null ? Texts.Report("tileNothing") : now == Figure.Suppressed ? Texts.Report("tileHidden") : "";
        if (_report.KeyFigures.Columns is not [_, { Code: "previousQuarter" or "yearBefore" } earlier, ..] || now?.Value is not { } number
            || row.Values[1]?.Value is not { } before) return new(label, value, Note: note);
        var difference = Math.Round(number - before, 1);
        var (least, word) = column.Type switch
        {
            ColumnType.Percent => (SmallestShare, "Share"),
            ColumnType.Decimal => (SmallestDays, "Days"),
            _ => (_report.RoundedTo > 1 ? 2 * Protection.Base : 0, "Count"),
        };
        var arrow = Math.Abs(difference) <= least ? Arrow.Same : difference > 0 ? Arrow.Up : Arrow.Down;
        var size = Wording.Number((decimal)Math.Abs(difference), column.Type is ColumnType.Integer ? column : column with { Type = ColumnType.Decimal });
        return new(label, value, arrow, arrow is Arrow.Same ? Texts.Report("changeSame") : Texts.Report($"change{word}{(arrow is Arrow.Up ? "Up" : "Down")}",
            size),
            $"{earlier.Label}: {Wording.Of(Cell(row.Values[1]), column)}");
    }

    private ReportSection KeyFigureTable()
    {
        var table = _report.KeyFigures;
        return new(table.Title, new(FileName(table.Title),
            [new(Texts.Report("columnWhat"), ColumnType.Text), .. table.Columns.Select(c => Column(c.Code, c.Label))],
            // Rows of different kinds: each is written as its own, and set as a figure.
            [.. table.Rows.Where(r => MoreFigures.Contains(r.Code!)).Select(r => (IReadOnlyList<ReportCell>)[r.Label,
                .. r.Values.Select(v => (ReportCell)(v is null ? Wording.Nothing : Wording.Of(Cell(v), Column(r.Code!, ""))))])]));
    }

    private DataTable Data(ReportTable table) => new(table.Code, table.Title,
        [.. table.Columns.Select(c => IsCompared(c.Code) ? new DataColumn(table.Columns[0].Code, Column(table.Columns[0].Code, c.Label), c.Code,
            Texts.Report("defCompared"))
            : new DataColumn(c.Code, Column(c.Code, c.Label), null, Texts.Report($"def{Labels.Capital(c.Code)}")))],
        [.. table.Rows.Select(r => new DataRow(r.Code, r.Label, r.Parent, r.Parent is null || _community is null ? null
            : Labels.Of(table.Code == "municipality" || table.Code == "answers" ? "region" : "direction", r.Parent, _community), [.. r.Values.Select(Cell)])
            { Column = table.Code == "keyFigures" ? Column(r.Code!, "") : null })])
    {
        Chart = Trends.Contains(table.Code) ? new TrendChart(table.Title, 0, 1, 2, 3, 4)
            : table.Columns[0].Code == "count" && table.Code is not ("municipality" or "hopPair" or "quality") ? new BarChart(table.Title, 0, 1) : null,
    };

    private static string Day(DateOnly day) => day.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture);

    private static bool IsCompared(string column) => Changes.ContainsKey(column) || Period.Read(column) is not null;

    private static ReportCell Change(Figure? now, Figure? before) => now is null || before is null ? ReportCell.Empty
        : now.Value.Value is { } a && before.Value.Value is { } b ? (decimal)(a - b) : ReportCell.Suppressed;

    // «Utvikling over åtte kvartaler» is utvikling-over-atte-kvartaler.
    private static string FileName(string title) => string.Join('-',
        new string([.. title.ToLowerInvariant().Replace("æ", "ae", StringComparison.Ordinal)
            .Select(c => c switch { 'ø' => 'o', 'å' => 'a', _ => char.IsAsciiLetterOrDigit(c) ? c : ' ' })]).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static ReportCell Cell(Figure? figure) => figure is null ? ReportCell.Empty : figure.Value.Value is { } number
        ? (decimal)number : ReportCell.Suppressed;

    private static ReportColumn Column(string code, string label) => new(label, code switch
    {
        "answeredInTimePercent" or "percent" => ColumnType.Percent,
        "value" => ColumnType.Mixed,
        "medianAnswerDays" or "p90AnswerDays" or "meanHops" or "perTenThousand" or "perThousandAdmissions" or "perThousandDischarges" or "centreLine"
            or "lowerLimit" or "upperLimit" or "daysLower" or "daysUpper" or "casesLower" or "casesUpper" => ColumnType.Decimal,
        _ => ColumnType.Integer,
    }, code is "meanHops" or "value" ? 2 : 1);
}

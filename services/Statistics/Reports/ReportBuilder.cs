using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.ProtectFigures;
using ReportColumn = Avvik.Client.ReportColumn;
using ReportRow = Avvik.Client.ReportRow;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>An earlier report that a column shows the figures of; null where there is none.</summary>
internal sealed record Comparison(string Code, string Label, Report? Report);

/// <summary>A quarter of a trend; the population is null when nothing is known of it.</summary>
/// <param name="Days">Of the quarter, or those that have passed of it.</param>
internal sealed record TrendPeriod(Period Quarter, int Days, Population? Population);

/// <summary>Puts counted deviations into the tables of a report.</summary>
/// <param name="isProtected">The counts are protected: what is made from few of them is hidden.</param>
internal sealed class ReportBuilder(HealthCommunity community, Population population, bool isProtected, Rates rates, int quarters = 1)
{
    private static readonly string[] TableCodes = ["direction", "region", "municipality", "unit", "clause", "category", "kind", "patientGroup", "harm",
        "cause", "status", "course", "measureState", "hopPair"];
    private static readonly string[] Statuses = ["closed", "open", "overdue"], Courses = ["disputed", "escalated", "reopened", "handedOver"],
        MeasureStates = ["planned", "done", "effectChecked"];
    private static readonly string[] BetweenColumns = ["daysBetween", "daysLower", "daysUpper", "casesBetween", "casesLower", "casesUpper"];
    private static readonly string[] AnswerColumns = ["medianAnswerDays", "p90AnswerDays", "answeredInTimePercent", "meanHops"];

    private readonly IReadOnlyList<Count> _counts = population.Counts();

    public ReportTable KeyFigures(IReadOnlyList<Comparison> comparisons)
    {
        var all = population.All;
        (string Code, Figure? Value)[] figures =
        [
            ("received", Number(all.Count)),
            .. Statuses.Select(s => (s, Count("status", s))),
            ("medianAnswerDays", Protected(all.AnswerDays.Median, all.Answered)),
            ("p90AnswerDays", Protected(all.AnswerDays.P90, all.Answered)),
            ("answeredInTimePercent", Protected(all.AnsweredInTimePercent, all.Due)),
            ("meanHops", Protected(all.MeanHops, all.Count)),
            .. Courses.Select(s => (s, Count("course", s))),
            ("events", Number(all.Count - population.Repeats)),
            ("serious", Number(population.Serious)),
            ("measures", Count("measures", "measures")),
            .. MeasureStates.Select(s => ($"measures{Labels.Capital(s)}", Count("measureState", s))),
            ("lessons", Count("lessons", "lessons")),
            ("goodCollaboration", Number(all.GoodCollaboration)),
            ("proposals", Number(all.Proposals)),
        ];
        return new("keyFigures", Texts.Report("tableKeyFigures"), [new("value", Texts.Report("columnValue")),
            .. comparisons.Select(c => new ReportColumn(c.Code, c.Label))],
            [.. figures.Select(f => new ReportRow(f.Code, Texts.Report($"row{Labels.Capital(f.Code)}"), null,
                [f.Value, .. comparisons.Select(c => c.Report?.KeyFigures.Rows.FirstOrDefault(r => r.Code == f.Code)?.Values[0])]))]);
    }

    /// <summary>A table for each division, with a row for each part.</summary>
    public IEnumerable<ReportTable> Tables(IReadOnlyList<Comparison> comparisons) => TableCodes.Select(table => Table(table, comparisons));

    /// <summary>Separates the tables that say something from those that do not, with the reason.</summary>
    public (IReadOnlyList<ReportTable> Shown, IReadOnlyList<OmittedTable> Omitted) Separate(IEnumerable<ReportTable> tables)
    {
        var (shown, omitted) = (new List<ReportTable>(), new List<OmittedTable>());
        foreach (var table in tables)
            if (Reason(table) is { } reason) omitted.Add(new(table.Code, table.Title, reason));
            else shown.Add(table);
        return (shown, omitted);
    }

    public ReportTable Table(string table, IReadOnlyList<Comparison> comparisons)
    {
        var perArea = table is "municipality" or "region" ? rates.All.Where(r => r.Of.Count > 0).ToArray() : [];
        return new(table, Texts.Report($"table{Labels.Capital(table)}"),
            [
                new("count", Texts.Report("columnCount")), .. perArea.Select(r => new ReportColumn(r.Column,
                    Texts.Report($"column{Labels.Capital(r.Column)}"))),
                .. comparisons.Select(c => new ReportColumn(c.Code, c.Label)),
            ],
            [.. _counts.Where(c => c.Table == table).Select(c => new ReportRow(c.Code, Labels.Of(table, c.Code, community), c.Parent,
            [
                Number(c.Value), .. perArea.Select(r => Rate(c, r.Of, r.Each)),
                .. comparisons.Select(before => before.Report?.Tables.FirstOrDefault(t => t.Code == table) is not { } earlier ? null
                    // A row that it does not have is of none.
                    : earlier.Rows.FirstOrDefault(r => r.Code == c.Code && r.Parent == c.Parent) is { } row ? row.Values[0] : new Figure(0)),
            ]))]);
    }

    /// <summary>How soon each party answers, in the order of the directory.</summary>
    public ReportTable Answers()
    {
        var byParty = population.Respondents.ToDictionary(r => r.Respondent, r => r.Figures, StringComparer.Ordinal);
        return new("answers", Texts.Report("tableAnswers"), [.. AnswerColumns.Select(c => new ReportColumn(c, Texts.Report($"row{Labels.Capital(c)}")))],
            [.. community.Parties.Where(p => byParty.ContainsKey(p.OrganizationNumber)).Select(party =>
            {
                var figures = byParty[party.OrganizationNumber];
                return new ReportRow(party.MunicipalityNumber ?? party.OrganizationNumber, party.Name, party.Region,
                [
                    Protected(figures.AnswerDays.Median, figures.Answered), Protected(figures.AnswerDays.P90, figures.Answered),
                    Protected(figures.AnsweredInTimePercent, figures.Due), Protected(figures.MeanHops, figures.Count),
                ]);
            })]);
    }

    /// <summary>Wrong-recipient returns for each deviation, by who is to answer whom.</summary>
    public ReportTable Pairs() => new("pairs", Texts.Report("tablePairs"), [new("meanHops", Texts.Report("rowMeanHops"))],
        [.. population.Pairs.Where(p => p.Municipality is not null).OrderBy(p => p.Municipality, StringComparer.Ordinal)
            .ThenBy(p => p.Direction, StringComparer.Ordinal)
            .Select(p => new ReportRow(p.Municipality,
                $"{Labels.Of("municipality", p.Municipality, community)}: {Labels.Of("direction", p.Direction, community)}", p.Direction,
                [Protected(p.Figures.MeanHops, p.Figures.Count)]))]);

    /// <summary>An agreement clause by clause, the one with most deviations first.</summary>
    public ReportTable Clauses() => new("clauses", Texts.Report("tableClauses"),
        [
            new("count", Texts.Report("columnCount")), new("disputed", Texts.Report("columnDisputed")),
            new("agreementUnclear", Texts.Report("columnAgreementUnclear")),
        ],
        [.. _counts.Where(c => c.Table == "clause").Select(c =>
        {
            var (count, disputed, unclear) = population.Clause(c.Code);
            return new ReportRow(c.Code, Labels.Of("clause", c.Code, community), null, [Number(count), Number(disputed), Number(unclear)]);
        })]);

    /// <summary>What the figures lack: counts and shares of what was not coded, and who reported nothing.</summary>
    /// <param name="hasParties">The report is of all parties.</param>
    public ReportTable Quality(bool hasParties)
    {
        var (all, municipalities) = (population.All, community.Regions.Sum(r => r.Municipalities.Count(p => p.EndedOn is null)));
        long Missing(string table, params string?[] codes) => _counts.Where(c => c.Table == table && codes.Contains(c.Code)).Sum(c => c.Value);
        (string Code, long Count, long Of)[] rows =
        [
            ("withoutCategory", Missing("category", (string?)null), all.Count), ("withoutClause", Missing("clause", (string?)null), all.Count),
            ("withoutPatientGroup", Missing("patientGroup", null, "unknown"), all.Count), ("harmUnknown", Missing("harm", null, "unknown"), all.Count),
            .. population.Imported > 0 ? [("imported", population.Imported, all.Count)] : Array.Empty<(string, long, long)>(),
            // Of a part that is three properties, which nothing protected is counted by.
            .. isProtected && !hasParties ? Array.Empty<(string, long, long)>() : [("answeredWithoutCause", population.AnsweredWithoutCause, all.Answered)],
        ];
        return new("quality", Texts.Report("tableQuality"), [new("count", Texts.Report("columnCount")), new("percent", Texts.Report("columnPercent"))],
            [
                .. rows.Select(r => new ReportRow(r.Code, Texts.Report($"row{Labels.Capital(r.Code)}"), null,
                    [Number(r.Count), Protected(Percent(r.Count, r.Of), r.Of)])),
                .. hasParties ? [new ReportRow("silentMunicipalities", Texts.Report("rowSilentMunicipalities"), null,
                    [Number(population.SilentMunicipalities), Number(Percent(population.SilentMunicipalities, municipalities))])] : Array.Empty<ReportRow>(),
            ]);
    }

    /// <summary>
    /// The number, the share in time and the serious harm of quarters, with their control limits; the last quarter is judged by those before it.
    /// </summary>
    public static IEnumerable<ReportTable> Trends(IReadOnlyList<TrendPeriod> quarters, bool isProtected)
    {
        yield return Trend("trend", quarters, p => new Figure(p.All.Count),
            ControlChart.OfCounts([.. quarters.Select(q => ((decimal?)q.Population?.All.Count, q.Days))]));
        yield return Trend("trendInTime", quarters, p => Protection.Shown(p.All.AnsweredInTimePercent, p.All.Due, isProtected), ControlChart.OfShares(
            [.. quarters.Select(q => q.Population?.All is { } all && Protection.Shown(all.AnsweredInTimePercent, all.Due, isProtected)?.Value is not null
                ? ((decimal?)all.InTime, (int)all.Due) : (null, 0))]));
        yield return Trend("trendHarm", quarters, p => new Figure(p.Serious),
            ControlChart.OfCounts([.. quarters.Select(q => ((decimal?)q.Population?.Serious, q.Days))]));
    }

    /// <summary>How long it has been between deviations with serious harm, in days (t chart) and in deviations (g chart), the last with its limits.</summary>
    /// <param name="received">The day of each deviation, in order, and whether its harm was serious.</param>
    public static ReportTable Between(IEnumerable<(DateOnly Day, bool IsSerious)> received)
    {
        const int shown = 12;
        var (events, since, last) = (new List<(DateOnly Day, int Days, int Cases)>(), 0, (DateOnly?)null);
        foreach (var (day, isSerious) in received)
        {
            since++;
            if (!isSerious) continue;
            if (last is { } before) events.Add((day, day.DayNumber - before.DayNumber, since - 1));
            (last, since) = (day, 0);
        }
        return new("between", Texts.Report("tableBetween"), [.. BetweenColumns
            .Select(c => new ReportColumn(c, Texts.Report($"column{Labels.Capital(c)}")))],
            [.. events.Index().TakeLast(shown).Select(e =>
            {
                var before = events.Take(e.Index + 1).ToList();
                var (days, cases) = (ControlChart.OfDaysBetween([.. before.Select(b => b.Days)]), ControlChart.OfCasesBetween([.. before.Select(b =>
                    b.Cases)]));
                return new ReportRow(e.Item.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    e.Item.Day.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture), null,
                    [Number(e.Item.Days), Number(days?.Lower), Number(days?.Upper), Number(e.Item.Cases), Number(cases?.Lower), Number(cases?.Upper)]);
            })]);
    }

    private static ReportTable Trend(string code, IReadOnlyList<TrendPeriod> quarters, Func<Population, Figure?> value, IReadOnlyList<ControlChart>? limits) =>
        new(code, Texts.Report($"table{Labels.Capital(code)}"),
            [
                new(code == "trendInTime" ? "answeredInTimePercent" : "count", Texts.Report(code == "trendInTime" ? "columnInTime" : "columnCount")),
                new("centreLine", Texts.Report("centreLine")), new("lowerLimit", Texts.Report("lowerLimit")), new("upperLimit", Texts.Report("upperLimit")),
            ],
            [.. quarters.Select((q, i) => new ReportRow(q.Quarter.Code, Texts.Report("quarterShort", q.Quarter.Code[^1], q.Quarter.Code[..4]), null,
                [q.Population is null ? null : value(q.Population), Number(limits?[i].Centre), Number(limits?[i].Lower), Number(limits?[i].Upper)]))]);

    private string? Reason(ReportTable table)
    {
        // Raw counts of municipalities side by side say who is large.
        if (table.Code == "municipality" && isProtected && !rates.Any) return Texts.Report("omittedNoDenominators");
        if (table.Rows.Count == 0) return Texts.Report("omittedEmpty");
        var values = table.Rows.SelectMany(r => r.Values).Where(v => v is not null).ToList();
        return values.Count > 0 && values.TrueForAll(v => v == Figure.Suppressed) ? Texts.Report("omittedHidden", Protection.FewestBehindOf(quarters)) : null;
    }

    private Figure? Rate(Count count, IReadOnlyDictionary<string, int> of, int each)
    {
        // A region has a rate when the denominators of all of it are known.
        string[] municipalities = community.Regions.FirstOrDefault(r => r.Code == count.Code) is { } region
            ? [.. region.Municipalities.Select(m => m.MunicipalityNumber!)]
            : [count.Code ?? ""];
        return municipalities.All(of.ContainsKey) ? Number(Math.Round((decimal)count.Value * each / municipalities.Sum(m => of[m]), 1,
            MidpointRounding.AwayFromZero)) : null;
    }

    private Figure? Count(string table, string code) => Number(_counts.Single(c => c.Table == table && c.Code == code).Value);

    private Figure? Protected(decimal? value, long behind) => Protection.Shown(value, behind, isProtected, quarters);

    private static decimal? Percent(long count, long of) => of == 0 ? null : Math.Round(100m * count / of, 1, MidpointRounding.AwayFromZero);

    private static Figure? Number(decimal? value) => value is { } number ? new Figure((double)number) : null;
}

using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.ProtectFigures;
using ReportColumn = Avvik.Client.ReportColumn;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>An earlier report that a column shows the figures of; null where there is none.</summary>
internal sealed record Comparison(string Code, string Label, Report? Report);

/// <summary>Puts counted deviations into the tables of a report.</summary>
/// <param name="isProtected">The counts are protected: what is made from few of them is hidden.</param>
internal sealed class ReportBuilder(HealthCommunity community, Population population, bool isProtected, IReadOnlyDictionary<string, int> inhabitants)
{
    private static readonly string[] TableCodes = ["direction", "region", "municipality", "unit", "clause", "category", "kind", "patientGroup", "harm",
        "cause", "status", "hopPair"];
    private static readonly string[] Statuses = ["closed", "open", "overdue"], Courses = ["disputed", "escalated", "reopened"], MeasureStates = ["planned",
        "done", "effectChecked"];
    private static readonly string[] AnswerColumns = ["medianAnswerDays", "p90AnswerDays", "answeredInTimePercent", "meanHops"];

    private readonly IReadOnlyList<Count> _counts = population.Counts();

    public ReportTable KeyFigures(IReadOnlyList<Comparison> comparisons)
    {
        var all = population.All;
        (string Code, Figure? Value)[] figures =
        [
            ("received", Number(all.Count)),
            .. Statuses.Select(s => (s, Count("status", s))),
            ("medianAnswerDays", Protected(all.AnswerDays(50), all.Answered)),
            ("p90AnswerDays", Protected(all.AnswerDays(90), all.Answered)),
            ("answeredInTimePercent", Protected(all.AnsweredInTimePercent, all.Due)),
            ("meanHops", Protected(all.MeanHops, all.Count)),
            .. Courses.Select(s => (s, Count("course", s))),
            ("measures", Count("measures", "measures")),
            .. MeasureStates.Select(s => ($"measures{Capital(s)}", Count("measureState", s))),
            ("lessons", Count("lessons", "lessons")),
            ("goodCollaboration", Number(all.GoodCollaboration)),
            ("proposals", Number(all.Proposals)),
        ];
        return new("keyFigures", Texts.Report("tableKeyFigures"), [new("value", Texts.Report("columnValue")),
            .. comparisons.Select(c => new ReportColumn(c.Code, c.Label))],
            [.. figures.Select(f => new ReportRow(f.Code, Texts.Report($"row{Capital(f.Code)}"), null,
                [f.Value, .. comparisons.Select(c => c.Report?.KeyFigures.Rows.FirstOrDefault(r => r.Code == f.Code)?.Values[0])]))]);
    }

    /// <summary>A table for each division, with a row for each part.</summary>
    public IEnumerable<ReportTable> Tables(IReadOnlyList<Comparison> comparisons) => TableCodes.Where(IsShown).Select(table => Table(table, comparisons));

    /// <summary>Raw counts of municipalities side by side say who is large: they are shown to others only with the inhabitants.</summary>
    public bool IsShown(string table) => table != "municipality" || !isProtected || inhabitants.Count > 0;

    public ReportTable Table(string table, IReadOnlyList<Comparison> comparisons)
    {
        var perInhabitant = table is "municipality" or "region" && inhabitants.Count > 0;
        return new(table, Texts.Report($"table{Capital(table)}"),
            [new("count", Texts.Report("columnCount")), .. perInhabitant
                ? [new ReportColumn("perTenThousand", Texts.Report("columnPerTenThousand"))] : Array.Empty<ReportColumn>(),
                .. comparisons.Select(c => new ReportColumn(c.Code, c.Label))],
            [.. _counts.Where(c => c.Table == table).Select(c => new ReportRow(c.Code, Labels.Of(table, c.Code, community), c.Parent,
            [
                Number(c.Value), .. perInhabitant ? [PerTenThousand(c)] : Array.Empty<Figure?>(),
                .. comparisons.Select(before => before.Report?.Tables.FirstOrDefault(t => t.Code == table)?.Rows.FirstOrDefault(r => r.Code == c.Code
                    && r.Parent == c.Parent)?.Values[0]),
            ]))]);
    }

    /// <summary>How soon each party answers.</summary>
    public ReportTable Answers()
    {
        var byParty = population.Respondents.ToDictionary(r => r.Respondent, r => r.Figures, StringComparer.Ordinal);
        return new("answers", Texts.Report("tableAnswers"), [.. AnswerColumns.Select(c => new ReportColumn(c, Texts.Report($"row{Capital(c)}")))],
            [.. community.Parties.Where(p => byParty.ContainsKey(p.OrganizationNumber)).Select(party =>
            {
                var figures = byParty[party.OrganizationNumber];
                return new ReportRow(party.MunicipalityNumber ?? party.OrganizationNumber, party.Name, null,
                [
                    Protected(figures.AnswerDays(50), figures.Answered), Protected(figures.AnswerDays(90), figures.Answered),
                    Protected(figures.AnsweredInTimePercent, figures.Due), Protected(figures.MeanHops, figures.Count),
                ]);
            })]);
    }

    /// <summary>Wrong-recipient returns for each deviation, by who is to answer whom.</summary>
    public ReportTable Pairs() => new("pairs", Texts.Report("tablePairs"), [new("meanHops", Texts.Report("rowMeanHops"))],
        [.. population.Pairs.Where(p => p.Municipality is not null).OrderBy(p => p.Municipality, StringComparer.Ordinal)
            .ThenBy(p => p.Direction, StringComparer.Ordinal)
            .Select(p => new ReportRow(p.Municipality, $"{Labels.Of("municipality", p.Municipality, community)}: {Labels.Of("direction", p.Direction, community)}", p.Direction,
                [Protected(p.Figures.MeanHops, p.Figures.Count)]))]);

    /// <summary>An agreement clause by clause.</summary>
    public ReportTable Clauses() => new("clauses", Texts.Report("tableClauses"),
        [
            new("count", Texts.Report("columnCount")), new("disputed", Texts.Report("columnDisputed")),
            new("agreementUnclear", Texts.Report("columnAgreementUnclear")),
        ],
        [.. Vocabulary.Clauses.Keys.OrderBy(c => c.Length).ThenBy(c => c, StringComparer.Ordinal).Cast<string?>().Append(null).Select(c =>
        {
            var (count, disputed, unclear) = population.Clause(c);
            return new ReportRow(c, Labels.Of("clause", c, community), null, [Number(count), Number(disputed), Number(unclear)]);
        })]);

    /// <summary>Eight quarters with their control limits.</summary>
    public static ReportTable TrendOf(IReadOnlyList<(string Quarter, Figure? Count)> quarters)
    {
        var limits = ControlChart.Of([.. quarters.Select(q => ((decimal?)q.Count?.Value, Period.Read(q.Quarter)!.Days))]);
        return new("trend", Texts.Report("tableTrend"),
            [
                new("count", Texts.Report("columnCount")), new("centreLine", Texts.Report("centreLine")), new("lowerLimit", Texts.Report("lowerLimit")),
                new("upperLimit", Texts.Report("upperLimit")),
            ],
            [.. quarters.Select((q, i) => new ReportRow(q.Quarter, Texts.Report("quarterShort", q.Quarter[^1], q.Quarter[..4]), null,
                [q.Count, Number(limits?[i].Centre), Number(limits?[i].Lower), Number(limits?[i].Upper)]))]);
    }

    private Figure? PerTenThousand(Count count)
    {
        // A region has a rate when the inhabitants of all of it are known.
        string[] municipalities = community.Regions.FirstOrDefault(r => r.Code == count.Code) is { } region
            ? [.. region.Municipalities.Select(m => m.MunicipalityNumber!)]
            : [count.Code ?? ""];
        return municipalities.All(inhabitants.ContainsKey) && municipalities.Sum(m => inhabitants[m]) is > 0 and var people
            ? Number(Math.Round((decimal)count.Value * 10_000 / people, 1, MidpointRounding.AwayFromZero)) : null;
    }

    private Figure? Count(string table, string code) => Number(_counts.Single(c => c.Table == table && c.Code == code).Value);

    private Figure? Protected(decimal? value, long behind) => Protection.Shown(value, behind, isProtected);

    private static string Capital(string code) => $"{char.ToUpperInvariant(code[0])}{code[1..]}";

    private static Figure? Number(decimal? value) => value is { } number ? new Figure((double)number) : null;
}

using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Documents;
using Avvik.Statistics.Figures;
using ReportColumn = Avvik.Client.ReportColumn;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>An earlier report that a column shows the figures of, as that audience got them; null where there is none.</summary>
internal sealed record Comparison(string Code, string Label, Report? Report);

/// <summary>Puts counted deviations into the tables of a report, and hides what its audience may not see.</summary>
internal sealed class ReportBuilder(HealthCommunity community, Population population, Audience audience, IReadOnlySet<string> kept, IReadOnlyDictionary<string, int> inhabitants)
{
    private static readonly string[] TableCodes = ["direction", "region", "municipality", "unit", "clause", "category", "kind", "patientGroup", "harm", "cause", "status", "hopPair"];
    private static readonly string[] Statuses = ["closed", "open", "overdue"], Courses = ["disputed", "escalated", "reopened"], MeasureStates = ["planned", "done", "effectChecked"];
    private static readonly string[] AnswerColumns = ["medianAnswerDays", "p90AnswerDays", "answeredInTimePercent", "meanHops"];

    private readonly Dictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    // Those that are only shown as one: of them nothing is said, not even that they are more than zero.
    private readonly HashSet<string> _together = new(StringComparer.Ordinal);
    private IReadOnlyList<Cell> _trees = [];

    /// <summary>Keys of what is not shown.</summary>
    public IReadOnlyList<string> Hidden { get; private set; } = [];

    public SuppressionLoss Loss { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Decides what is hidden.</summary>
    public void Protect()
    {
        var keep = new HashSet<string>(kept, StringComparer.Ordinal);
        do
        {
            _trees = population.Trees();
            Loss = _trees.Select(tree => Suppression.Protect(tree, audience.Threshold, keep))
                .Aggregate((a, b) => new(a.Primary + b.Primary, a.Complementary + b.Complementary, a.Folded + b.Folded, a.Bound + b.Bound));
            Hidden = [.. _trees.SelectMany(Suppression.Hidden).Distinct(StringComparer.Ordinal)];
        }
        while (Twins(Hidden).Any(keep.Add));
        _cells.Clear();
        _together.Clear();
        foreach (var tree in _trees) Index(tree);
    }

    // What is between trusts has no municipal party: it stands in two tables, and what hides it in one must hide it in both.
    private static IEnumerable<string> Twins(IReadOnlyList<string> hidden) =>
        hidden.Contains("direction:-") || hidden.Contains("region:-") ? ["direction:-", "region:-"] : [];

    private void Index(Cell cell)
    {
        _cells.TryAdd(cell.Key, cell);
        _together.UnionWith(cell.Divisions.Where(d => d.Folded).SelectMany(d => d.Cells).Select(c => c.Key));
        foreach (var below in cell.Divisions.SelectMany(d => d.Cells)) Index(below);
    }

    public Figure? Count(string key) => !_together.Contains(key) && _cells.TryGetValue(key, out var cell) ? Shown(cell.Hidden, cell.Count) : null;

    public bool IsHidden(string key) => _cells.TryGetValue(key, out var cell) && cell.Hidden;

    public ReportTable KeyFigures(IReadOnlyList<Comparison> comparisons)
    {
        var (all, hidden) = (population.All, _trees[0].Hidden);
        (string Code, Figure? Value)[] figures =
        [
            ("received", Count("total:all")),
            .. Statuses.Select(s => (s, Count($"status:{s}"))),
            ("medianAnswerDays", Answers(all, hidden, all.AnswerDays(50))),
            ("p90AnswerDays", Answers(all, hidden, all.AnswerDays(90))),
            ("answeredInTimePercent", InTime(all, hidden)),
            ("meanHops", MeanHops(all, hidden)),
            .. Courses.Select(s => (s, Count($"course:{s}"))),
            ("measures", Count("measures:measures")),
            .. MeasureStates.Select(s => ($"measures{char.ToUpperInvariant(s[0])}{s[1..]}", Count($"measureState:{s}"))),
            ("lessons", Count("lessons:lessons")),
        ];
        return new("keyFigures", Texts.Report("tableKeyFigures"), [new("value", Texts.Report("columnValue")), .. comparisons.Select(c => new ReportColumn(c.Code, c.Label))],
            [.. figures.Select(f => new ReportRow(f.Code, Texts.Report($"row{char.ToUpperInvariant(f.Code[0])}{f.Code[1..]}"), null,
                [f.Value, .. comparisons.Select(c => c.Report?.KeyFigures.Rows.FirstOrDefault(r => r.Code == f.Code)?.Values[0])]))]);
    }

    /// <summary>The tables of the tree: a row for each part, and one for the whole where no part is shown.</summary>
    public IEnumerable<ReportTable> Tables(IReadOnlyList<Comparison> comparisons) =>
        TableCodes.Select(table => Table(table, comparisons));

    public ReportTable Table(string table, IReadOnlyList<Comparison> comparisons)
    {
        var perInhabitant = table is "municipality" or "region" && inhabitants.Count > 0;
        return new(table, Texts.Report($"table{char.ToUpperInvariant(table[0])}{table[1..]}"),
            [new("count", Texts.Report("columnCount")), .. perInhabitant ? [new ReportColumn("perTenThousand", Texts.Report("columnPerTenThousand"))] : Array.Empty<ReportColumn>(),
                .. comparisons.Select(c => new ReportColumn(c.Code, c.Label))],
            [.. _trees.SelectMany(Divisions).Where(d => d.Division.Table == table).SelectMany(d => Rows(d.Parent, d.Division))]);

        IEnumerable<ReportRow> Rows(Cell parent, Division division)
        {
            var parentCode = parent.Table is "region" or "direction" ? parent.Code : null;
            if (division.Folded) return division.Overlaps || parent.Hidden ? [] : [Row(null, parentCode is null ? Texts.Report("rowTogether") : Texts.Report("rowTogetherOf", Labels.Of(parent.Table!, parentCode, community)), parentCode, Shown(false, parent.Count), parent.Table == "region" ? parent.Code : null)];
            var rows = division.Cells.Select(c => Row(c.Code, Labels.Of(table, c.Code, community), parentCode, Shown(c.Hidden, c.Count), c.Code));
            // What the region has beyond those that are shown can be computed; so it may as well be read. Which they are changes, so it is compared with nothing.
            return table == "municipality" && !parent.Hidden && division.Cells.Where(c => c.Hidden).Sum(c => c.Count) is > 0 and var others
                ? rows.Append(new(null, Texts.Report("rowOtherMunicipalities", Labels.Of("region", parentCode, community)), parentCode, [Number(others), .. perInhabitant ? [null] : Array.Empty<Figure?>(), .. comparisons.Select(_ => (Figure?)null)]))
                : rows;
        }

        ReportRow Row(string? code, string label, string? parent, Figure? count, string? inhabited) => new(code, label, parent,
            [count, .. perInhabitant ? [PerTenThousand(count, inhabited)] : Array.Empty<Figure?>(),
                .. comparisons.Select(c => c.Report?.Tables.FirstOrDefault(t => t.Code == table)?.Rows.FirstOrDefault(r => r.Code == code && r.Parent == parent)?.Values[0])]);
    }

    /// <summary>How soon each party answers. Without the numbers behind: those would be one more division, across the others.</summary>
    public ReportTable Answers()
    {
        var byParty = population.Respondents.ToDictionary(r => r.Respondent, r => r.Tally, StringComparer.Ordinal);
        return new("answers", Texts.Report("tableAnswers"),
            [.. AnswerColumns.Select(c => new ReportColumn(c, Texts.Report($"row{char.ToUpperInvariant(c[0])}{c[1..]}")))],
            [.. community.Parties.Where(p => byParty.ContainsKey(p.OrganizationNumber)).Select(party =>
            {
                var tally = byParty[party.OrganizationNumber];
                var hidden = IsHidden(party.IsTrust ? $"direction:{Directions.MunicipalityToTrust}" : $"municipality:{party.MunicipalityNumber}") || IsSmall(tally.Count);
                return new ReportRow(party.MunicipalityNumber ?? party.OrganizationNumber, party.Name, null,
                    [Answers(tally, hidden, tally.AnswerDays(50)), Answers(tally, hidden, tally.AnswerDays(90)), InTime(tally, hidden), MeanHops(tally, hidden)]);
            })]);
    }

    /// <summary>The kasteball index: wrong-recipient returns for each deviation, by who is to answer whom.</summary>
    public ReportTable Pairs() => new("pairs", Texts.Report("tablePairs"), [new("meanHops", Texts.Report("rowMeanHops"))],
        [.. population.Pairs.Where(p => p.Municipality is not null).OrderBy(p => p.Municipality, StringComparer.Ordinal).ThenBy(p => p.Direction, StringComparer.Ordinal).Select(p =>
            new ReportRow(p.Municipality, $"{Labels.Of("municipality", p.Municipality, community)}: {Labels.Of("direction", p.Direction, community)}", p.Direction,
                [MeanHops(p.Tally, IsSmall(p.Tally.Count) || IsHidden($"municipality:{p.Municipality}") || IsHidden($"direction:{p.Direction}"))]))]);

    /// <summary>Eight quarters with their control limits (XmR).</summary>
    public static ReportTable TrendOf(IReadOnlyList<(string Quarter, Figure? Count)> quarters)
    {
        var limits = Trend.Of([.. quarters.Select(q => (decimal?)q.Count?.Value)]);
        return new("trend", Texts.Report("tableTrend"),
            [new("count", Texts.Report("columnCount")), new("centreLine", Texts.Report("centreLine")), new("lowerLimit", Texts.Report("lowerLimit")), new("upperLimit", Texts.Report("upperLimit"))],
            [.. quarters.Select(q => new ReportRow(q.Quarter, Texts.Report("quarterShort", q.Quarter[^1], q.Quarter[..4]), null, [q.Count, Number(limits?.Centre), Number(limits?.Lower), Number(limits?.Upper)]))]);
    }

    private static IEnumerable<(Cell Parent, Division Division)> Divisions(Cell cell) =>
        cell.Divisions.SelectMany(d => d.Cells.SelectMany(Divisions).Prepend((cell, d)));

    private Figure? PerTenThousand(Figure? count, string? code)
    {
        if (count is not { Value: { } number }) return count;
        // A region has a figure when all of it is known.
        string[] municipalities = community.Regions.FirstOrDefault(r => r.Code == code) is { } region ? [.. region.Municipalities.Select(m => m.MunicipalityNumber!)] : [code ?? ""];
        return municipalities.All(inhabitants.ContainsKey) && municipalities.Sum(m => inhabitants[m]) is > 0 and var people
            ? Number(Math.Round((decimal)number * 10_000 / people, 1, MidpointRounding.AwayFromZero)) : null;
    }

    private Figure? Answers(Tally tally, bool hidden, decimal? value) => value is null ? null : Shown(hidden || IsSmall(tally.Answered), value);

    // A share of few is as telling as the few.
    private Figure? InTime(Tally tally, bool hidden) =>
        tally.AnsweredInTimePercent is { } share ? Shown(hidden || IsSmall(tally.Answered) || IsSmall(tally.InTime) || IsSmall(tally.Answered - tally.InTime), share) : null;

    private Figure? MeanHops(Tally tally, bool hidden) => Shown(hidden || IsSmall(tally.Hops), tally.MeanHops);

    private bool IsSmall(long count) => count > 0 && count < audience.Threshold;

    private static Figure? Shown(bool hidden, decimal? value) => hidden && value is not null ? Figure.Suppressed : Number(value);

    private static Figure? Number(decimal? value) => value is { } number ? new Figure((double)number) : null;
}

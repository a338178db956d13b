using Avvik.Contracts;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;

namespace Avvik.Statistics.Reports;

/// <summary>Deviations that a report is about, counted in one go by all that the report divides them by.</summary>
internal sealed class Population(HealthCommunity community, CountedFacts facts, DateTimeOffset at)
{
    private readonly Tally _all = new();
    private readonly Dictionary<int, Tally>[] _by = [.. Enum.GetValues<Column>().Select(_ => new Dictionary<int, Tally>())];
    private readonly Dictionary<int, Tally> _unitsOfTrust = [];
    private readonly Dictionary<(int Municipality, int Direction), Tally> _pairs = [];
    private readonly int _toTrust = facts.Book(Column.Direction).CodeOf(Directions.MunicipalityToTrust);
    private long _closed, _open, _overdue, _disputed, _escalated, _reopened, _planned, _done, _checked, _lessons;

    // What each is divided by; the rest of the columns are not in reports.
    private static readonly Column[] Columns =
        [Column.Region, Column.Municipality, Column.Direction, Column.Respondent, Column.Kind, Column.Category, Column.Clause, Column.PatientGroups, Column.Causes, Column.ActualHarm, Column.HopPairs];

    public Tally All => _all;

    public long Lessons => _lessons;

    /// <summary>By organisation number of the party that is to answer.</summary>
    public IEnumerable<(string Respondent, Tally Tally)> Respondents => _by[(int)Column.Respondent].Select(r => (facts.Book(Column.Respondent)[r.Key]!, r.Value));

    /// <summary>By the municipal party and the direction.</summary>
    public IEnumerable<(string? Municipality, string? Direction, Tally Tally)> Pairs =>
        _pairs.Select(p => (facts.Book(Column.Municipality)[p.Key.Municipality], facts.Book(Column.Direction)[p.Key.Direction], p.Value));

    public void Add(in CountedFact fact)
    {
        _all.Add(fact);
        foreach (var column in Columns) Add(_by[(int)column], fact.Codes[(int)column], fact);
        if (fact.Codes[(int)Column.Direction] == _toTrust) Add(_unitsOfTrust, fact.Codes[(int)Column.Unit], fact);
        Add(_pairs, (fact.Codes[(int)Column.Municipality], fact.Codes[(int)Column.Direction]), fact);
        if (!fact.IsOpen) _closed++;
        else if (fact.IsOverdue(at)) _overdue++;
        else _open++;
        if (fact.Disputes > 0) _disputed++;
        if (fact.Escalations > 0) _escalated++;
        if (fact.Reopenings > 0) _reopened++;
        _planned += fact.Measures - fact.MeasuresDone;
        _done += fact.MeasuresDone - fact.MeasuresChecked;
        _checked += fact.MeasuresChecked;
        _lessons += fact.Lessons;
    }

    public void Add(IEnumerable<CountedFact[]> days)
    {
        foreach (var day in days)
            foreach (ref readonly var fact in day.AsSpan()) Add(fact);
    }

    /// <summary>
    /// The tree of divisions: the whole, and beside it what is counted in other things than deviations (measures, hops, lessons). A unit is a part of
    /// its trust, which what is reported from municipalities to the trust is about; a municipality is a part of its region.
    /// </summary>
    public IReadOnlyList<Cell> Trees()
    {
        var whole = new Cell("total", "all", _all.Count, _all);
        var directions = Cells("direction", Column.Direction, Vocabulary.Directions.Keys);
        foreach (var direction in directions.Where(d => d.Code == Directions.MunicipalityToTrust))
            direction.Divisions.Add(new("unit", false, Cells("unit", _unitsOfTrust, facts.Book(Column.Unit), community.Trust.Units.Select(u => u.Code))));
        whole.Divisions.Add(new("direction", false, directions));

        var municipalities = Cells("municipality", Column.Municipality, community.Regions.SelectMany(r => r.Municipalities).Select(m => m.MunicipalityNumber!)).ToDictionary(c => c.Code ?? "");
        var regions = Cells("region", Column.Region, community.Regions.Select(r => r.Code));
        foreach (var region in regions)
            if (community.Regions.FirstOrDefault(r => r.Code == region.Code) is { } known)
                region.Divisions.Add(new("municipality", false, [.. known.Municipalities.Select(m => municipalities[m.MunicipalityNumber!])]));
        whole.Divisions.Add(new("region", false, regions));

        whole.Divisions.Add(new("clause", false, Cells("clause", Column.Clause, Vocabulary.Clauses.Keys.OrderBy(c => c.Length).ThenBy(c => c, StringComparer.Ordinal))));
        whole.Divisions.Add(new("category", false, Cells("category", Column.Category, Vocabulary.Categories.Keys.Order(StringComparer.Ordinal))));
        whole.Divisions.Add(new("kind", false, Cells("kind", Column.Kind, Vocabulary.Kinds.Keys.Order(StringComparer.Ordinal))));
        whole.Divisions.Add(new("harm", false, Cells("harm", Column.ActualHarm, Vocabulary.Harm.Keys.OrderBy(Harm.Rank))));
        whole.Divisions.Add(new("patientGroup", true, Sets("patientGroup", Column.PatientGroups, Vocabulary.PatientGroups.Keys)));
        whole.Divisions.Add(new("cause", true, Sets("cause", Column.Causes, Vocabulary.ContributingFactors.Keys)));
        whole.Divisions.Add(new("status", false, [new("status", "closed", _closed), new("status", "open", _open), new("status", "overdue", _overdue)]));
        whole.Divisions.Add(new("course", true, [new("course", "disputed", _disputed), new("course", "escalated", _escalated), new("course", "reopened", _reopened)]));

        var measures = new Cell("measures", "measures", _planned + _done + _checked);
        measures.Divisions.Add(new("measureState", false, [new("measureState", "planned", _planned), new("measureState", "done", _done), new("measureState", "effectChecked", _checked)]));
        Cell[] pairs = [.. HopPairs().Select(p => new Cell("hopPair", p.Key, p.Value))];
        var hops = new Cell("hops", "hops", pairs.Sum(p => p.Count));
        hops.Divisions.Add(new("hopPair", false, pairs));
        return [whole, measures, hops, new Cell("lessons", "lessons", _lessons)];
    }

    private static void Add<TKey>(Dictionary<TKey, Tally> tallies, TKey code, in CountedFact fact) where TKey : notnull
    {
        if (!tallies.TryGetValue(code, out var tally)) tallies.Add(code, tally = new());
        tally.Add(fact);
    }

    private IReadOnlyList<Cell> Cells(string table, Column column, IEnumerable<string> known) => Cells(table, _by[(int)column], facts.Book(column), known);

    // All that the vocabulary knows, zero or not; then what it does not, and what has none.
    private static IReadOnlyList<Cell> Cells(string table, Dictionary<int, Tally> tallies, CodeBook book, IEnumerable<string> known)
    {
        var counted = tallies.ToDictionary(t => book[t.Key] ?? "", t => t.Value, StringComparer.Ordinal);
        string[] codes = [.. known];
        return
        [
            .. codes.Select(code => counted.TryGetValue(code, out var tally) ? new Cell(table, code, tally.Count, tally) : new Cell(table, code, 0, new())),
            .. counted.Where(c => !codes.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new Cell(table, c.Key is "" ? null : c.Key, c.Value.Count, c.Value)),
        ];
    }

    private List<Cell> Sets(string table, Column column, IEnumerable<string> known)
    {
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (code, tally) in _by[(int)column])
            foreach (var member in Table.Members(facts.Book(column)[code] ?? "")) counted[member ?? ""] = counted.GetValueOrDefault(member ?? "") + tally.Count;
        return [.. known.Concat(counted.Keys.Where(k => k is not "")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(k => new Cell(table, k, counted.GetValueOrDefault(k))),
            new(table, null, counted.GetValueOrDefault(""))];
    }

    private SortedDictionary<string, long> HopPairs()
    {
        var pairs = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (code, tally) in _by[(int)Column.HopPairs])
            foreach (var pair in (facts.Book(Column.HopPairs)[code] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)) pairs[pair] = pairs.GetValueOrDefault(pair) + tally.Count;
        return pairs;
    }
}

using Avvik.Contracts;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;

namespace Avvik.Statistics.Reports;

/// <summary>A number of a report's table.</summary>
/// <param name="Parent">Code of what it is a part of: a municipality's region, a unit's direction.</param>
internal sealed record Count(string Table, string? Code, string? Parent, long Value);

/// <summary>The deviations that a report is about, counted in one pass by all that the report divides them by.</summary>
internal sealed class Population
{
    private static readonly Dimension[] Dimensions =
    [
        Dimension.Region, Dimension.Municipality, Dimension.Direction, Dimension.Respondent, Dimension.Kind, Dimension.Category, Dimension.Clause,
        Dimension.PatientGroup, Dimension.Cause, Dimension.Harm, Dimension.HopPair,
    ];
    private static readonly string[] DeviationKinds = [.. Vocabulary.Kinds.Keys.Where(k => CountedFacts.CountedAs(k) is CountedAs.Deviation)
        .Order(StringComparer.Ordinal)];

    private readonly HealthCommunity _community;
    private readonly StringPools _pools;
    private readonly FactSet _facts;
    private readonly Dictionary<int, Aggregate>[] _by = [.. Dimension.All.Select(_ => new Dictionary<int, Aggregate>())];
    private readonly Dictionary<int, Aggregate> _unitsOfTrust = [];
    private readonly Dictionary<(int Municipality, int Direction), Aggregate> _pairs = [];
    private readonly Dictionary<int, (long Count, long Disputed, long AgreementUnclear)> _clauses = [];
    private long _closed, _open, _overdue, _disputed, _escalated, _reopened, _planned, _done, _checked;

    public Population(HealthCommunity community, StringPools pools, FactSet facts, Func<CountedFact, bool>? isIncluded = null)
    {
        (_community, _pools, _facts, All) = (community, pools, facts, new(facts.At, facts.Weight));
        var toTrust = pools[Dimension.Direction].CodeOf(Directions.MunicipalityToTrust);
        var unclear = new Dictionary<int, bool>();
        foreach (var day in facts.Days)
            foreach (ref readonly var fact in day.AsSpan())
                if (isIncluded?.Invoke(fact) != false) Add(fact, toTrust, unclear);
    }

    /// <summary>All of them.</summary>
    public Aggregate All { get; }

    public long Lessons { get; private set; }

    /// <summary>By organisation number of the party that is to answer.</summary>
    public IEnumerable<(string Respondent, Aggregate Figures)> Respondents =>
        _by[Dimension.Respondent.Index].Where(r => r.Value.Count > 0).Select(r => (_pools[Dimension.Respondent][r.Key]!, r.Value));

    /// <summary>By the municipal party and the direction.</summary>
    public IEnumerable<(string? Municipality, string? Direction, Aggregate Figures)> Pairs => _pairs.Where(p => p.Value.Count > 0)
        .Select(p => (_pools[Dimension.Municipality][p.Key.Municipality], _pools[Dimension.Direction][p.Key.Direction], p.Value));

    /// <summary>By clause, null for those under none: deviations, of them disputed, of them with an unclear agreement as a cause.</summary>
    public (long Count, long Disputed, long AgreementUnclear) Clause(string? clause) => _clauses.GetValueOrDefault(_pools[Dimension.Clause].CodeOf(clause));

    /// <summary>The numbers of all tables: all that the vocabulary knows, zero or not; then what it does not, and what has none.</summary>
    public IReadOnlyList<Count> Counts() =>
    [
        new("total", "all", null, All.Count),
        .. Of("direction", Dimension.Direction, Vocabulary.Directions.Keys),
        .. Of("unit", _unitsOfTrust, Dimension.Unit, _community.Trust.Units.Select(u => u.Code))
            .Select(c => c with { Parent = Directions.MunicipalityToTrust }),
        .. Of("region", Dimension.Region, _community.Regions.Select(r => r.Code)),
        .. Municipalities(),
        .. Of("clause", Dimension.Clause, Vocabulary.Clauses.Keys.OrderBy(c => c.Length).ThenBy(c => c, StringComparer.Ordinal)),
        .. Of("category", Dimension.Category, Vocabulary.Categories.Keys.Order(StringComparer.Ordinal)),
        .. Of("kind", Dimension.Kind, DeviationKinds),
        .. Of("harm", Dimension.Harm, Vocabulary.Harm.Keys.OrderBy(Harm.Rank)),
        .. Sets("patientGroup", Dimension.PatientGroup, Vocabulary.PatientGroups.Keys),
        .. Sets("cause", Dimension.Cause, Vocabulary.ContributingFactors.Keys),
        new("status", "closed", null, _closed), new("status", "open", null, _open), new("status", "overdue", null, _overdue),
        new("course", "disputed", null, _disputed), new("course", "escalated", null, _escalated), new("course", "reopened", null, _reopened),
        new("measures", "measures", null, _planned + _done + _checked),
        new("measureState", "planned", null, _planned), new("measureState", "done", null, _done), new("measureState", "effectChecked", null, _checked),
        new("lessons", "lessons", null, Lessons),
        .. Sets("hopPair", Dimension.HopPair, []).Where(c => c.Code is not null),
    ];

    private void Add(in CountedFact fact, int toTrust, Dictionary<int, bool> unclear)
    {
        All.Add(fact);
        Lessons += _facts.Weight * fact.Lessons;
        if (fact.CountedAs is not CountedAs.Deviation) return;
        foreach (var dimension in Dimensions) Add(_by[dimension.Index], fact[dimension], fact);
        if (fact[Dimension.Direction] == toTrust) Add(_unitsOfTrust, fact[Dimension.Unit], fact);
        Add(_pairs, (fact[Dimension.Municipality], fact[Dimension.Direction]), fact);
        var weight = _facts.Weight;
        if (!fact.IsOpen) _closed += weight;
        else if (fact.IsOverdue(_facts.At)) _overdue += weight;
        else _open += weight;
        if (fact.Disputes > 0) _disputed += weight;
        if (fact.Escalations > 0) _escalated += weight;
        if (fact.Reopenings > 0) _reopened += weight;
        _planned += weight * (fact.Measures - fact.MeasuresDone);
        _done += weight * (fact.MeasuresDone - fact.MeasuresChecked);
        _checked += weight * fact.MeasuresChecked;
        if (!unclear.TryGetValue(fact[Dimension.Cause], out var isUnclear))
            unclear.Add(fact[Dimension.Cause], isUnclear = Dimension.Members(_pools[Dimension.Cause][fact[Dimension.Cause]]).Contains("agreementUnclear"));
        var clause = _clauses.GetValueOrDefault(fact[Dimension.Clause]);
        _clauses[fact[Dimension.Clause]] = (clause.Count + weight, clause.Disputed + (fact.Disputes > 0 ? weight : 0),
            clause.AgreementUnclear + (isUnclear ? weight : 0));
    }

    private void Add<TKey>(Dictionary<TKey, Aggregate> aggregates, TKey code, in CountedFact fact) where TKey : notnull
    {
        if (!aggregates.TryGetValue(code, out var aggregate)) aggregates.Add(code, aggregate = new(_facts.At, _facts.Weight));
        aggregate.Add(fact);
    }

    private IEnumerable<Count> Municipalities()
    {
        var counts = Of("municipality", Dimension.Municipality, _community.Regions.SelectMany(r => r.Municipalities).Select(m => m.MunicipalityNumber!))
            .ToLookup(c => c.Code);
        return _community.Regions.SelectMany(r => r.Municipalities, (r, m) => counts[m.MunicipalityNumber].First() with { Parent = r.Code });
    }

    private IEnumerable<Count> Of(string table, Dimension dimension, IEnumerable<string> known) => Of(table, _by[dimension.Index], dimension, known);

    private IEnumerable<Count> Of(string table, Dictionary<int, Aggregate> aggregates, Dimension dimension, IEnumerable<string> known)
    {
        var counted = aggregates.Where(t => t.Value.Count > 0).ToDictionary(t => _pools[dimension][t.Key] ?? "", t => t.Value.Count, StringComparer.Ordinal);
        string[] codes = [.. known];
        return
        [
            .. codes.Select(code => new Count(table, code, null, counted.GetValueOrDefault(code))),
            .. counted.Where(c => !codes.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal)
                .Select(c => new Count(table, c.Key is "" ? null : c.Key, null, c.Value)),
        ];
    }

    private IEnumerable<Count> Sets(string table, Dimension dimension, IEnumerable<string> known)
    {
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (code, aggregate) in _by[dimension.Index])
            foreach (var member in Dimension.Members(_pools[dimension][code]).Distinct(StringComparer.Ordinal))
                counted[member ?? ""] = counted.GetValueOrDefault(member ?? "") + aggregate.Count;
        return [.. known.Concat(counted.Keys.Where(k => k is not "")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(k => new Count(table, k, null, counted.GetValueOrDefault(k))), new(table, null, null, counted.GetValueOrDefault(""))];
    }
}

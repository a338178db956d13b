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
        Dimension.Region, Dimension.Municipality, Dimension.Direction, Dimension.Reporter, Dimension.Respondent, Dimension.Kind, Dimension.Category,
        Dimension.Clause, Dimension.PatientGroup, Dimension.Cause, Dimension.Harm, Dimension.HopPair,
    ];

    private readonly HealthCommunity _community;
    private readonly StringPools _pools;
    private readonly FactSet _facts;
    private readonly Dictionary<int, Aggregate>[] _by = [.. Dimension.All.Select(_ => new Dictionary<int, Aggregate>())];
    private readonly Dictionary<int, Aggregate> _unitsOfTrust = [];
    private readonly Dictionary<(int Municipality, int Direction), Aggregate> _pairs = [];
    private readonly Dictionary<int, (long Count, long Disputed, long AgreementUnclear)> _clauses = [];
    private long _closed, _open, _overdue, _disputed, _escalated, _reopened, _handedOver, _planned, _done, _checked;

    public Population(HealthCommunity community, StringPools pools, FactSet facts, Func<CountedFact, bool>? isIncluded = null)
    {
        (_community, _pools, _facts, All) = (community, pools, facts, new(facts.At, facts.Weight));
        var toTrust = pools[Dimension.Direction].CodeOf(Directions.MunicipalityToTrust);
        var unclear = new Dictionary<int, bool>();
        foreach (var part in facts.Facts)
            foreach (ref readonly var fact in part.AsSpan())
                if (isIncluded?.Invoke(fact) != false) Add(fact, toTrust, unclear);
    }

    /// <summary>All of them.</summary>
    public Aggregate All { get; }

    public long Lessons { get; private set; }

    /// <summary>Answered ones for which no cause was given.</summary>
    public long AnsweredWithoutCause { get; private set; }

    /// <summary>Reports of an event that another report, which came before, is of as well.</summary>
    public long Repeats { get; private set; }

    /// <summary>Those from an earlier system.</summary>
    public long Imported { get; private set; }

    /// <summary>Those with serious harm.</summary>
    public long Serious => _by[Dimension.Harm.Index].Where(h => _pools[Dimension.Harm][h.Key] is { } harm && Harm.IsSerious(harm)).Sum(h => h.Value.Count);

    /// <summary>How many municipalities none was counted from.</summary>
    public int SilentMunicipalities => _community.Regions.SelectMany(r => r.Municipalities).Count(p => p.EndedOn is null
        && !(_by[Dimension.Reporter.Index].GetValueOrDefault(_pools[Dimension.Reporter].CodeOf(p.OrganizationNumber))?.Count > 0));

    /// <summary>By organisation number of the party that is to answer.</summary>
    public IEnumerable<(string Respondent, Aggregate Figures)> Respondents =>
        _by[Dimension.Respondent.Index].Where(r => r.Value.Count > 0).Select(r => (_pools[Dimension.Respondent][r.Key]!, r.Value));

    /// <summary>By the municipal party and the direction.</summary>
    public IEnumerable<(string? Municipality, string? Direction, Aggregate Figures)> Pairs => _pairs.Where(p => p.Value.Count > 0)
        .Select(p => (_pools[Dimension.Municipality][p.Key.Municipality], _pools[Dimension.Direction][p.Key.Direction], p.Value));

    /// <summary>By clause, null for those under none: deviations, of them disputed, of them with an unclear agreement as a cause.</summary>
    public (long Count, long Disputed, long AgreementUnclear) Clause(string? clause) => _clauses.GetValueOrDefault(_pools[Dimension.Clause].CodeOf(clause));

    /// <summary>
    /// The numbers of all tables, the largest first, harm by its degree and municipalities by region: all codes that there are, zero or not, and last what has
    /// none.
    /// </summary>
    public IReadOnlyList<Count> Counts()
    {
        var regions = Of(Dimension.Region, Codes(Dimension.Region)).ToList();
        return
        [
            new("total", "all", null, All.Count),
            .. Of(Dimension.Direction, Codes(Dimension.Direction)),
            .. BySize(Counted("unit", _unitsOfTrust, Dimension.Unit, _community.Trust.Units.Select(u => u.Code)))
                .Select(c => c with { Parent = Directions.MunicipalityToTrust }),
            .. regions,
            .. Municipalities(regions),
            .. Of(Dimension.Clause, Codes(Dimension.Clause)),
            .. Of(Dimension.Category, Codes(Dimension.Category)),
            .. Of(Dimension.Kind, Codes(Dimension.Kind).Where(k => CountedFacts.CountedAs(k) is CountedAs.Deviation)),
            .. Counted("harm", _by[Dimension.Harm.Index], Dimension.Harm, Codes(Dimension.Harm)).OrderByDescending(c => c.Code is null ? -1
                : Harm.Rank(c.Code)),
            .. Sets(Dimension.PatientGroup, Codes(Dimension.PatientGroup)),
            .. Sets(Dimension.Cause, Codes(Dimension.Cause)),
            new("status", "closed", null, _closed), new("status", "open", null, _open), new("status", "overdue", null, _overdue),
            new("course", "disputed", null, _disputed), new("course", "escalated", null, _escalated), new("course", "reopened", null, _reopened),
            new("course", "handedOver", null, _handedOver),
            new("measures", "measures", null, _planned + _done + _checked),
            new("measureState", "planned", null, _planned), new("measureState", "done", null, _done),
            new("measureState", "effectChecked", null, _checked),
            new("lessons", "lessons", null, Lessons),
            .. Sets(Dimension.HopPair, []).Where(c => c.Code is not null),
        ];
    }

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
        if (fact.HandOvers > 0) _handedOver += weight;
        if (fact.IsRepeat) Repeats += weight;
        if (fact.IsImported) Imported += weight;
        _planned += weight * (fact.Measures - fact.MeasuresDone);
        _done += weight * (fact.MeasuresDone - fact.MeasuresChecked);
        _checked += weight * fact.MeasuresChecked;
        var causes = _pools[Dimension.Cause][fact[Dimension.Cause]];
        if (fact.IsAnswered && string.IsNullOrEmpty(causes)) AnsweredWithoutCause += weight;
        if (!unclear.TryGetValue(fact[Dimension.Cause], out var isUnclear))
            unclear.Add(fact[Dimension.Cause], isUnclear = Dimension.Members(causes).Contains("agreementUnclear"));
        var clause = _clauses.GetValueOrDefault(fact[Dimension.Clause]);
        _clauses[fact[Dimension.Clause]] = (clause.Count + weight, clause.Disputed + (fact.Disputes > 0 ? weight : 0),
            clause.AgreementUnclear + (isUnclear ? weight : 0));
    }

    private void Add<TKey>(Dictionary<TKey, Aggregate> aggregates, TKey code, in CountedFact fact) where TKey : notnull
    {
        if (!aggregates.TryGetValue(code, out var aggregate)) aggregates.Add(code, aggregate = new(_facts.At, _facts.Weight));
        aggregate.Add(fact);
    }

    private IEnumerable<string> Codes(Dimension dimension) => dimension.Terms!(_community).Select(t => t.Code);

    private IEnumerable<Count> Municipalities(List<Count> regions)
    {
        var counts = Of(Dimension.Municipality, Codes(Dimension.Municipality)).ToLookup(c => c.Code);
        return regions.SelectMany(region => (_community.Regions.FirstOrDefault(r => r.Code == region.Code)?.Municipalities ?? [])
            .Select(m => counts[m.MunicipalityNumber].First() with { Parent = region.Code }).OrderByDescending(c => c.Value)
                .ThenBy(c => c.Code, StringComparer.Ordinal));
    }

    private IEnumerable<Count> Of(Dimension dimension, IEnumerable<string> known) => BySize(Counted(dimension.Name, _by[dimension.Index], dimension, known));

    private static IEnumerable<Count> BySize(IEnumerable<Count> counts) =>
        counts.OrderBy(c => c.Code is null).ThenByDescending(c => c.Value).ThenBy(c => c.Code?.Length).ThenBy(c => c.Code, StringComparer.Ordinal);

    private IEnumerable<Count> Counted(string table, Dictionary<int, Aggregate> aggregates, Dimension dimension, IEnumerable<string> known)
    {
        var counted = aggregates.Where(t => t.Value.Count > 0).ToDictionary(t => _pools[dimension][t.Key] ?? "", t => t.Value.Count, StringComparer.Ordinal);
        return known.Concat(counted.Keys.Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal)
            .Select(code => new Count(table, code is "" ? null : code, null, counted.GetValueOrDefault(code)));
    }

    private IEnumerable<Count> Sets(Dimension dimension, IEnumerable<string> known)
    {
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (code, aggregate) in _by[dimension.Index])
            foreach (var member in Dimension.Members(_pools[dimension][code]).Distinct(StringComparer.Ordinal))
                counted[member ?? ""] = counted.GetValueOrDefault(member ?? "") + aggregate.Count;
        return BySize([.. known.Concat(counted.Keys.Where(k => k is not "").Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal)
            .Select(k => new Count(dimension.Name, k, null, counted.GetValueOrDefault(k))), new(dimension.Name, null, null, counted.GetValueOrDefault(""))]);
    }
}

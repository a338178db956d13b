using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Figures;

/// <summary>
/// The cases that a caller may see the whole figures of, as they stand: a coordinator's and a secretary's are those that their party reported or answers;
/// a handler's and a unit leader's are those that their unit has. Everyone sees the protected figures of the rest.
/// </summary>
internal sealed class OwnCases
{
    private readonly StringPools _pools;
    private readonly int _reporter, _respondent, _municipality, _unit;

    private OwnCases(StringPools pools, int reporter, int respondent, int municipality, int unit) =>
        (_pools, _reporter, _respondent, _municipality, _unit) = (pools, reporter, respondent, municipality, unit);

    /// <summary>Null for a caller who sees no figures whole.</summary>
    public static OwnCases? Of(Caller caller, CareDirectory directory, StringPools pools) =>
        caller.IsAny(Roles.Coordinator, Roles.Secretariat)
            ? new(pools, pools[Dimension.Reporter].CodeOf(caller.Organization), pools[Dimension.Respondent].CodeOf(caller.Organization),
                pools[Dimension.Municipality].CodeOf(directory.Party(caller.Organization)?.MunicipalityNumber), 0)
        : caller.Unit is { } unit && caller.IsAny(Roles.Handler, Roles.UnitLeader) ? new(pools, 0, 0, 0, pools[Dimension.Unit].CodeOf(unit))
        : null;

    public bool Include(CountedFact fact) => _unit > 0
        ? fact[Dimension.Unit] == _unit
        : fact[Dimension.Respondent] == _respondent || fact[Dimension.Reporter] == _reporter
            || (_municipality > 0 && fact[Dimension.Municipality] == _municipality);

    /// <summary>As <see cref="Include(CountedFact)"/>, of a row.</summary>
    public bool Include(Fact fact)
    {
        var counted = new CountedFact();
        foreach (var (dimension, value) in new[]
        {
            (Dimension.Reporter, fact.Reporter), (Dimension.Respondent, fact.Respondent), (Dimension.Municipality, fact.Municipality),
            (Dimension.Unit, fact.Unit),
        }) counted.Codes[dimension.Index] = _pools[dimension].CodeOf(value);
        return Include(counted);
    }
}

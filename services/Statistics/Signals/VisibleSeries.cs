using System.Linq.Expressions;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Signals;

/// <summary>
/// Which signals a caller sees. A series at a unit is for the party of the unit, and for the unit; one with a municipality also for that municipality: they
/// see all of its cases, so they see its counts too. A category in the whole community is for everyone, without counts, since protected figures are of
/// frozen quarters only.
/// </summary>
internal sealed class VisibleSeries
{
    private readonly string _organization, _municipality;
    private readonly string? _unit;
    private readonly string[] _units;

    public VisibleSeries(Caller caller, CareDirectory directory)
    {
        var party = directory.Party(caller.Organization);
        var isOfParty = caller.IsAny(Roles.Coordinator, Roles.Secretariat);
        // No organisation and no municipality has an empty number.
        _organization = isOfParty ? caller.Organization : "";
        _municipality = isOfParty ? party?.MunicipalityNumber ?? "" : "";
        _unit = !isOfParty && caller.IsAny(Roles.Handler, Roles.UnitLeader) ? caller.Unit : null;
        _units = isOfParty ? [.. (party?.Units ?? []).Select(u => u.Code)] : _unit is null ? [] : [_unit];
    }

    public Expression<Func<Signal, bool>> Signals =>
        s => s.Unit == "" || _units.Contains(s.Unit) || (s.Municipality != "" && s.Municipality == _municipality);

    /// <summary>The caller's own cases.</summary>
    public Expression<Func<Fact, bool>> Facts =>
        f => _unit != null ? f.Unit == _unit
            : _organization != "" && (f.Respondent == _organization || f.Reporter == _organization || (_municipality != "" && f.Municipality == _municipality));

    /// <summary>True when the caller may see every case of the series.</summary>
    public static bool IsWhole(Signal signal) => signal.Unit.Length > 0;
}

using System.Data.Common;
using Avvik.CareDirectories;
using Avvik.Contracts;
using Avvik.Hosting.Callers;

namespace Avvik.Reporting.Deviations;

/// <summary>
/// Who of the reporter's party sees a deviation: whoever reported it and their unit; coordinators and machines see all of the party's but those of restricted
/// units, which a coordinator is given when they are disputed or escalated. For everybody else it does not exist. An auditor sees what was entered in error.
/// What a party reported under a number it had before, or a party that it has taken over from, is its own.
/// </summary>
internal sealed class DeviationAccess(CurrentDirectory directory)
{
    /// <summary>The first columns of a row that <see cref="Read"/> reads.</summary>
    public const string Columns = "reporter_organization, submitted_by, reporting_unit";

    public IQueryable<DeviationRecord> VisibleTo(IQueryable<DeviationRecord> deviations, Caller caller)
    {
        var (own, numbers) = (caller.Organization, NumbersOf(caller));
        if (!IsParty(caller))
            return deviations.Where(d => d.Status == CaseStates.EnteredInError
                && (numbers.Contains(d.ReporterOrganization) || numbers.Contains(d.RespondentOrganization)));
        // What most callers ask with has the form that the indexes have.
        var ofParty = numbers.Length == 1 ? deviations.Where(d => d.ReporterOrganization == own)
            : deviations.Where(d => numbers.Contains(d.ReporterOrganization));
        var (seesAll, coordinates, restricted) = (SeesAll(caller), caller.Is(Roles.Coordinator), Restricted(caller));
        if (seesAll && restricted.Length == 0) return ofParty;
        return ofParty.Where(d => d.SubmittedBy == caller.Subject || (caller.Unit != null && d.ReportingUnit == caller.Unit)
            || (seesAll && (d.ReportingUnit == null || !restricted.Contains(d.ReportingUnit)))
            || (coordinates && (d.Status == CaseStates.Disputed || d.Status == CaseStates.Escalated)));
    }

    /// <summary>As <see cref="VisibleTo"/>, of a row at hand.</summary>
    public bool IsVisibleTo(Reported reported, Caller caller, string status) => IsParty(caller)
        && NumbersOf(caller).Contains(reported.Organization, StringComparer.Ordinal)
        && (reported.SubmittedBy == caller.Subject || (caller.Unit is not null && caller.Unit == reported.Unit)
            || (SeesAll(caller) && (reported.Unit is null || !Restricted(caller).Contains(reported.Unit, StringComparer.Ordinal)))
            || (caller.Is(Roles.Coordinator) && status is CaseStates.Disputed or CaseStates.Escalated));

    /// <summary>Changes of what the caller's party reported, by the same need; a token without a unit is for a party that is not divided.</summary>
    public IQueryable<ChangeRecord> ReportedTo(IQueryable<ChangeRecord> changes, IQueryable<DeviationRecord> deviations, Caller caller)
    {
        var (own, numbers) = (caller.Organization, NumbersOf(caller));
        var ofParty = numbers.Length == 1 ? changes.Where(c => c.ReporterOrganization == own)
            : changes.Where(c => numbers.Contains(c.ReporterOrganization));
        if ((SeesAll(caller) || caller.Unit is null) && Restricted(caller).Length == 0) return ofParty;
        var visible = VisibleTo(deviations, caller);
        return ofParty.Where(c => visible.Any(d => d.Id == c.DeviationId));
    }

    /// <summary>Changes of what the caller's party is to answer, while the caller's unit has it or the caller sees all units.</summary>
    public IQueryable<ChangeRecord> AnsweredBy(IQueryable<ChangeRecord> changes, Caller caller)
    {
        var (own, numbers) = (caller.Organization, NumbersOf(caller));
        var ofParty = numbers.Length == 1 ? changes.Where(c => c.RespondentOrganization == own)
            : changes.Where(c => numbers.Contains(c.RespondentOrganization));
        if (!SeesAll(caller) && caller.Unit is { } unit) return ofParty.Where(c => c.Unit == unit);
        var restricted = Restricted(caller);
        return restricted.Length == 0 ? ofParty : ofParty.Where(c => c.Unit == null || !restricted.Contains(c.Unit));
    }

    public static Reported Read(DbDataReader row) =>
        new(row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2));

    private static bool IsParty(Caller caller) => caller.IsAny(Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Client);

    private static bool SeesAll(Caller caller) => caller.IsAny(Roles.Coordinator, Roles.Client);

    private string[] NumbersOf(Caller caller) => directory.Now.NumbersOf(caller.Organization);

    private string[] Restricted(Caller caller) => directory.Now.Party(caller.Organization)?.RestrictedTo(caller.Unit) ?? [];

    /// <summary>Who reported a deviation; nobody when it was anonymous.</summary>
    internal sealed record Reported(string Organization, string? SubmittedBy, string? Unit);
}

using System.Linq.Expressions;
using Avvik.CareDirectories;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Routing.Cases;

namespace Avvik.Routing.Access;

/// <summary>
/// Who a caller is to a case. A party sees the cases it reported and those it is to answer; nothing else exists for it. Inside the party access is by need:
/// coordinators, learning editors and machines see all its cases, others those that their unit has, has a measure of, or reported. A token without a unit is
/// for a party that is not divided. Cases of a restricted unit are for its own people; a coordinator is given them when they are disputed or escalated.
/// </summary>
internal sealed class CaseAccess(CurrentDirectory directory, TimeProvider clock)
{
    // Roles that work with cases. An auditor without one reads what was entered in error, and is closed to the others.
    private static readonly string[] Parts =
        [Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Client, Roles.LearningEditor];

    /// <summary>The cases that exist for the caller.</summary>
    public Expression<Func<Case, bool>> VisibleTo(Caller caller)
    {
        var (own, unit, seesAll) = (caller.Organization, caller.Unit, SeesAll(caller));
        var (coordinates, restricted) = (caller.Is(Roles.Coordinator), Restricted(caller));
        if (!caller.IsAny(Parts))
            return c => (c.RespondentOrganization == own || c.ReporterOrganization == own) && c.State == CaseStates.EnteredInError;
        if (ReachesFurther(caller))
        {
            var (numbers, shared) = (directory.Now.NumbersOf(own), SharedUnitOf(caller));
            return c => (shared != null && c.Unit == shared)
                || ((numbers.Contains(c.RespondentOrganization) || numbers.Contains(c.ReporterOrganization))
                    && ((unit != null && ((numbers.Contains(c.RespondentOrganization) && (c.Unit == unit || c.Measures.Any(m => m.Unit == unit)))
                            || (numbers.Contains(c.ReporterOrganization) && c.ReporterUnit == unit)))
                        || (seesAll && !restricted.Contains(c.Unit) && (c.ReporterUnit == null || !restricted.Contains(c.ReporterUnit)))
                        || (coordinates && (c.State == CaseStates.Disputed || c.State == CaseStates.Escalated))));
        }
        // What most callers ask with has the form that the worklist's indexes have.
        if (seesAll && restricted.Length == 0) return c => c.RespondentOrganization == own || c.ReporterOrganization == own;
        return c => (c.RespondentOrganization == own || c.ReporterOrganization == own)
            && ((unit != null && ((c.RespondentOrganization == own && (c.Unit == unit || c.Measures.Any(m => m.Unit == unit)))
                    || (c.ReporterOrganization == own && c.ReporterUnit == unit)))
                || (seesAll && !((c.RespondentOrganization == own && restricted.Contains(c.Unit))
                    || (c.ReporterOrganization == own && c.ReporterUnit != null && restricted.Contains(c.ReporterUnit))))
                || (coordinates && (c.State == CaseStates.Disputed || c.State == CaseStates.Escalated)));
    }

    /// <summary>As <see cref="VisibleTo"/>, of a case at hand.</summary>
    public bool IsVisibleTo(Case c, Caller caller)
    {
        if (!caller.IsAny(Parts)) return false;
        if (SharedUnitOf(caller) is { } shared && c.Unit == shared) return true;
        var numbers = directory.Now.NumbersOf(caller.Organization);
        var (answers, reported) = (numbers.Contains(c.RespondentOrganization), numbers.Contains(c.ReporterOrganization));
        if (!answers && !reported) return false;
        if (caller.Unit is { } unit && answers && (c.Unit == unit || c.Measures.Any(m => m.Unit == unit))) return true;
        if (caller.Unit is not null && reported && c.ReporterUnit == caller.Unit) return true;
        if (caller.Is(Roles.Coordinator) && c.State is CaseStates.Disputed or CaseStates.Escalated) return true;
        var restricted = Restricted(caller);
        return SeesAll(caller) && !(answers && restricted.Contains(c.Unit))
            && !(reported && c.ReporterUnit is { } reporters && restricted.Contains(reporters));
    }

    /// <summary>True when the caller is not bound to one unit.</summary>
    public static bool SeesAll(Caller caller) => caller.Unit is null || caller.IsAny(Roles.Coordinator, Roles.LearningEditor, Roles.Client);

    /// <summary>True when some of the party's cases may be kept from those who see all.</summary>
    public bool HasRestricted(Caller caller) => Restricted(caller).Length > 0;

    /// <summary>
    /// True for whoever sees cases of more parties than one: the people of a unit that serves several municipalities, and those of a party that had another
    /// organisation number or has taken over from others.
    /// </summary>
    public bool ReachesFurther(Caller caller) => SharedUnitOf(caller) is not null || directory.Now.NumbersOf(caller.Organization).Length > 1;

    /// <summary>What the rules of a case need to know of the caller, who acts for the party that the case names.</summary>
    public Actor ActorOf(Caller caller, Case c)
    {
        var numbers = directory.Now.NumbersOf(caller.Organization);
        var organization = numbers.Contains(c.RespondentOrganization) || c.Unit == SharedUnitOf(caller) ? c.RespondentOrganization
            : numbers.Contains(c.ReporterOrganization) ? c.ReporterOrganization : caller.Organization;
        return new(organization, caller.Unit, caller.Subject, caller.Is(Roles.Coordinator), caller.IsAny(Roles.Handler, Roles.UnitLeader),
            caller.IsAny(Roles.Reporter, Roles.Client, Roles.Coordinator, Roles.Handler, Roles.UnitLeader),
            organization == c.ReporterOrganization && IsByLetter(c) && SendsLetters(caller, c));
    }

    /// <summary>True when the respondent does not use Avvik: the case is for the reporter's party alone, which writes to it.</summary>
    public bool IsByLetter(Case c) => !directory.Now.UsesAvvik(c.RespondentOrganization, NorwegianCalendar.DayOf(clock.GetUtcNow()));

    // The coordinator does not see what a restricted unit reports: then its leader does it.
    private bool SendsLetters(Caller caller, Case c) => caller.Is(Roles.Coordinator) || (caller.Is(Roles.UnitLeader) && caller.Unit == c.ReporterUnit
        && directory.Now.Party(c.ReporterOrganization)?.Unit(c.ReporterUnit) is { Restricted: true });

    private string? SharedUnitOf(Caller caller) => caller.Unit is { } unit && directory.Now.Party(caller.Organization) is { } party
        && party.Unit(unit)?.Host == party.OrganizationNumber ? unit : null;

    private string[] Restricted(Caller caller) => directory.Now.Party(caller.Organization)?.RestrictedTo(caller.Unit) ?? [];
}

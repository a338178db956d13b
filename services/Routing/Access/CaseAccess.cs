using System.Linq.Expressions;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Routing.Cases;

namespace Avvik.Routing.Access;

/// <summary>Who a caller is to a case.</summary>
internal static class CaseAccess
{
    /// <summary>A party sees the cases it reported and those it is to answer. Nothing else exists for it.</summary>
    public static Expression<Func<Case, bool>> VisibleTo(Caller caller) =>
        c => c.RespondentOrganization == caller.Organization || c.ReporterOrganization == caller.Organization;

    /// <summary>As <see cref="VisibleTo"/>, of a case at hand.</summary>
    public static bool IsVisibleTo(this Case @case, Caller caller) => @case.RespondentOrganization == caller.Organization
        || @case.ReporterOrganization == caller.Organization;

    /// <summary>What the rules of a case need to know of the caller.</summary>
    public static Actor AsActor(this Caller caller) => new(caller.Organization, caller.Unit, caller.Subject, caller.Is(Roles.Coordinator),
        caller.IsAny(Roles.Handler, Roles.UnitLeader), caller.IsAny(Roles.Reporter, Roles.Client, Roles.Coordinator, Roles.Handler, Roles.UnitLeader));
}

using System.Collections.Frozen;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Reporting.Deviations;

namespace Avvik.Reporting.OpenEnvelope;

/// <summary>
/// Who may open a patient's envelope, and for which purposes: whoever reported it, the leader of their unit, and those who handle the case. Coordinators
/// handle a case that has no unit yet, or is disputed or escalated. No machine, and nobody else of either party.
/// </summary>
internal static class EnvelopeAccess
{
    private static readonly FrozenSet<string> s_reporting = FrozenSet.Create("contactPatient", "correctRecord", "verifyIdentity");
    private static readonly FrozenSet<string> s_handling =
        FrozenSet.Create("handleCase", "contactPatient", "correctRecord", "notifyAuthority", "verifyIdentity");

    internal sealed record Case(DeviationAccess.Reported Reported, string Respondent, string Status, string? Unit);

    /// <summary>The purposes (<c>accessPurposes</c>) that the caller may open it for; none for those who may not.</summary>
    public static IReadOnlySet<string> PurposesOf(Caller caller, Case of)
    {
        if (Handles(caller, of)) return s_handling;
        if (caller.Organization != of.Reported.Organization) return FrozenSet<string>.Empty;
        var reported = of.Reported.IsBy(caller) && caller.IsAny(Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Coordinator);
        var leads = caller.Is(Roles.UnitLeader) && caller.Unit is not null && caller.Unit == of.Reported.Unit;
        return reported || leads ? s_reporting : FrozenSet<string>.Empty;
    }

    /// <summary>Whether the caller is of those who handle the case.</summary>
    public static bool Handles(Caller caller, Case of)
    {
        var isRespondent = caller.Organization == of.Respondent;
        if (isRespondent && of.Unit is not null && caller.Unit == of.Unit && caller.IsAny(Roles.Handler, Roles.UnitLeader)) return true;
        if (!caller.Is(Roles.Coordinator)) return false;
        return (isRespondent && of.Unit is null)
            || ((isRespondent || caller.Organization == of.Reported.Organization) && of.Status is CaseStates.Disputed or CaseStates.Escalated);
    }
}

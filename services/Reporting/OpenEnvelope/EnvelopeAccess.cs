using System.Collections.Frozen;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Reporting.Deviations;

namespace Avvik.Reporting.OpenEnvelope;

/// <summary>
/// Who may open a patient's envelope, and for which purposes: whoever reported it, the leader of their unit, and those who handle the case: the people of
/// its unit, also of one that serves several municipalities. Coordinators handle a case that has no unit yet, or is disputed or escalated. What was a party's
/// that has ended is its successor's, whose coordinator stands in for the units that are no more; of a party that does not use Avvik it is the coordinator of
/// whoever reported, who sends the letter. No machine, and nobody else of either party. Both parties notify the authorities: each has a duty of its own
/// (helsetilsynsloven § 6).
/// </summary>
internal static class EnvelopeAccess
{
    public const string NotifyAuthority = "notifyAuthority";

    private static readonly FrozenSet<string> s_reporting = FrozenSet.Create("contactPatient", "correctRecord", NotifyAuthority, "verifyIdentity");
    private static readonly FrozenSet<string> s_handling =
        FrozenSet.Create("handleCase", "contactPatient", "correctRecord", NotifyAuthority, "verifyIdentity");

    /// <param name="Parties">Who is a party now, and whose successor.</param>
    /// <param name="Today">Norwegian local date.</param>
    internal sealed record Case(DeviationAccess.Reported Reported, string Respondent, string Status, string? Unit, CareDirectory Parties, DateOnly Today)
    {
        public bool IsOf(Caller caller, string organization) => Parties.NumbersOf(caller.Organization).Contains(organization, StringComparer.Ordinal);

        /// <summary>True when the caller's party has taken over from another: its units have no people any more.</summary>
        public bool IsTakenOver(Caller caller, string organization) => IsOf(caller, organization)
            && Parties.Party(organization)?.OrganizationNumber != Parties.Party(caller.Organization)?.OrganizationNumber;

        /// <summary>True for the party whose unit has the case on the respondent's behalf: one that serves several municipalities.</summary>
        public bool IsHostedBy(Caller caller) => Parties.Party(Respondent)?.Unit(Unit)?.Host is { } host && IsOf(caller, host);

        /// <summary>True for a unit whose cases and reports are for its own people only.</summary>
        public bool IsRestricted(string organization, string? unit) => Parties.Party(organization)?.Unit(unit) is { Restricted: true };
    }

    /// <summary>The purposes (<c>accessPurposes</c>) that the caller may open it for; none for those who may not.</summary>
    public static IReadOnlySet<string> PurposesOf(Caller caller, Case of)
    {
        if (Handles(caller, of)) return s_handling;
        if (!of.IsOf(caller, of.Reported.Organization)) return FrozenSet<string>.Empty;
        var reported = of.Reported.SubmittedBy == caller.Subject && caller.IsAny(Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Coordinator);
        var leads = (caller.Is(Roles.UnitLeader) && caller.Unit is not null && caller.Unit == of.Reported.Unit)
            || (caller.Is(Roles.Coordinator) && of.IsTakenOver(caller, of.Reported.Organization)
                && !of.IsRestricted(of.Reported.Organization, of.Reported.Unit));
        return reported || leads ? s_reporting : FrozenSet<string>.Empty;
    }

    /// <summary>Whether the caller is of those who handle the case.</summary>
    public static bool Handles(Caller caller, Case of)
    {
        var isRespondent = of.IsOf(caller, of.Respondent);
        if (of.Unit is not null && caller.Unit == of.Unit && caller.IsAny(Roles.Handler, Roles.UnitLeader) && (isRespondent || of.IsHostedBy(caller)))
            return true;
        if (!caller.Is(Roles.Coordinator)) return false;
        return (isRespondent && (of.Unit is null || (of.IsTakenOver(caller, of.Respondent) && !of.IsRestricted(of.Respondent, of.Unit))))
            || ((isRespondent || of.IsOf(caller, of.Reported.Organization)) && of.Status is CaseStates.Disputed or CaseStates.Escalated)
            || (of.IsOf(caller, of.Reported.Organization) && !of.Parties.UsesAvvik(of.Respondent, of.Today)
                && !of.IsRestricted(of.Reported.Organization, of.Reported.Unit));
    }
}

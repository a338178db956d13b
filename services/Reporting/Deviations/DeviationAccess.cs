using System.Data.Common;
using Avvik.Contracts;
using Avvik.Hosting.Callers;

namespace Avvik.Reporting.Deviations;

/// <summary>
/// Who sees what the own party has reported, by need: whoever reported it and their unit; the party's coordinators and machines see all of it.
/// For everybody else it does not exist.
/// </summary>
internal static class DeviationAccess
{
    /// <summary>What <see cref="Read"/> expects first in a row.</summary>
    public const string Columns = "reporter_organization, submitted_by, reporting_unit";

    public static IQueryable<DeviationRecord> VisibleTo(this IQueryable<DeviationRecord> deviations, Caller caller)
    {
        var ofParty = deviations.Where(d => d.ReporterOrganization == caller.Organization);
        return SeesAll(caller) ? ofParty : ofParty.Where(d => d.SubmittedBy == caller.Subject || (caller.Unit != null && d.ReportingUnit == caller.Unit));
    }

    public static Reported Read(DbDataReader row) => new(row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2));

    private static bool SeesAll(Caller caller) => caller.IsAny(Roles.Coordinator, Roles.Client);

    /// <summary>By whom a deviation was reported.</summary>
    internal sealed record Reported(string Organization, string? SubmittedBy, string? Unit)
    {
        public bool IsVisibleTo(Caller caller) => caller.Organization == Organization && (SeesAll(caller) || IsBy(caller) || (caller.Unit is not null && caller.Unit == Unit));

        public bool IsBy(Caller caller) => caller.Organization == Organization && SubmittedBy == caller.Subject;
    }
}

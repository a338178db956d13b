using System.Data.Common;
using Avvik.Contracts;
using Avvik.Hosting.Callers;

namespace Avvik.Reporting.Deviations;

/// <summary>
/// Who of the reporter's party sees a deviation: whoever reported it and their unit; coordinators and machines see all of the party's. For everybody
/// else it does not exist.
/// </summary>
internal static class DeviationAccess
{
    /// <summary>The first columns of a row that <see cref="Read"/> reads.</summary>
    public const string Columns = "reporter_organization, submitted_by, reporting_unit";

    public static IQueryable<DeviationRecord> VisibleTo(this IQueryable<DeviationRecord> deviations, Caller caller)
    {
        var ofParty = deviations.Where(d => d.ReporterOrganization == caller.Organization);
        return SeesAll(caller) ? ofParty : ofParty.Where(d => d.SubmittedBy == caller.Subject || (caller.Unit != null && d.ReportingUnit == caller.Unit));
    }

    public static Reported Read(DbDataReader row) =>
        new(row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2));

    private static bool SeesAll(Caller caller) => caller.IsAny(Roles.Coordinator, Roles.Client);

    /// <summary>Who reported a deviation.</summary>
    internal sealed record Reported(string Organization, string? SubmittedBy, string? Unit)
    {
        public bool IsVisibleTo(Caller caller) =>
            caller.Organization == Organization && (SeesAll(caller) || IsBy(caller) || (caller.Unit is not null && caller.Unit == Unit));

        public bool IsBy(Caller caller) => caller.Organization == Organization && SubmittedBy == caller.Subject;
    }
}

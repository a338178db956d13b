using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;
using Avvik.CareDirectories;
using Avvik.Storage;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.AssignRoles;

internal static class Assignments
{
    /// <summary>Assignments in force now or later, with those that other work in this transaction has added and the context has not saved yet.</summary>
    public static async Task<IReadOnlyList<RoleAssignmentRecord>> AssignmentsAsync(this UnitOfWork<RoutingDbContext> unit, DateTimeOffset now)
    {
        var today = NorwegianCalendar.DayOf(now);
        await unit.Db.RoleAssignments.Where(a => !a.Revoked && (a.ValidTo == null || a.ValidTo >= today)).LoadAsync();
        return [.. unit.Db.RoleAssignments.Local.Where(a => !a.IsOver(today))];
    }

    /// <summary>Lets all services know of an assignment as it stands.</summary>
    public static async Task<RoleAssignmentChanged> PublishAsync(this UnitOfWork<RoutingDbContext> unit, RoleAssignmentRecord assignment, DateTimeOffset now)
    {
        var changed = assignment.ToEvent(now);
        await unit.PublishAsync(changed);
        return changed;
    }
}

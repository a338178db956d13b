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

    /// <summary>Publishes who has which role to all services, as the directory's next version.</summary>
    /// <exception cref="TimeoutException">Another instance changed the directory in the same moment; nothing is written.</exception>
    public static async Task<DirectoryPublished> PublishAsync(this UnitOfWork<RoutingDbContext> unit, IEnumerable<RoleAssignmentRecord> assignments,
        DateTimeOffset now)
    {
        var known = await unit.DirectoryAsync();
        var next = new DirectoryPublished
        {
            AggregateId = DirectoryPublished.DirectoryId,
            Version = (known?.Version ?? 1) + 1,
            OccurredAt = now,
            Units = known?.Units ?? [],
            Assignments = [.. assignments.OrderBy(a => a.Id).Select(a => a.Published())],
        };
        return await unit.PublishAsync(next) ? next : throw new TimeoutException("Another instance changed the directory in the same moment.");
    }
}

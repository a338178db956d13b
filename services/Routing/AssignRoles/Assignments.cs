using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;
using Avvik.Messaging.CareDirectories;
using Avvik.Messaging.Storage;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.AssignRoles;

internal static class Assignments
{
    /// <summary>
    /// Lets a change of who has which role be known to all services, as the directory's next version. Null, and nothing else may be written, when
    /// another instance came first.
    /// </summary>
    public static async Task<DirectoryPublished?> PublishAsync(this UnitOfWork<RoutingDbContext> unit, IEnumerable<RoleAssignmentRecord> changed, DateTimeOffset now)
    {
        var today = NorwegianCalendar.DayOf(now);
        var known = await unit.DirectoryAsync();
        var assignments = (await unit.Db.RoleAssignments.Where(a => !a.Revoked && (a.ValidTo == null || a.ValidTo >= today)).ToListAsync()).Union(changed).Where(a => !a.IsOver(today));
        var next = new DirectoryPublished
        {
            DeviationId = DirectoryPublished.Directory,
            Version = (known?.Version ?? 1) + 1,
            OccurredAt = now,
            Units = known?.Units ?? [],
            Assignments = [.. assignments.OrderBy(a => a.Id).Select(a => a.Published())],
        };
        if (await unit.KeepAsync(next) == 0) return null;
        await unit.EnqueueAsync(next);
        return next;
    }
}

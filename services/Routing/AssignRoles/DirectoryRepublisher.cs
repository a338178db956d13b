using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;
using Avvik.CareDirectories;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.AssignRoles;

/// <summary>
/// Publishes the directory and every role assignment again at each start, for a service whose database is new or was restored; the others keep what they
/// have. Before that, those whom the configuration names (<c>Assignments:Administrators</c>, each <c>organisation/subject</c>) are made administrators
/// where they are not: somebody must be the first.
/// </summary>
internal sealed class DirectoryRepublisher(Writer<RoutingDbContext> writer, IConfiguration configuration, TimeProvider clock) : BackgroundService
{
    private const string ByConfiguration = "configuration";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => writer.WriteAsync(async unit =>
    {
        // Of several instances that start at once, one adds them, and the others see that.
        await unit.SerializeAsync(DirectoryPublished.DirectoryId);
        var (now, first) = (clock.GetUtcNow(), new List<RoleAssignmentRecord>());
        foreach (var administrator in configuration.GetSection("Assignments:Administrators").Get<string[]>() ?? [])
        {
            if (administrator.Split('/', 2) is not [var organization, var subject] || HealthCommunities.Party(organization) is null || subject.Length == 0)
                throw new InvalidOperationException($"Assignments:Administrators has «{administrator}», which is no organisation/subject.");
            // Once: a restart does not give the role back to an administrator whose assignment was ended.
            if (!await unit.Db.RoleAssignments.AnyAsync(a => a.Organization == organization && a.Subject == subject && a.Role == Roles.Admin, stoppingToken))
                first.Add(RoleAssignmentRecord.Of(organization, new() { Subject = subject, Role = Roles.Admin, Reason = ByConfiguration },
                    NorwegianCalendar.DayOf(now), null, ByConfiguration, now, pending: false));
        }
        unit.Db.AddRange(first);
        // Also those that are over: a database that was restored may have them as in force.
        foreach (var assignment in (await unit.Db.RoleAssignments.AsNoTracking().Where(a => !a.Pending).ToListAsync(stoppingToken)).Concat(first))
            await unit.PublishAsync(assignment, now);
        // The directory of 0.1 lists the roles; without that list, what each assignment's own event says is all that counts.
        if (await unit.DirectoryAsync() is { } known)
            if (known.Assignments is null) await unit.EnqueueAsync(known);
            else await unit.PublishAsync(known with { Version = known.Version + 1, OccurredAt = now, Assignments = null });
        return true;
    }, stoppingToken);
}

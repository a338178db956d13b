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
/// Says once more, at each start, how the directory stands: for a service whose database is new. Those who know keep what they have. Before that,
/// those whom the configuration names (<c>Assignments:Administrators</c>, each <c>organisation/subject</c>) are made administrators where they are
/// not: somebody must be the first.
/// </summary>
internal sealed class DirectoryRepublisher(Writer<RoutingDbContext> writer, IConfiguration configuration, TimeProvider clock) : BackgroundService
{
    private const string ByConfiguration = "configuration";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => writer.WriteAsync(async unit =>
    {
        // Of several instances that start at once, one adds whom the configuration names, and the others see that.
        await unit.SerializeAsync(DirectoryPublished.DirectoryId);
        var (now, first) = (clock.GetUtcNow(), new List<RoleAssignmentRecord>());
        foreach (var administrator in configuration.GetSection("Assignments:Administrators").Get<string[]>() ?? [])
        {
            if (administrator.Split('/', 2) is not [var organization, var subject] || HealthCommunities.Party(organization) is null || subject.Length == 0)
                throw new InvalidOperationException($"Assignments:Administrators has «{administrator}», which is no organisation/subject.");
            // Once: who was ended as one is not made one again by a restart.
            if (!await unit.Db.RoleAssignments.AnyAsync(a => a.Organization == organization && a.Subject == subject && a.Role == Roles.Admin, stoppingToken))
                first.Add(RoleAssignmentRecord.Of(organization, new() { Subject = subject, Role = Roles.Admin, Reason = ByConfiguration },
                    NorwegianCalendar.DayOf(now), null, ByConfiguration, now));
        }
        if (first.Count > 0)
        {
            unit.Db.AddRange(first);
            await unit.PublishAsync(await unit.AssignmentsAsync(now), now);
        }
        else if (await unit.DirectoryAsync() is { } known) await unit.EnqueueAsync(known);
        return true;
    }, stoppingToken);
}

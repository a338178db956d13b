using Avvik.Messaging.CareDirectories;
using Avvik.Messaging.Storage;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.EditDirectory;

/// <summary>Says once more, at each start, how the directory stands: for a service whose database is new. Those who know keep what they have.</summary>
internal sealed class DirectoryRepublisher(Writer<RoutingDbContext> writer) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => writer.WriteAsync(async unit =>
    {
        if (await unit.DirectoryAsync() is { } known) await unit.EnqueueAsync(known);
        return true;
    }, stoppingToken);
}

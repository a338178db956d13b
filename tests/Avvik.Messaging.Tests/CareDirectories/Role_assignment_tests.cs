using System.Text.Json;
using Avvik.CareDirectories;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Tests.Support;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Avvik.Messaging.Tests.CareDirectories;

public sealed class Role_assignment_tests
{
    private const string Trust = "983971709", Person = "kari-8f21";
    private static readonly DateTimeOffset Now = new(2026, 9, 14, 8, 0, 0, TimeSpan.Zero);
    private static readonly RoleAssigned Given = new() { OrganizationNumber = Trust, Subject = Person, Role = Roles.Coordinator, From = Now.AddDays(-10) };

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Highest_version_of_an_assignment_counts_in_any_order_and_in_every_instance(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var (here, id) = (await StartedAsync(instance), Guid.CreateVersion7());
        await ReceiveAsync(instance, Changed(id, 1, Given));
        Assert.True(Assert.Single((await StartedAsync(instance)).RolesOf(Trust, Person)).IsIn(Now));

        await ReceiveAsync(instance, Changed(id, 3, Given with { Until = Now }));
        await ReceiveAsync(instance, Changed(id, 2, Given with { Until = Now.AddDays(30) }));
        Assert.False(Assert.Single((await StartedAsync(instance)).RolesOf(Trust, Person)).IsIn(Now));
        Assert.Empty(here.RolesOf(Trust, "another"));
    }

    /// <summary>Still in a queue when the service was upgraded, or in its database: the id has another name, and the roles are in the directory.</summary>
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Roles_of_a_0_1_directory_count_until_an_assignment_says_otherwise(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var old = JsonSerializer.Deserialize($$"""
            { "deviationId": "{{DirectoryPublished.DirectoryId}}", "version": 7, "occurredAt": "2026-09-14T10:00:00+02:00", "units": [],
              "assignments": [{ "organizationNumber": "{{Trust}}", "subject": "{{Person}}", "role": "coordinator", "from": "2026-08-01T00:00:00+02:00" }] }
            """, ContractJson.Default.DirectoryPublished)!;
        await instance.Writer.WriteAsync(unit => unit.KeepAsync(old), CancellationToken.None);
        Assert.True(Assert.Single((await StartedAsync(instance)).RolesOf(Trust, Person)).IsIn(Now));

        await ReceiveAsync(instance, Changed(Guid.CreateVersion7(), 2, Given with { Until = Now }));
        Assert.False(Assert.Single((await StartedAsync(instance)).RolesOf(Trust, Person)).IsIn(Now));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Directory_version_far_ahead_is_refused_and_the_next_one_applied(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var handler = new DirectoryPublishedHandler<EffectsDb>();
        await ApplyAsync(3);
        await Assert.ThrowsAsync<VersionTooHighException>(() => ApplyAsync(2_000));
        await ApplyAsync(4);
        Assert.Equal(4, await database.CountAsync("select version from care_directory"));

        Task<bool> ApplyAsync(int version) => instance.Writer.WriteAsync(async unit =>
        {
            await handler.HandleAsync(
                new() { AggregateId = DirectoryPublished.DirectoryId, Version = version, OccurredAt = Now, Units = [] }, unit);
            return true;
        }, CancellationToken.None);
    }

    private static RoleAssignmentChanged Changed(Guid id, int version, RoleAssigned assignment) =>
        new() { AggregateId = id, Version = version, OccurredAt = Now, Assignment = assignment };

    private static Task<int> ReceiveAsync(Instance instance, RoleAssignmentChanged changed) =>
        instance.Writer.WriteAsync(unit => unit.KeepAsync(changed), CancellationToken.None);

    /// <summary>What an instance that starts now knows.</summary>
    private static async Task<CurrentDirectory> StartedAsync(Instance instance)
    {
        var directory = new CurrentDirectory();
        using var refresh = new DirectoryRefresh<EffectsDb>(instance.Of<IDbContextFactory<EffectsDb>>(), directory, new MovableClock(Now),
            NullLogger<DirectoryRefresh<EffectsDb>>.Instance);
        await refresh.StartAsync(CancellationToken.None);
        await refresh.StopAsync(CancellationToken.None);
        return directory;
    }
}

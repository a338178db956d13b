using System.Collections.Immutable;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.CareDirectories;

/// <summary>The newest directory that this service has: one row.</summary>
internal sealed class DirectoryRecord
{
    public int Id { get; init; }
    public int Version { get; init; }
    public required string Body { get; init; }
}

/// <summary>
/// The newest version of a role assignment that this service has. Kept when it is over, so that an older version that comes late changes nothing.
/// </summary>
internal sealed class AssignedRole
{
    public Guid Id { get; init; }
    public int Version { get; init; }
    public required string OrganizationNumber { get; init; }
    public required string Subject { get; init; }
    public required string Role { get; init; }
    public string? Unit { get; init; }
    public DateTimeOffset ValidFrom { get; init; }
    public DateTimeOffset? ValidUntil { get; init; }

    public RoleAssigned ToContract() =>
        new() { OrganizationNumber = OrganizationNumber, Subject = Subject, Role = Role, Unit = Unit, From = ValidFrom, Until = ValidUntil };
}

/// <summary>The newest care directory and role assignments that this process has.</summary>
public sealed class CurrentDirectory
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<Guid, RoleAssigned> _assigned = ImmutableDictionary<Guid, RoleAssigned>.Empty;
    private IReadOnlyList<RoleAssigned> _inDirectory = [];
    private CareDirectory _now = new();
    private ILookup<(string Organization, string Subject), RoleAssigned> _roles = Array.Empty<RoleAssigned>().ToLookup(r => (r.OrganizationNumber, r.Subject));

    /// <summary>The directory's snapshot. It is immutable: read it once for values that must agree.</summary>
    public CareDirectory Now => Volatile.Read(ref _now);

    /// <summary>What somebody has been assigned at a party: in force, to come, or over.</summary>
    public IEnumerable<RoleAssigned> RolesOf(string organizationNumber, string subject) => Volatile.Read(ref _roles)[(organizationNumber, subject)];

    /// <summary>Replaces the directory, in the instance that made the change.</summary>
    public void Replace(DirectoryPublished published)
    {
        if (published.Communities is not null) HealthCommunities.Follow(published.ReadCommunities());
        Volatile.Write(ref _now, new(published));
        ReplaceRoles(_assigned, published.Assignments ?? []);
    }

    /// <summary>Replaces a role assignment, in the instance that made the change.</summary>
    public void Replace(RoleAssignmentChanged changed) => ReplaceRoles(_assigned.SetItem(changed.AggregateId, changed.Assignment), _inDirectory);

    internal void Replace(IEnumerable<AssignedRole> all) => ReplaceRoles(all.ToImmutableDictionary(r => r.Id, r => r.ToContract()), _inDirectory);

    private void ReplaceRoles(ImmutableDictionary<Guid, RoleAssigned> assigned, IReadOnlyList<RoleAssigned> inDirectory)
    {
        lock (_lock)
        {
            (_assigned, _inDirectory) = (assigned, inDirectory);
            // A directory of 0.1 lists the roles too: until Routing has published each by itself, and never one of which there is something newer.
            var known = assigned.Values.Select(Key).ToHashSet();
            Volatile.Write(ref _roles, assigned.Values.Concat(inDirectory.Where(r => !known.Contains(Key(r)))).ToLookup(r => (r.OrganizationNumber,
                r.Subject)));
        }

        static (string, string, string, string?) Key(RoleAssigned r) => (r.OrganizationNumber, r.Subject, r.Role, r.Unit);
    }
}

/// <summary>Keeps the highest version, and refuses one that is far ahead of what is known.</summary>
public sealed class DirectoryPublishedHandler<TDb> : IHandle<DirectoryPublished, TDb> where TDb : DbContext
{
    // More changes than can be on their way at once.
    private const int FarAhead = 1000;

    /// <inheritdoc/>
    public async Task HandleAsync(DirectoryPublished message, UnitOfWork<TDb> unit)
    {
        if (await unit.DirectoryAsync() is { } known && message.Version - known.Version > FarAhead) throw new VersionTooHighException(message.Version);
        await unit.KeepAsync(message);
    }
}

/// <summary>Keeps the highest version of each assignment.</summary>
public sealed class RoleAssignmentChangedHandler<TDb> : IHandle<RoleAssignmentChanged, TDb> where TDb : DbContext
{
    /// <inheritdoc/>
    public Task HandleAsync(RoleAssignmentChanged message, UnitOfWork<TDb> unit) => unit.KeepAsync(message);
}

/// <summary>Loads the newest directory and role assignments from the database at start, and in every instance within two seconds of a change.</summary>
internal sealed class DirectoryRefresh<TDb>(IDbContextFactory<TDb> databases, CurrentDirectory directory, TimeProvider clock,
    ILogger<DirectoryRefresh<TDb>> log)
    : PeriodicService(TimeSpan.FromSeconds(2), clock, log) where TDb : DbContext
{
    private (int Count, int Versions) _roles;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request, so that earlier changes apply to it.
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task DoAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var known = directory.Now.Version;
        if (await db.Set<DirectoryRecord>().Where(d => d.Version > known).FirstOrDefaultAsync(ct) is { } newer)
            directory.Replace(JsonSerializer.Deserialize(newer.Body, ContractJson.Default.DirectoryPublished)!);
        // Versions only rise, so any change changes the sum.
        var assigned = db.Set<AssignedRole>();
        var roles = (await assigned.CountAsync(ct), await assigned.SumAsync(r => r.Version, ct));
        if (roles == _roles) return;
        directory.Replace(await assigned.ToListAsync(ct));
        _roles = roles;
    }
}

/// <summary>Registers and keeps the directory.</summary>
public static class CareDirectoryExtensions
{
    /// <summary>Gives the service the <see cref="CurrentDirectory"/>, and its callers the roles they are assigned there.</summary>
    public static void AddCareDirectory<TDb>(this IHostApplicationBuilder builder) where TDb : DbContext
    {
        builder.Services.AddSingleton<CurrentDirectory>();
        builder.Services.AddSingleton<IClaimsTransformation, AssignedRoles>();
        builder.Services.AddHostedService<DirectoryRefresh<TDb>>();
    }

    /// <summary>Stores a snapshot unless that version or a newer one is stored; returns how many it stored, 1 or 0.</summary>
    public static Task<int> KeepAsync<TDb>(this UnitOfWork<TDb> unit, DirectoryPublished published) where TDb : DbContext => unit.Sql.ExecuteAsync(
        """
        insert into care_directory (id, version, body) values (1, @p1, @p2)
        on conflict (id) do update set version = excluded.version, body = excluded.body where care_directory.version < excluded.version
        """,
        published.Version, JsonSerializer.Serialize(published, ContractJson.Default.DirectoryPublished));

    /// <summary>Stores a role assignment unless that version or a newer one is stored; returns how many it stored, 1 or 0.</summary>
    public static Task<int> KeepAsync<TDb>(this UnitOfWork<TDb> unit, RoleAssignmentChanged changed) where TDb : DbContext => unit.Sql.ExecuteAsync(
        """
        insert into assigned_role (id, version, organization_number, subject, role, unit, valid_from, valid_until)
        values (@p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)
        on conflict (id) do update set version = excluded.version, valid_from = excluded.valid_from, valid_until = excluded.valid_until
        where assigned_role.version < excluded.version
        """,
        changed.AggregateId, changed.Version, changed.Assignment.OrganizationNumber, changed.Assignment.Subject, changed.Assignment.Role,
        changed.Assignment.Unit, changed.Assignment.From.ToUnixTimeMilliseconds(), changed.Assignment.Until?.ToUnixTimeMilliseconds());

    /// <summary>Stores and publishes the next version; false, and nothing is written, when another instance stored it first.</summary>
    public static async Task<bool> PublishAsync<TDb>(this UnitOfWork<TDb> unit, DirectoryPublished next) where TDb : DbContext
    {
        if (await unit.KeepAsync(next) == 0) return false;
        await unit.EnqueueAsync(next);
        return true;
    }

    /// <summary>Stores and publishes a role assignment as it stands, also when it was published before.</summary>
    public static async Task PublishAsync<TDb>(this UnitOfWork<TDb> unit, RoleAssignmentChanged changed) where TDb : DbContext
    {
        await unit.KeepAsync(changed);
        await unit.EnqueueAsync(changed);
    }

    /// <summary>The newest snapshot, as the transaction sees it; null while there is only the seed.</summary>
    public static async Task<DirectoryPublished?> DirectoryAsync<TDb>(this UnitOfWork<TDb> unit) where TDb : DbContext =>
        await unit.Sql.ScalarAsync<string>("select body from care_directory where id = 1") is { } body
            ? JsonSerializer.Deserialize(body, ContractJson.Default.DirectoryPublished) : null;
}

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

/// <summary>The newest care directory that this process has. Each snapshot is immutable: read it once for values that must agree.</summary>
public sealed class CurrentDirectory
{
    private CareDirectory _now = new();

    /// <summary>The snapshot.</summary>
    public CareDirectory Now => Volatile.Read(ref _now);

    /// <summary>Replaces the snapshot, in the instance that made the change.</summary>
    public void Replace(DirectoryPublished published) => Volatile.Write(ref _now, new(published));
}

/// <summary>Keeps the highest version.</summary>
public sealed class DirectoryPublishedHandler<TDb> : IHandle<DirectoryPublished, TDb> where TDb : DbContext
{
    /// <inheritdoc/>
    public Task HandleAsync(DirectoryPublished message, UnitOfWork<TDb> unit) => unit.KeepAsync(message);
}

/// <summary>Loads the newest directory from the database at start, and in every instance within two seconds of a change.</summary>
internal sealed class DirectoryRefresh<TDb>(IDbContextFactory<TDb> databases, CurrentDirectory directory, TimeProvider clock, ILogger<DirectoryRefresh<TDb>> log) : PeriodicService(TimeSpan.FromSeconds(2), clock, log) where TDb : DbContext
{
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

    /// <summary>Stores and publishes the next version; false, and nothing is written, when another instance stored it first.</summary>
    public static async Task<bool> PublishAsync<TDb>(this UnitOfWork<TDb> unit, DirectoryPublished next) where TDb : DbContext
    {
        if (await unit.KeepAsync(next) == 0) return false;
        await unit.EnqueueAsync(next);
        return true;
    }

    /// <summary>The newest snapshot, as the transaction sees it; null while there is only the seed.</summary>
    public static async Task<DirectoryPublished?> DirectoryAsync<TDb>(this UnitOfWork<TDb> unit) where TDb : DbContext =>
        await unit.Sql.ScalarAsync<string>("select body from care_directory where id = 1") is { } body ? JsonSerializer.Deserialize(body, ContractJson.Default.DirectoryPublished) : null;
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;

namespace Avvik.Storage;

/// <summary>A transaction of the writer that has committed: looked for when the answer to its COMMIT was lost.</summary>
internal sealed class CommittedGroup
{
    /// <summary>UUIDv7, made by the writer.</summary>
    public Guid Id { get; init; }
    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>The writer's own table.</summary>
public static class CommittedGroupModel
{
    /// <summary>Adds it to a context's model, on PostgreSQL: a commit to a file of this machine has no answer to lose.</summary>
    public static void AddCommittedGroups(this ModelBuilder model, DatabaseFacade database)
    {
        if (database.IsSqlite()) return;
        model.Entity<CommittedGroup>(e =>
        {
            e.ToTable("committed_group");
            e.Property(g => g.Id).ValueGeneratedNever();
            e.HasIndex(g => g.At).HasDatabaseName("ix_committed_group_at");
        });
    }
}

/// <summary>Deletes old group ids: a writer looks for its own only within seconds.</summary>
internal sealed class CommittedGroupCleanup<TDb>(Writer<TDb> writer, TimeProvider clock, ILogger<CommittedGroupCleanup<TDb>> log)
    : PeriodicService(TimeSpan.FromHours(1), clock, log) where TDb : DbContext
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    protected override Task DoAsync(CancellationToken ct) => DeleteOldAsync(ct);

    internal Task<int> DeleteOldAsync(CancellationToken ct) => writer.WriteAsync(
        unit => unit.Sql.ExecuteAsync("delete from committed_group where at < @p1", (Clock.GetUtcNow() - Kept).ToUnixTimeMilliseconds()), ct);
}

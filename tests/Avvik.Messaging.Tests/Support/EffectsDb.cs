using Avvik.CareDirectories;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Avvik.Messaging.Tests.Support;

/// <summary>The smallest service there is: it counts how often each event had its effect, so it shows what a careful handler would hide.</summary>
public sealed class EffectsDb(DbContextOptions<EffectsDb> options) : DbContext(options)
{
    public DbSet<Effect> Effects => Set<Effect>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Effect>(e =>
        {
            e.ToTable("effects");
            e.HasKey(x => new { x.DeviationId, x.Version });
        });
        modelBuilder.AddMessaging();
        modelBuilder.AddCareDirectory();
        modelBuilder.AddCommittedGroups(Database);
        modelBuilder.UseSnakeCase();
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();
}

public sealed class Effect
{
    public Guid DeviationId { get; init; }
    public int Version { get; init; }
    public int Count { get; set; }
}

/// <summary>Makes what the model says: the test's tables are released nowhere, so there is no history to keep.</summary>
[DbContext(typeof(EffectsDb)), Migration("20260101000000_First")]
internal sealed class First : Migration
{
    public override IModel TargetModel => ModelOf(ActiveProvider!);

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        using var db = Open(ActiveProvider!);
        migrationBuilder.Operations.AddRange(db.GetService<IMigrationsModelDiffer>().GetDifferences(null, TargetModel.GetRelationalModel()));
        migrationBuilder.Sql("insert into outbox_lane (lane, leased_until) values (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0)");
    }

    private static EffectsDb Open(string provider)
    {
        var options = new DbContextOptionsBuilder<EffectsDb>();
        new DatabaseOptions { Provider = provider.EndsWith("Sqlite", StringComparison.Ordinal) ? DatabaseProvider.Sqlite : DatabaseProvider.Postgres }
            .Configure(options);
        return new EffectsDb(options.Options);
    }

    private static IModel ModelOf(string provider)
    {
        using var db = Open(provider);
        return db.GetService<IDesignTimeModel>().Model;
    }
}

internal sealed class CountEffects(Hooks hooks) : IHandle<ReporterInformed, EffectsDb>
{
    public async Task HandleAsync(ReporterInformed message, UnitOfWork<EffectsDb> unit)
    {
        await CountAsync(unit, message.DeviationId, message.Version);
        await hooks.InHandler(message);
    }

    public static Task CountAsync(UnitOfWork<EffectsDb> unit, Guid deviation, int version) => unit.Sql.ExecuteAsync(
        "insert into effects (deviation_id, version, count) values (@p1, @p2, 1) on conflict (deviation_id, version) do update set count = effects.count + 1",
        deviation, version);
}

using Avvik.AccessLog;
using Avvik.Messaging;
using Avvik.Messaging.Storage;
using Avvik.Statistics.Facts;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Persistence;

internal sealed class StatisticsDbContext(DbContextOptions<StatisticsDbContext> options) : DbContext(options)
{
    public DbSet<Fact> Facts => Set<Fact>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Fact>(e =>
        {
            e.ToTable("facts");
            e.HasKey(f => f.DeviationId);
            e.Property(f => f.DeviationId).ValueGeneratedNever();
            // Every question is about one community and a period.
            e.HasIndex(f => new { f.Community, f.ReceivedOn }).HasDatabaseName("ix_facts_period");
        });
        modelBuilder.AddMessaging();
        modelBuilder.AddAccessLog();
        modelBuilder.UseSnakeCase();
    }
}

using Avvik.Messaging;
using Avvik.Messaging.Storage;
using Avvik.Triage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Triage.Persistence;

internal sealed class TriageDbContext(DbContextOptions<TriageDbContext> options) : DbContext(options)
{
    public DbSet<Assessment> Assessments => Set<Assessment>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Assessment>(e =>
        {
            e.ToTable("assessments");
            e.Property(a => a.Id).ValueGeneratedNever();
            e.Property(a => a.Version).IsConcurrencyToken();
            // The coordinator's queue, and nothing that has left it.
            e.HasIndex(a => new { a.RespondentOrganization, a.ReceivedAt, a.Id }).HasDatabaseName("ix_assessments_queue").HasFilter("open");
        });
        modelBuilder.Entity<EarlyWithdrawal>(e =>
        {
            e.ToTable("early_withdrawals");
            e.HasKey(w => w.DeviationId);
            e.Property(w => w.DeviationId).ValueGeneratedNever();
        });
        modelBuilder.AddMessaging();
        modelBuilder.UseSnakeCase();
    }
}

/// <summary>A withdrawal that arrived before its deviation.</summary>
internal sealed class EarlyWithdrawal
{
    public Guid DeviationId { get; init; }
}

using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Messaging;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Triage.Persistence;

/// <summary>For <c>dotnet ef</c>.</summary>
internal sealed class DesignTime : DesignTimeFactory<TriageDbContext>;

internal sealed class TriageDbContext(DbContextOptions<TriageDbContext> options) : DbContext(options)
{
    public DbSet<Assessment> Assessments => Set<Assessment>();
    public DbSet<ReporterMessageRecord> ReporterMessages => Set<ReporterMessageRecord>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Assessment>(e =>
        {
            e.ToTable("assessments");
            e.Property(a => a.Id).ValueGeneratedNever();
            e.Property(a => a.Version).IsConcurrencyToken();
            e.Property(a => a.Reasons).HasJsonConversion();
            e.Property(a => a.Flags).HasJsonConversion();
            e.Property(a => a.Suggestions).HasJsonConversion(ClientJson.Default.Options);
            e.Property(a => a.SamePatient).HasJsonConversion();
            e.Property(a => a.SimilarIds).HasJsonConversion().HasColumnName("alike");
            e.Property(a => a.MinHashSignature).HasColumnName("sketch");
            e.Property(a => a.Facts).HasJsonConversion(ContractJson.Default.Options);
            e.Property(a => a.ReopenedCase).HasJsonConversion(ContractJson.Default.Options);
            // The coordinator's queue, and nothing that has left it.
            e.HasIndex(a => new { a.RespondentOrganization, a.ReceivedAt, a.Id }).HasDatabaseName("ix_assessments_queue").HasFilter("open");
            // The same, of what is for parties that do not use Avvik.
            e.HasIndex(a => new { a.ReporterOrganization, a.ReceivedAt, a.Id }).HasDatabaseName("ix_assessments_reporter").HasFilter("open");
            // The next deadline, which DueWorkService asks for.
            e.Property(a => a.NextDueAt).HasColumnName("next_due_at");
            e.HasIndex(a => a.NextDueAt).HasDatabaseName("ix_assessments_next_due").HasFilter("next_due_at is not null");
            // Similar reports of a party and a day. The index holds all that is read: a row is wide, and its text lies before its signature.
            e.HasIndex(a => new { a.RespondentOrganization, a.OccurredOn, a.ReceivedAt, a.Id, a.Category, a.MinHashSignature })
                .HasDatabaseName("ix_assessments_alike");
        });
        modelBuilder.Entity<EarlyWithdrawal>(e =>
        {
            e.ToTable("early_withdrawals");
            e.HasKey(w => w.DeviationId);
            e.Property(w => w.DeviationId).ValueGeneratedNever();
        });
        modelBuilder.Entity<EarlyPatients>(e =>
        {
            e.ToTable("early_patients");
            e.HasKey(p => p.DeviationId);
            e.Property(p => p.DeviationId).ValueGeneratedNever();
        });
        modelBuilder.Entity<ReporterMessageRecord>(e =>
        {
            e.ToTable("reporter_messages");
            e.HasKey(m => new { m.DeviationId, m.Number });
        });
        modelBuilder.AddMessaging();
        modelBuilder.AddCareDirectory();
        modelBuilder.AddAccessLog();
        modelBuilder.AddRedactions();
        modelBuilder.AddCommittedGroups(Database);
        modelBuilder.UseSnakeCase();
    }
}

/// <summary>A message from the reporter after the submission, protected.</summary>
internal sealed class ReporterMessageRecord
{
    public Guid DeviationId { get; init; }
    public int Number { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Text { get; init; }
}

/// <summary>A withdrawal that arrived before its deviation.</summary>
internal sealed class EarlyWithdrawal
{
    public Guid DeviationId { get; init; }
}

/// <summary>How many patients are named, from an event that arrived before its deviation.</summary>
internal sealed class EarlyPatients
{
    public Guid DeviationId { get; init; }
    public int Named { get; init; }
}

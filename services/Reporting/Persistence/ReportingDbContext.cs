using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Messaging;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Attachments;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.NationalReport;
using Avvik.Reporting.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Persistence;

/// <summary>For <c>dotnet ef</c>.</summary>
internal sealed class DesignTime : DesignTimeFactory<ReportingDbContext>;

internal sealed class ReportingDbContext(DbContextOptions<ReportingDbContext> options) : DbContext(options)
{
    public DbSet<DeviationRecord> Deviations => Set<DeviationRecord>();
    public DbSet<TimelineRecord> Timeline => Set<TimelineRecord>();
    public DbSet<ChangeRecord> Changes => Set<ChangeRecord>();
    public DbSet<NationalReportRecord> NationalReports => Set<NationalReportRecord>();
    public DbSet<ReporterMessageRecord> ReporterMessages => Set<ReporterMessageRecord>();
    public DbSet<AttachmentRecord> Attachments => Set<AttachmentRecord>();
    public DbSet<WebhookRecord> Webhooks => Set<WebhookRecord>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<DeviationRecord>(e =>
        {
            e.ToTable("deviations");
            e.Property(d => d.Id).ValueGeneratedNever();
            e.Ignore(d => d.Sent);
            e.HasIndex(d => new { d.ReporterOrganization, d.ClientId, d.ClientReference }).IsUnique().HasDatabaseName("ix_deviations_client_reference");
            e.HasIndex(d => d.Reference).IsUnique().HasDatabaseName("ix_deviations_reference");
            e.HasIndex(d => new { d.ReporterOrganization, d.ReceivedAt, d.Id }).HasDatabaseName("ix_deviations_list");
            e.HasIndex(d => d.EraseAt).HasDatabaseName("ix_deviations_erase").HasFilter("erase_at is not null");
        });
        modelBuilder.Entity<TimelineRecord>(e =>
        {
            e.ToTable("timeline");
            e.HasKey(t => new { t.DeviationId, t.Version });
        });
        modelBuilder.Entity<ChangeRecord>(e =>
        {
            e.ToTable("changes");
            e.HasKey(c => c.Position);
            e.HasIndex(c => new { c.ReporterOrganization, c.Position }).HasDatabaseName("ix_changes_reporter");
            e.HasIndex(c => new { c.RespondentOrganization, c.Position }).HasDatabaseName("ix_changes_respondent");
        });
        modelBuilder.Entity<ReporterMessageRecord>(e =>
        {
            e.ToTable("reporter_messages");
            e.HasKey(m => new { m.DeviationId, m.Number });
            e.HasIndex(m => new { m.DeviationId, m.IdempotencyKey }).IsUnique().HasDatabaseName("ix_reporter_messages_idempotency_key");
        });
        modelBuilder.Entity<EnvelopeOpenings>(e =>
        {
            e.ToTable("envelope_openings");
            e.HasKey(o => new { o.Subject, o.Hour });
        });
        modelBuilder.Entity<EnvelopeRecord>(e =>
        {
            e.ToTable("envelopes");
            e.HasKey(v => new { v.DeviationId, v.Number });
            e.Property(v => v.Number).HasDefaultValue(1).ValueGeneratedNever();
            e.HasIndex(v => v.PatientPrint).HasDatabaseName("ix_envelopes_patient");
        });
        modelBuilder.Entity<NationalReportRecord>(e =>
        {
            e.ToTable("national_reports");
            e.HasKey(r => new { r.DeviationId, r.Organization });
            e.Ignore(r => r.Sent);
        });
        modelBuilder.Entity<ReferenceCounter>(e =>
        {
            e.ToTable("reference_counter");
            e.HasKey(c => c.Year);
            e.Property(c => c.Year).ValueGeneratedNever();
        });
        modelBuilder.Entity<AttachmentRecord>(e =>
        {
            e.ToTable("attachments");
            e.Property(a => a.Id).ValueGeneratedNever();
            e.HasIndex(a => a.DeviationId).HasDatabaseName("ix_attachments_deviation");
        });
        modelBuilder.Entity<WebhookRecord>(e =>
        {
            e.ToTable("webhooks");
            e.Property(w => w.Id).ValueGeneratedNever();
            e.HasIndex(w => w.Organization).HasDatabaseName("ix_webhooks_organization");
        });
        modelBuilder.AddMessaging();
        modelBuilder.AddCareDirectory();
        modelBuilder.AddAccessLog();
        modelBuilder.AddRedactions();
        modelBuilder.AddCommittedGroups(Database);
        modelBuilder.UseSnakeCase();
    }
}

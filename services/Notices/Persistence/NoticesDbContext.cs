using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Messaging;
using Avvik.Storage;
using Avvik.TextProtection;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Notices.Persistence;

/// <summary>For <c>dotnet ef</c>.</summary>
internal sealed class DesignTime : DesignTimeFactory<NoticesDbContext>;

internal sealed class NoticesDbContext(DbContextOptions<NoticesDbContext> options) : DbContext(options)
{
    private readonly TextProtector? _texts = SealedColumns.KeysOf(options);

    public DbSet<Notice> Notices => Set<Notice>();
    public DbSet<Recipient> Recipients => Set<Recipient>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();
    public DbSet<DeliveredNotice> DeliveredNotices => Set<DeliveredNotice>();
    public DbSet<Submitter> Submitters => Set<Submitter>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Notice>(e =>
        {
            e.ToTable("notices");
            e.Property(n => n.Id).ValueGeneratedNever();
            e.HasIndex(n => new { n.DeviationId, n.Version, n.Kind, n.Organization, n.Unit, n.Person }).IsUnique().HasDatabaseName("ix_notices_once");
            e.HasIndex(n => new { n.Organization, n.Unit, n.Person, n.CreatedAt, n.Id }).HasDatabaseName("ix_notices_feed");
            e.HasIndex(n => n.CreatedAt).HasDatabaseName("ix_notices_age");
        });
        modelBuilder.Entity<Recipient>(e =>
        {
            e.ToTable("recipients");
            e.HasKey(r => new { r.Organization, r.Unit, r.Person });
            e.HasSealedTexts(_texts, nameof(Recipient.Email), nameof(Recipient.LeaderEmail), nameof(Recipient.Phone));
        });
        modelBuilder.Entity<Delivery>(e =>
        {
            e.ToTable("deliveries");
            e.Property(d => d.Id).ValueGeneratedNever();
            e.HasIndex(d => d.NextDueAt).HasDatabaseName("ix_deliveries_due").HasFilter("next_due_at is not null");
            e.HasIndex(d => d.CreatedAt).HasDatabaseName("ix_deliveries_age");
        });
        modelBuilder.Entity<DeliveredNotice>(e =>
        {
            e.ToTable("delivered_notices");
            e.HasKey(d => new { d.DeliveryId, d.NoticeId });
            e.HasIndex(d => d.NoticeId).HasDatabaseName("ix_delivered_notices_notice");
        });
        modelBuilder.Entity<Submitter>(e =>
        {
            e.ToTable("submitters");
            e.HasKey(s => s.DeviationId);
            e.Property(s => s.DeviationId).ValueGeneratedNever();
        });
        modelBuilder.AddMessaging();
        modelBuilder.AddCareDirectory();
        modelBuilder.AddAccessLog();
        modelBuilder.AddCommittedGroups(Database);
        modelBuilder.UseSnakeCase();
    }
}

using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Messaging;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Statistics.ProtectFigures;
using Avvik.Statistics.Reports;
using Avvik.Statistics.Signals;
using Avvik.TextProtection;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Persistence;

/// <summary>For <c>dotnet ef</c>.</summary>
internal sealed class DesignTime : DesignTimeFactory<StatisticsDbContext>;

internal sealed class StatisticsDbContext(DbContextOptions<StatisticsDbContext> options) : DbContext(options)
{
    private readonly TextProtector? _texts = SealedColumns.KeysOf(options);

    public DbSet<Fact> Facts => Set<Fact>();
    public DbSet<StoredColumn> FactColumns => Set<StoredColumn>();
    public DbSet<FactChange> FactChanges => Set<FactChange>();
    public DbSet<FrozenReport> FrozenReports => Set<FrozenReport>();
    public DbSet<ProtectedCube> ProtectedCubes => Set<ProtectedCube>();
    public DbSet<Signal> Signals => Set<Signal>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Fact>(e =>
        {
            e.ToTable("facts");
            e.HasKey(f => f.DeviationId);
            e.Property(f => f.DeviationId).ValueGeneratedNever();
            // Months are made of a community's days.
            e.HasIndex(f => new { f.Community, f.ReceivedOn, f.ContentHash }).HasDatabaseName("ix_facts_period");
            e.HasIndex(f => f.EventId).HasDatabaseName("ix_facts_event").HasFilter("event_id is not null");
            // Few deviations are of several patients.
            e.HasIndex(f => new { f.Community, f.ReceivedOn }).HasDatabaseName("ix_facts_several_patients").HasFilter("patients_affected > 1");
            // Of few is it recorded whether the patient was told.
            e.HasIndex(f => new { f.Community, f.ReceivedOn }, "ix_facts_patient_informed").HasFilter("patient_informed is not null");
        });
        modelBuilder.Entity<StoredColumn>(e =>
        {
            e.ToTable("fact_columns");
            e.HasKey(c => new { c.Community, c.Month, c.Number });
        });
        modelBuilder.Entity<FactChange>(e =>
        {
            e.ToTable("fact_changes");
            e.HasIndex(c => new { c.Community, c.Day }).HasDatabaseName("ix_fact_changes_day");
        });
        modelBuilder.Entity<FrozenReport>(e =>
        {
            e.ToTable("frozen_reports");
            e.HasKey(r => new { r.Community, r.Quarter, r.Version, r.Audience });
        });
        modelBuilder.Entity<ProtectedCube>(e =>
        {
            e.ToTable("protected_cubes");
            e.HasKey(c => new { c.Community, c.Quarter, c.Version });
        });
        modelBuilder.Entity<Signal>(e =>
        {
            e.ToTable("signals");
            e.HasSealedTexts(_texts, nameof(Signal.Note));
            e.Property(s => s.Id).ValueGeneratedNever();
            e.HasIndex(s => new { s.Community, s.Category, s.Unit, s.Municipality, s.Rule, s.RaisedOn }).IsUnique().HasDatabaseName("ix_signals_series");
        });
        modelBuilder.AddMessaging();
        modelBuilder.AddCareDirectory();
        modelBuilder.AddAccessLog();
        modelBuilder.AddCommittedGroups(Database);
        modelBuilder.UseSnakeCase();
        // The column's name of the first release: renaming it would stop the instances of that version.
        modelBuilder.Entity<Fact>().Property(f => f.ContentHash).HasColumnName("stamp");
    }
}

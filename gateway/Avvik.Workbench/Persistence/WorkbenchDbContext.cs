using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Workbench.Persistence;

/// <summary>For <c>dotnet ef</c>.</summary>
internal sealed class DesignTime : DesignTimeFactory<WorkbenchDbContext>;

/// <summary>Browser sessions, drafts and preferences. No deviation and no case: those are the services'.</summary>
internal sealed class WorkbenchDbContext(DbContextOptions<WorkbenchDbContext> options) : DbContext(options)
{
    public DbSet<SessionRecord> Sessions => Set<SessionRecord>();
    public DbSet<DraftRecord> Drafts => Set<DraftRecord>();
    public DbSet<PreferenceRecord> Preferences => Set<PreferenceRecord>();
    public DbSet<ProtectionKeyRecord> ProtectionKeys => Set<ProtectionKeyRecord>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseAvvikConventions();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SessionRecord>(e =>
        {
            e.ToTable("sessions");
            e.HasKey(s => s.Id);
            e.HasIndex(s => s.ExpiresAt).HasDatabaseName("ix_sessions_expires");
        });
        modelBuilder.Entity<DraftRecord>(e =>
        {
            e.ToTable("drafts");
            e.HasKey(d => new { d.Owner, d.Form });
            e.HasIndex(d => d.ExpiresAt).HasDatabaseName("ix_drafts_expires");
        });
        modelBuilder.Entity<PreferenceRecord>(e =>
        {
            e.ToTable("preferences");
            e.HasKey(p => new { p.Owner, p.Name });
        });
        modelBuilder.Entity<ProtectionKeyRecord>(e =>
        {
            e.ToTable("protection_keys");
            e.HasKey(k => k.Name);
        });
        modelBuilder.AddCommittedGroups(Database);
        modelBuilder.UseSnakeCase();
    }
}

/// <summary>A signed-in browser: the ticket with its tokens, sealed.</summary>
internal sealed class SessionRecord
{
    /// <summary>SHA-256 of the key in the cookie, so that the table alone cannot be used to sign in.</summary>
    public required string Id { get; set; }
    public required string SealedTicket { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>What somebody has typed and not sent, sealed.</summary>
internal sealed class DraftRecord
{
    /// <summary>Who typed it, and for which organisation: <see cref="Access.Me.Key"/>.</summary>
    public required string Owner { get; set; }
    /// <summary>Which form, and of what: <c>report</c>, <c>answer/0198…</c>.</summary>
    public required string Form { get; set; }
    public required string SealedContent { get; set; }
    public required DateTimeOffset SavedAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>What somebody has chosen and is to find again: saved views, parties last used. No text about a deviation.</summary>
internal sealed class PreferenceRecord
{
    public required string Owner { get; set; }
    public required string Name { get; set; }
    public required string Value { get; set; }
}

/// <summary>A key that all instances protect cookies with, sealed.</summary>
internal sealed class ProtectionKeyRecord
{
    public required string Name { get; set; }
    public required string SealedXml { get; set; }
}

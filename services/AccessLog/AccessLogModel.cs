using Microsoft.EntityFrameworkCore;

namespace Avvik.AccessLog;

/// <summary>The tables of the log, the same in every service that has one.</summary>
public static class AccessLogModel
{
    /// <summary>Adds them to a context's model; call it before the columns are named.</summary>
    public static void AddAccessLog(this ModelBuilder model)
    {
        model.Entity<AccessEntry>(e =>
        {
            e.ToTable("access_log");
            e.HasKey(a => a.Position);
            e.Property(a => a.Position).ValueGeneratedNever();
            e.HasIndex(a => new { a.Organization, a.Position }).HasDatabaseName("ix_access_log_organization");
            e.Ignore(a => a.DeviationIds);
        });
        model.Entity<AccessedDeviation>(e =>
        {
            e.ToTable("access_log_deviations");
            e.HasKey(d => new { d.DeviationId, d.Position });
            e.HasIndex(d => d.Position).HasDatabaseName("ix_access_log_deviations_position");
        });
        model.Entity<AccessHead>(e =>
        {
            e.ToTable("access_log_head");
            e.Property(h => h.Id).ValueGeneratedNever();
        });
        model.Entity<AccessCut>(e =>
        {
            e.ToTable("access_log_cuts");
            e.HasKey(c => c.Position);
            e.Property(c => c.Position).ValueGeneratedNever();
        });
        model.Entity<KeptAnchor>(e =>
        {
            e.ToTable("access_log_anchors");
            e.HasKey(a => new { a.Service, a.Position, a.Hash });
        });
    }
}

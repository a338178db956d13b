using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Avvik.AccessLog;

/// <summary>The tables of the log, the same in every service that has text.</summary>
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
    }

    /// <summary>Creates them, in a service's first migration.</summary>
    public static void CreateAccessLogTables(this MigrationBuilder migration)
    {
        migration.CreateTable("access_log", t => new
        {
            position = t.Column<long>(),
            at = t.Column<long>(),
            subject = t.Column<string>(),
            client_id = t.Column<string>(),
            roles = t.Column<string>(),
            organization = t.Column<string>(),
            unit = t.Column<string>(nullable: true),
            action = t.Column<string>(),
            deviations = t.Column<string>(nullable: true),
            target = t.Column<string>(nullable: true),
            purpose = t.Column<string>(nullable: true),
            hash = t.Column<byte[]>(),
        }, constraints: t => t.PrimaryKey("PK_access_log", x => x.position));
        migration.CreateIndex("ix_access_log_organization", "access_log", ["organization", "position"]);
        migration.CreateTable("access_log_deviations", t => new
        {
            deviation_id = t.Column<Guid>(),
            position = t.Column<long>(),
        }, constraints: t => t.PrimaryKey("PK_access_log_deviations", x => new { x.deviation_id, x.position }));
        migration.CreateIndex("ix_access_log_deviations_position", "access_log_deviations", "position");
        // No mistake of ours changes a line; who owns the database can, and then the chain shows it.
        if (migration.IsSqlite())
        {
            foreach (var change in new[] { "update", "delete" })
                migration.Sql($"create trigger access_log_no_{change} before {change} on access_log begin select raise(abort, 'The access log is only added to.'); end");
        }
        else
        {
            migration.Sql("create function access_log_refuse() returns trigger language plpgsql as $$ begin raise exception 'The access log is only added to.'; end $$");
            foreach (var change in new[] { "update", "delete", "truncate" })
                migration.Sql($"create trigger access_log_no_{change} before {change} on access_log for each statement execute function access_log_refuse()");
        }
        migration.CreateTable("access_log_head", t => new
        {
            id = t.Column<int>(),
            position = t.Column<long>(),
            hash = t.Column<byte[]>(),
        }, constraints: t => t.PrimaryKey("PK_access_log_head", x => x.id));
    }
}

using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Avvik.Messaging;

/// <summary>The messaging tables, the same in every service.</summary>
public static class MessagingModel
{
    /// <summary>Adds them to a context's model.</summary>
    public static void AddMessaging(this ModelBuilder model)
    {
        model.Entity<OutboxMessage>(e =>
        {
            e.ToTable("outbox_message");
            e.HasIndex(m => new { m.Lane, m.Id }).HasDatabaseName("ix_outbox_message_pending").HasFilter("parked_at is null");
            // Nearly always empty, so nearly free: what the question «is something before me held back?» reads.
            e.HasIndex(m => new { m.DeviationId, m.Id }).HasDatabaseName("ix_outbox_message_refused").HasFilter("attempts > 0");
        });
        model.Entity<OutboxLane>(e =>
        {
            e.ToTable("outbox_lane");
            e.HasKey(l => l.Lane);
            e.Property(l => l.Lane).ValueGeneratedNever();
        });
        model.Entity<InboxMessage>(e =>
        {
            e.ToTable("inbox_message");
            e.HasKey(m => m.MessageId);
            e.Property(m => m.MessageId).ValueGeneratedNever();
        });
        model.Entity<ParkedMessage>(e =>
        {
            e.ToTable("parked_message");
            e.Property(m => m.Id).ValueGeneratedNever();
        });
    }

    /// <summary>Creates them, as the first step of a service's first migration.</summary>
    public static void CreateMessagingTables(this MigrationBuilder migration)
    {
        migration.CreateTable("outbox_message", t => new
        {
            id = t.Column<long>().Annotation("Sqlite:Autoincrement", true).Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
            lane = t.Column<short>(),
            deviation_id = t.Column<Guid>(),
            version = t.Column<int>(),
            message_id = t.Column<Guid>(),
            type = t.Column<string>(),
            body = t.Column<byte[]>(),
            trace_parent = t.Column<string>(nullable: true),
            enqueued_at = t.Column<long>(),
            due_at = t.Column<long>(),
            attempts = t.Column<int>(),
            last_error = t.Column<string>(nullable: true),
            parked_at = t.Column<long>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_outbox_message", x => x.id));
        migration.CreateIndex("ix_outbox_message_pending", "outbox_message", ["lane", "id"], filter: "parked_at is null");
        migration.CreateIndex("ix_outbox_message_refused", "outbox_message", ["deviation_id", "id"], filter: "attempts > 0");
        migration.CreateTable("outbox_lane", t => new
        {
            lane = t.Column<short>(),
            owner = t.Column<Guid>(nullable: true),
            leased_until = t.Column<long>(),
        }, constraints: t => t.PrimaryKey("PK_outbox_lane", x => x.lane));
        for (short lane = 0; lane < OutboxLane.Count; lane++)
            migration.Sql($"insert into outbox_lane (lane, leased_until) values ({lane}, 0)");
        migration.CreateTable("inbox_message", t => new { message_id = t.Column<Guid>() }, constraints: t => t.PrimaryKey("PK_inbox_message", x => x.message_id));
        migration.CreateTable("parked_message", t => new
        {
            id = t.Column<Guid>(),
            source = t.Column<string>(),
            type = t.Column<string>(),
            trace_parent = t.Column<string>(nullable: true),
            body = t.Column<byte[]>(),
            content_type = t.Column<string>(),
            error = t.Column<string>(),
            parked_at = t.Column<long>(),
            resolved_at = t.Column<long>(nullable: true),
            resolved_by = t.Column<string>(nullable: true),
            resolution = t.Column<string>(nullable: true),
            reason = t.Column<string>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_parked_message", x => x.id));
    }
}

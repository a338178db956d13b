using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Notices.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "access_log",
                columns: table => new
                {
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    client_id = table.Column<string>(type: "TEXT", nullable: false),
                    roles = table.Column<string>(type: "TEXT", nullable: false),
                    organization = table.Column<string>(type: "TEXT", nullable: false),
                    unit = table.Column<string>(type: "TEXT", nullable: true),
                    action = table.Column<string>(type: "TEXT", nullable: false),
                    deviations = table.Column<string>(type: "TEXT", nullable: true),
                    target = table.Column<string>(type: "TEXT", nullable: true),
                    purpose = table.Column<string>(type: "TEXT", nullable: true),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "access_log_anchors",
                columns: table => new
                {
                    service = table.Column<string>(type: "TEXT", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<string>(type: "TEXT", nullable: false),
                    previous_position = table.Column<long>(type: "INTEGER", nullable: true),
                    previous_hash = table.Column<string>(type: "TEXT", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_anchors", x => new { x.service, x.position, x.hash });
                });

            migrationBuilder.CreateTable(
                name: "access_log_cuts",
                columns: table => new
                {
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    entries = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    key_id = table.Column<string>(type: "TEXT", nullable: false),
                    signature = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_cuts", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "access_log_deviations",
                columns: table => new
                {
                    deviation_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_deviations", x => new { x.deviation_id, x.position });
                });

            migrationBuilder.CreateTable(
                name: "access_log_head",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_head", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "assigned_role",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    organization_number = table.Column<string>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    role = table.Column<string>(type: "TEXT", nullable: false),
                    unit = table.Column<string>(type: "TEXT", nullable: true),
                    valid_from = table.Column<long>(type: "INTEGER", nullable: false),
                    valid_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_assigned_role", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "care_directory",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    body = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_care_directory", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "delivered_notices",
                columns: table => new
                {
                    delivery_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    notice_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_delivered_notices", x => new { x.delivery_id, x.notice_id });
                });

            migrationBuilder.CreateTable(
                name: "deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    organization = table.Column<string>(type: "TEXT", nullable: false),
                    unit = table.Column<string>(type: "TEXT", nullable: false),
                    person = table.Column<string>(type: "TEXT", nullable: false),
                    channel = table.Column<string>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", nullable: false),
                    next_due_at = table.Column<long>(type: "INTEGER", nullable: true),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    failure_code = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "inbox_message",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_inbox_message", x => x.message_id);
                });

            migrationBuilder.CreateTable(
                name: "notices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    deviation_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    percent = table.Column<int>(type: "INTEGER", nullable: true),
                    reference = table.Column<string>(type: "TEXT", nullable: false),
                    organization = table.Column<string>(type: "TEXT", nullable: false),
                    unit = table.Column<string>(type: "TEXT", nullable: false),
                    person = table.Column<string>(type: "TEXT", nullable: false),
                    occurred_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outbox_lane",
                columns: table => new
                {
                    lane = table.Column<short>(type: "INTEGER", nullable: false),
                    owner = table.Column<Guid>(type: "TEXT", nullable: true),
                    leased_until = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox_lane", x => x.lane);
                });

            migrationBuilder.CreateTable(
                name: "outbox_message",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    lane = table.Column<short>(type: "INTEGER", nullable: false),
                    aggregate_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    message_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false),
                    trace_parent = table.Column<string>(type: "TEXT", nullable: true),
                    enqueued_at = table.Column<long>(type: "INTEGER", nullable: false),
                    due_at = table.Column<long>(type: "INTEGER", nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", nullable: true),
                    parked_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox_message", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "parked_message",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    source = table.Column<string>(type: "TEXT", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    trace_parent = table.Column<string>(type: "TEXT", nullable: true),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false),
                    content_type = table.Column<string>(type: "TEXT", nullable: false),
                    error = table.Column<string>(type: "TEXT", nullable: false),
                    parked_at = table.Column<long>(type: "INTEGER", nullable: false),
                    resolved_at = table.Column<long>(type: "INTEGER", nullable: true),
                    resolved_by = table.Column<string>(type: "TEXT", nullable: true),
                    resolution = table.Column<string>(type: "TEXT", nullable: true),
                    reason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_parked_message", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "publisher_watermark",
                columns: table => new
                {
                    publisher = table.Column<string>(type: "TEXT", nullable: false),
                    complete_until = table.Column<long>(type: "INTEGER", nullable: false),
                    previous = table.Column<long>(type: "INTEGER", nullable: true),
                    applied = table.Column<string>(type: "TEXT", nullable: false),
                    parked = table.Column<int>(type: "INTEGER", nullable: false),
                    applied_at = table.Column<long>(type: "INTEGER", nullable: false),
                    chained = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_publisher_watermark", x => new { x.publisher, x.complete_until });
                });

            migrationBuilder.CreateTable(
                name: "recipients",
                columns: table => new
                {
                    organization = table.Column<string>(type: "TEXT", nullable: false),
                    unit = table.Column<string>(type: "TEXT", nullable: false),
                    person = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    email = table.Column<string>(type: "TEXT", nullable: true),
                    leader_email = table.Column<string>(type: "TEXT", nullable: true),
                    phone = table.Column<string>(type: "TEXT", nullable: true),
                    digest_hour = table.Column<int>(type: "INTEGER", nullable: true),
                    quiet_from = table.Column<int>(type: "INTEGER", nullable: true),
                    quiet_to = table.Column<int>(type: "INTEGER", nullable: true),
                    muted = table.Column<string>(type: "TEXT", nullable: false),
                    failed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    failure_code = table.Column<string>(type: "TEXT", nullable: true),
                    failure_channel = table.Column<string>(type: "TEXT", nullable: true),
                    changed_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_recipients", x => new { x.organization, x.unit, x.person });
                });

            migrationBuilder.CreateTable(
                name: "submitters",
                columns: table => new
                {
                    deviation_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    organization = table.Column<string>(type: "TEXT", nullable: false),
                    print = table.Column<string>(type: "TEXT", nullable: false),
                    recorded_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_submitters", x => x.deviation_id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_access_log_organization",
                table: "access_log",
                columns: new[] { "organization", "position" });

            migrationBuilder.CreateIndex(
                name: "ix_access_log_deviations_position",
                table: "access_log_deviations",
                column: "position");

            migrationBuilder.CreateIndex(
                name: "ix_delivered_notices_notice",
                table: "delivered_notices",
                column: "notice_id");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_age",
                table: "deliveries",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_due",
                table: "deliveries",
                column: "next_due_at",
                filter: "next_due_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_notices_age",
                table: "notices",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_notices_feed",
                table: "notices",
                columns: new[] { "organization", "unit", "person", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notices_once",
                table: "notices",
                columns: new[] { "deviation_id", "version", "kind", "organization", "unit", "person" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_outbox_message_pending",
                table: "outbox_message",
                columns: new[] { "lane", "id" },
                filter: "parked_at is null");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_message_refused",
                table: "outbox_message",
                columns: new[] { "aggregate_id", "id" },
                filter: "attempts > 0");

            migrationBuilder.CreateIndex(
                name: "ix_parked_message_open",
                table: "parked_message",
                columns: new[] { "parked_at", "id" },
                filter: "resolved_at is null");

            // A row to lease for each lane of the outbox.
            migrationBuilder.Sql("""
                insert into outbox_lane (lane, leased_until) values (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0)
                """);

            // The access log is append-only: lines are removed up to a cut, and nothing else is.
            migrationBuilder.Sql("""
                create trigger access_log_no_update before update on access_log begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_no_delete before delete on access_log
                when old.position > coalesce((select max(position) from access_log_cuts), 0)
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_cuts_no_update before update on access_log_cuts
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_cuts_no_delete before delete on access_log_cuts
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_anchors_no_update before update on access_log_anchors
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_anchors_no_delete before delete on access_log_anchors
                begin select raise(abort, 'The access log is only added to.'); end;
                """);
        }
    }
}

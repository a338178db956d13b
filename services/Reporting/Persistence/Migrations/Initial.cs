using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Messaging;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Avvik.Reporting.Persistence.Migrations;

[DbContext(typeof(ReportingDbContext)), Migration("20261123000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateMessagingTables();
        migrationBuilder.CreateCareDirectoryTable();
        migrationBuilder.CreateAccessLogTables();
        migrationBuilder.CreateTable("deviations", t => new
        {
            id = t.Column<Guid>(),
            reference = t.Column<string>(),
            reporter_organization = t.Column<string>(),
            client_id = t.Column<string>(),
            client_reference = t.Column<string>(),
            content_print = t.Column<byte[]>(),
            respondent_organization = t.Column<string>(),
            community = t.Column<string>(),
            direction = t.Column<string>(nullable: true),
            agreement = t.Column<string>(nullable: true),
            received_at = t.Column<long>(),
            has_patient = t.Column<bool>(),
            submission = t.Column<string>(),
            status_version = t.Column<int>(),
            status = t.Column<string>(),
            category = t.Column<string>(nullable: true),
            clause = t.Column<string>(nullable: true),
            actual_harm = t.Column<string>(),
            unit = t.Column<string>(nullable: true),
            due_at = t.Column<long>(nullable: true),
            messages = t.Column<int>(),
            follow_ups = t.Column<int>(),
            main_case = t.Column<Guid>(nullable: true),
            erase_at = t.Column<long>(nullable: true),
            envelope_erased_at = t.Column<long>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_deviations", x => x.id));
        migrationBuilder.CreateIndex("ix_deviations_client_reference", "deviations", ["reporter_organization", "client_id", "client_reference"], unique: true);
        migrationBuilder.CreateIndex("ix_deviations_reference", "deviations", "reference", unique: true);
        migrationBuilder.CreateIndex("ix_deviations_list", "deviations", ["reporter_organization", "received_at", "id"]);
        migrationBuilder.CreateIndex("ix_deviations_erase", "deviations", ["erase_at"], filter: "erase_at is not null");
        migrationBuilder.CreateTable("changes", t => new
        {
            position = t.Column<long>().Annotation("Sqlite:Autoincrement", true).Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
            deviation_id = t.Column<Guid>(),
            reference = t.Column<string>(),
            version = t.Column<int>(),
            at = t.Column<long>(),
            @event = t.Column<string>(name: "event"),
            organization = t.Column<string>(nullable: true),
            state = t.Column<string>(),
            unit = t.Column<string>(nullable: true),
            due_at = t.Column<long>(nullable: true),
            reporter_organization = t.Column<string>(),
            respondent_organization = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_changes", x => x.position));
        migrationBuilder.CreateIndex("ix_changes_reporter", "changes", ["reporter_organization", "position"]);
        migrationBuilder.CreateIndex("ix_changes_respondent", "changes", ["respondent_organization", "position"]);
        migrationBuilder.CreateTable("timeline", t => new
        {
            deviation_id = t.Column<Guid>(),
            version = t.Column<int>(),
            at = t.Column<long>(),
            @event = t.Column<string>(name: "event", nullable: true),
            organization = t.Column<string>(nullable: true),
            text = t.Column<string>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_timeline", x => new { x.deviation_id, x.version }));
        migrationBuilder.CreateTable("reporter_messages", t => new
        {
            deviation_id = t.Column<Guid>(),
            number = t.Column<int>(),
            at = t.Column<long>(),
            text = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_reporter_messages", x => new { x.deviation_id, x.number }));
        migrationBuilder.CreateTable("envelopes", t => new
        {
            deviation_id = t.Column<Guid>(),
            @sealed = t.Column<string>(name: "sealed"),
        }, constraints: t => t.PrimaryKey("PK_envelopes", x => x.deviation_id));
        migrationBuilder.CreateTable("reference_counter", t => new
        {
            year = t.Column<int>(),
            last = t.Column<int>(),
        }, constraints: t => t.PrimaryKey("PK_reference_counter", x => x.year));
    }
}

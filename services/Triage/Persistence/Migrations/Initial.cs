using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Messaging;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Avvik.Triage.Persistence.Migrations;

[DbContext(typeof(TriageDbContext)), Migration("20261123000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateMessagingTables();
        migrationBuilder.CreateCareDirectoryTable();
        migrationBuilder.CreateAccessLogTables();
        migrationBuilder.CreateTable("assessments", t => new
        {
            id = t.Column<Guid>(),
            version = t.Column<int>(),
            state = t.Column<string>(),
            open = t.Column<bool>(),
            community = t.Column<string>(),
            respondent_organization = t.Column<string>(),
            received_at = t.Column<long>(),
            occurred_on = t.Column<DateOnly>(),
            category = t.Column<string>(nullable: true),
            due_at = t.Column<long>(),
            wake_at = t.Column<long>(nullable: true),
            overdue_reminded = t.Column<bool>(),
            reporter_warned = t.Column<bool>(),
            asked_at = t.Column<long>(nullable: true),
            question = t.Column<string>(nullable: true),
            main_case = t.Column<Guid>(nullable: true),
            reopened_case = t.Column<string>(nullable: true),
            reopened_because = t.Column<string>(nullable: true),
            priority = t.Column<string>(),
            reasons = t.Column<string>(),
            flags = t.Column<string>(),
            suggestions = t.Column<string>(),
            alike = t.Column<string>(),
            sketch = t.Column<byte[]>(),
            facts = t.Column<string>(),
            narrative = t.Column<string>(),
            immediate_action = t.Column<string>(nullable: true),
            suggested_measure = t.Column<string>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_assessments", x => x.id));
        migrationBuilder.CreateIndex("ix_assessments_queue", "assessments", ["respondent_organization", "received_at", "id"], filter: "open");
        migrationBuilder.CreateIndex("ix_assessments_wake", "assessments", ["wake_at"], filter: "wake_at is not null");
        migrationBuilder.CreateIndex("ix_assessments_alike", "assessments", ["respondent_organization", "occurred_on", "received_at", "id", "category", "sketch"]);
        migrationBuilder.CreateTable("reporter_messages", t => new
        {
            deviation_id = t.Column<Guid>(),
            number = t.Column<int>(),
            at = t.Column<long>(),
            text = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_reporter_messages", x => new { x.deviation_id, x.number }));
        migrationBuilder.CreateTable("early_withdrawals", t => new { deviation_id = t.Column<Guid>() }, constraints: t => t.PrimaryKey("PK_early_withdrawals", x => x.deviation_id));
    }
}

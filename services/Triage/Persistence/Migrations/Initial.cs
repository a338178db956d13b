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
        migrationBuilder.CreateTable("assessments", t => new
        {
            id = t.Column<Guid>(),
            version = t.Column<int>(),
            state = t.Column<string>(),
            open = t.Column<bool>(),
            community = t.Column<string>(),
            respondent_organization = t.Column<string>(),
            received_at = t.Column<long>(),
            priority = t.Column<string>(),
            reasons = t.Column<string>(),
            flags = t.Column<string>(),
            suggestions = t.Column<string>(),
            facts = t.Column<string>(),
            narrative = t.Column<string>(),
            immediate_action = t.Column<string>(nullable: true),
            suggested_measure = t.Column<string>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_assessments", x => x.id));
        migrationBuilder.CreateIndex("ix_assessments_queue", "assessments", ["respondent_organization", "received_at", "id"], filter: "open");
        migrationBuilder.CreateTable("early_withdrawals", t => new { deviation_id = t.Column<Guid>() }, constraints: t => t.PrimaryKey("PK_early_withdrawals", x => x.deviation_id));
    }
}

using Avvik.Messaging;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Avvik.Routing.Persistence.Migrations;

[DbContext(typeof(RoutingDbContext)), Migration("20261123000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateMessagingTables();
        migrationBuilder.CreateTable("cases", t => new
        {
            id = t.Column<Guid>(),
            version = t.Column<int>(),
            state = t.Column<string>(),
            unit = t.Column<string>(),
            reference = t.Column<string>(),
            community = t.Column<string>(),
            reporter_organization = t.Column<string>(),
            respondent_organization = t.Column<string>(),
            category = t.Column<string>(),
            actual_harm = t.Column<string>(),
            harm_rank = t.Column<int>(),
            priority = t.Column<string>(),
            received_at = t.Column<long>(),
            due_at = t.Column<long>(),
            answered_at = t.Column<long>(nullable: true),
            closed_at = t.Column<long>(nullable: true),
            hops = t.Column<int>(),
            rule = t.Column<string>(),
            rule_version = t.Column<int>(),
            reasons = t.Column<string>(),
            facts = t.Column<string>(),
            narrative = t.Column<string>(),
            immediate_action = t.Column<string>(nullable: true),
            suggested_measure = t.Column<string>(nullable: true),
            answer = t.Column<string>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_cases", x => x.id));
        migrationBuilder.CreateIndex("ix_cases_unit", "cases", ["unit", "due_at", "id"]);
        migrationBuilder.CreateIndex("ix_cases_respondent", "cases", ["respondent_organization", "due_at", "id"]);
        migrationBuilder.CreateIndex("ix_cases_reporter", "cases", ["reporter_organization", "due_at", "id"]);
        migrationBuilder.CreateTable("case_events", t => new
        {
            case_id = t.Column<Guid>(),
            version = t.Column<int>(),
            at = t.Column<long>(),
            action = t.Column<string>(),
            organization = t.Column<string>(nullable: true),
            actor = t.Column<string>(nullable: true),
            state = t.Column<string>(),
            unit = t.Column<string>(),
            text = t.Column<string>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_case_events", x => new { x.case_id, x.version }));
        migrationBuilder.CreateTable("reporter_messages", t => new
        {
            case_id = t.Column<Guid>(),
            number = t.Column<int>(),
            at = t.Column<long>(),
            organization = t.Column<string>(),
            text = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_reporter_messages", x => new { x.case_id, x.number }));
        migrationBuilder.CreateTable("early_withdrawals", t => new
        {
            case_id = t.Column<Guid>(),
            organization = t.Column<string>(),
            reason = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_early_withdrawals", x => x.case_id));
    }
}

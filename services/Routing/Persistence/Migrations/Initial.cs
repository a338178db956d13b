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
            clock_started_at = t.Column<long>(),
            due_at = t.Column<long>(),
            acknowledge_by = t.Column<long>(),
            acknowledged_at = t.Column<long>(nullable: true),
            answered_at = t.Column<long>(nullable: true),
            closed_at = t.Column<long>(nullable: true),
            wake_at = t.Column<long>(nullable: true),
            hops = t.Column<int>(),
            unit_hops = t.Column<string>(),
            disputes = t.Column<int>(),
            escalations = t.Column<int>(),
            reopenings = t.Column<int>(),
            follow_ups = t.Column<int>(),
            reminders = t.Column<int>(),
            acknowledge_reminded = t.Column<bool>(),
            notice_reminded = t.Column<bool>(),
            reporter_warned = t.Column<bool>(),
            asked_at = t.Column<long>(nullable: true),
            question = t.Column<string>(nullable: true),
            disagreement = t.Column<string>(nullable: true),
            notice = t.Column<string>(nullable: true),
            closings = t.Column<string>(),
            main_case = t.Column<Guid>(nullable: true),
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
        migrationBuilder.CreateIndex("ix_cases_wake", "cases", ["wake_at"], filter: "wake_at is not null");
        migrationBuilder.CreateTable("measures", t => new
        {
            id = t.Column<Guid>(),
            case_id = t.Column<Guid>(),
            description = t.Column<string>(),
            owner = t.Column<string>(),
            unit = t.Column<string>(),
            due_on = t.Column<DateOnly>(),
            state = t.Column<string>(),
            note = t.Column<string>(nullable: true),
            done_on = t.Column<DateOnly>(nullable: true),
            reminded = t.Column<bool>(),
        }, constraints: t =>
        {
            t.PrimaryKey("PK_measures", x => x.id);
            t.ForeignKey("FK_measures_cases_case_id", x => x.case_id, "cases", "id", onDelete: ReferentialAction.Cascade);
        });
        migrationBuilder.CreateIndex("ix_measures_unit", "measures", ["unit", "due_on", "id"]);
        migrationBuilder.CreateIndex("ix_measures_case", "measures", ["case_id"]);
        migrationBuilder.CreateTable("case_duplicates", t => new
        {
            id = t.Column<Guid>(),
            main_case = t.Column<Guid>(),
            at = t.Column<long>(),
            reference = t.Column<string>(),
            reporter_organization = t.Column<string>(),
            narrative = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_case_duplicates", x => x.id));
        migrationBuilder.CreateIndex("ix_case_duplicates_main", "case_duplicates", ["main_case"]);
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

using Avvik.AccessLog;
using Avvik.Messaging;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Avvik.Statistics.Persistence.Migrations;

[DbContext(typeof(StatisticsDbContext))]
[Migration("20261123000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateMessagingTables();
        migrationBuilder.CreateAccessLogTables();
        migrationBuilder.CreateTable("facts", t => new
        {
            deviation_id = t.Column<Guid>(),
            version = t.Column<int>(),
            community = t.Column<string>(),
            region = t.Column<string>(nullable: true),
            municipality = t.Column<string>(nullable: true),
            unit = t.Column<string>(nullable: true),
            direction = t.Column<string>(nullable: true),
            kind = t.Column<string>(),
            category = t.Column<string>(nullable: true),
            clause = t.Column<string>(nullable: true),
            patient_groups = t.Column<string>(),
            actual_harm = t.Column<string>(),
            state = t.Column<string>(),
            received_on = t.Column<DateOnly>(),
            quarter = t.Column<string>(),
            received_at = t.Column<long>(),
            due_at = t.Column<long>(nullable: true),
            answered_at = t.Column<long>(nullable: true),
            answer_tenths_of_days = t.Column<int>(nullable: true),
            in_time = t.Column<bool>(),
            hops = t.Column<int>(),
            is_open = t.Column<bool>(),
        }, constraints: t => t.PrimaryKey("PK_facts", f => f.deviation_id));
        migrationBuilder.CreateIndex("ix_facts_period", "facts", ["community", "received_on"]);
    }
}

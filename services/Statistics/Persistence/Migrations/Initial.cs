using Avvik.AccessLog;
using Avvik.CareDirectories;
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
        migrationBuilder.CreateCareDirectoryTable();
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
            respondent = t.Column<string>(),
            agreement = t.Column<string>(nullable: true),
            kind = t.Column<string>(),
            category = t.Column<string>(nullable: true),
            clause = t.Column<string>(nullable: true),
            patient_groups = t.Column<string>(),
            causes = t.Column<string>(),
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
            hop_pairs = t.Column<string>(),
            is_open = t.Column<bool>(),
            disputes = t.Column<int>(),
            escalations = t.Column<int>(),
            reopenings = t.Column<int>(),
            measures = t.Column<int>(),
            measures_done = t.Column<int>(),
            measures_checked = t.Column<int>(),
            lessons = t.Column<int>(),
            stamp = t.Column<long>(),
        }, constraints: t => t.PrimaryKey("PK_facts", f => f.deviation_id));
        migrationBuilder.CreateIndex("ix_facts_period", "facts", ["community", "received_on", "stamp"]);
        migrationBuilder.CreateTable("frozen_reports", t => new
        {
            community = t.Column<string>(),
            quarter = t.Column<string>(),
            version = t.Column<int>(),
            audience = t.Column<string>(),
            frozen_at = t.Column<long>(),
            frozen_by = t.Column<string>(nullable: true),
            reason = t.Column<string>(nullable: true),
            hash = t.Column<string>(),
            body = t.Column<byte[]>(),
            hidden = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_frozen_reports", f => new { f.community, f.quarter, f.version, f.audience }));
        migrationBuilder.CreateTable("signals", t => new
        {
            id = t.Column<Guid>(),
            community = t.Column<string>(),
            category = t.Column<string>(),
            unit = t.Column<string>(),
            municipality = t.Column<string>(),
            rule = t.Column<string>(),
            raised_on = t.Column<DateOnly>(),
            data = t.Column<string>(),
            state = t.Column<string>(),
            note = t.Column<string>(nullable: true),
            changed_at = t.Column<long>(),
        }, constraints: t => t.PrimaryKey("PK_signals", f => f.id));
        migrationBuilder.CreateIndex("ix_signals_series", "signals", ["community", "category", "unit", "municipality", "rule", "raised_on"], unique: true);
    }
}

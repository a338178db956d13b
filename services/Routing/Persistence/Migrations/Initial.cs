using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Avvik.Routing.Persistence.Migrations;

[DbContext(typeof(RoutingDbContext)), Migration("20261123000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateMessagingTables();
        migrationBuilder.CreateCareDirectoryTable();
        migrationBuilder.CreateAccessLogTables();
        migrationBuilder.CreateTable("cases", t => new
        {
            id = t.Column<Guid>(),
            version = t.Column<int>(),
            state = t.Column<string>(),
            is_final = t.Column<bool>(),
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
            triage_changes = t.Column<string>(),
            lessons = t.Column<int>(),
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
        migrationBuilder.CreateIndex("ix_cases_unit", "cases", ["unit", "is_final", "due_at", "id", "harm_rank"]);
        migrationBuilder.CreateIndex("ix_cases_respondent", "cases", ["respondent_organization", "is_final", "due_at", "id", "harm_rank"]);
        migrationBuilder.CreateIndex("ix_cases_reporter", "cases", ["reporter_organization", "is_final", "due_at", "id", "harm_rank"]);
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
            comment = t.Column<string>(nullable: true),
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
        migrationBuilder.CreateTable("routing_rule_sets", t => new
        {
            version = t.Column<int>(),
            organization = t.Column<string>(),
            rules = t.Column<string>(),
            changed_at = t.Column<long>(),
            changed_by = t.Column<string>(),
            reason = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_routing_rule_sets", x => x.version));
        migrationBuilder.CreateTable("directory_changes", t => new
        {
            version = t.Column<int>(),
            organization = t.Column<string>(),
            unit = t.Column<string>(),
            body = t.Column<string>(),
            changed_at = t.Column<long>(),
            changed_by = t.Column<string>(),
            reason = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_directory_changes", x => x.version));
        migrationBuilder.CreateTable("role_assignments", t => new
        {
            id = t.Column<Guid>(),
            organization = t.Column<string>(),
            subject = t.Column<string>(),
            name = t.Column<string>(nullable: true),
            role = t.Column<string>(),
            unit = t.Column<string>(nullable: true),
            valid_from = t.Column<DateOnly>(),
            valid_to = t.Column<DateOnly>(nullable: true),
            assigned_at = t.Column<long>(),
            assigned_by = t.Column<string>(),
            reason = t.Column<string>(),
            revoked = t.Column<bool>(),
            ended_at = t.Column<long>(nullable: true),
            ended_by = t.Column<string>(nullable: true),
            end_reason = t.Column<string>(nullable: true),
        }, constraints: t => t.PrimaryKey("PK_role_assignments", x => x.id));
        migrationBuilder.CreateIndex("ix_role_assignments_subject", "role_assignments", ["organization", "subject"]);
        migrationBuilder.CreateTable("early_withdrawals", t => new
        {
            case_id = t.Column<Guid>(),
            organization = t.Column<string>(),
            reason = t.Column<string>(),
        }, constraints: t => t.PrimaryKey("PK_early_withdrawals", x => x.case_id));
        migrationBuilder.CreateTable("lessons", t => new
        {
            id = t.Column<Guid>(),
            case_id = t.Column<Guid>(),
            version = t.Column<int>(),
            state = t.Column<string>(),
            reference = t.Column<string>(),
            community = t.Column<string>(),
            reporter_organization = t.Column<string>(),
            respondent_organization = t.Column<string>(),
            category = t.Column<string>(),
            clause = t.Column<string>(nullable: true),
            quarter = t.Column<string>(),
            patient_groups = t.Column<string>(),
            title = t.Column<string>(),
            what_happened = t.Column<string>(),
            why = t.Column<string>(),
            what_we_changed = t.Column<string>(),
            who_should_know = t.Column<string>(),
            reporter_approved_at = t.Column<long>(nullable: true),
            respondent_approved_at = t.Column<long>(nullable: true),
            listed_at = t.Column<long>(),
        }, constraints: t => t.PrimaryKey("PK_lessons", x => x.id));
        migrationBuilder.CreateIndex("ix_lessons_case", "lessons", ["case_id"], unique: true);
        migrationBuilder.CreateIndex("ix_lessons_community", "lessons", ["community", "listed_at", "id"]);
        if (migrationBuilder.IsSqlite()) CreateSqliteSearch(migrationBuilder);
        else CreatePostgresSearch(migrationBuilder);
    }

    // A case's words never change, and a lesson's do not once it is approved, so the indexes are only added to: without the texts themselves.
    private static void CreateSqliteSearch(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""
            create virtual table case_search using fts5(case_id unindexed, parties, reference, narrative, content='', contentless_unindexed=1, tokenize='unicode61 remove_diacritics 0');
            create trigger cases_search after insert on cases begin
              insert into case_search (case_id, parties, reference, narrative)
              values (new.id, new.reporter_organization || ' ' || new.respondent_organization, new.reference || ' ' || replace(new.reference, '-', ''), new.narrative);
            end;
            create virtual table lesson_search using fts5(lesson_id unindexed, text, content='', contentless_unindexed=1, tokenize='unicode61 remove_diacritics 0');
            create trigger lessons_search after update of state on lessons when new.state = 'approved' and old.state <> 'approved' begin
              insert into lesson_search (lesson_id, text)
              values (new.id, new.title || ' ' || new.what_happened || ' ' || new.why || ' ' || new.what_we_changed || ' ' || new.who_should_know);
            end;
            """);
    }

    // Each word as it is written, and its stem. What joins words is taken for a blank: PostgreSQL would read addresses and file names.
    private static void CreatePostgresSearch(MigrationBuilder migrationBuilder)
    {
        const string Joins = @"-_./\:@<>&%+*=?~#";
        static string Blanked(string text) => $"translate({text}, '{Joins}', '{new string(' ', Joins.Length)}')";
        foreach (var (table, words, text) in new[]
        {
            ("cases", "reference || ' ' || replace(reference, '-', '') || ' ' || narrative", "narrative"),
            ("lessons", "title || ' ' || what_happened || ' ' || why || ' ' || what_we_changed || ' ' || who_should_know", "title || ' ' || what_happened || ' ' || why || ' ' || what_we_changed || ' ' || who_should_know"),
        })
        {
            migrationBuilder.Sql($"""
                alter table {table} add column search tsvector generated always as (to_tsvector('simple', {Blanked(words)}) || to_tsvector('norwegian', {Blanked(text)})) stored;
                create index ix_{table}_search on {table} using gin (search);
                """);
        }
    }
}

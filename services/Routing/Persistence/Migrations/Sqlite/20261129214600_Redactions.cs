using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Redactions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "reporter_unit",
                table: "cases",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "redactions",
                columns: table => new
                {
                    deviation_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    organization = table.Column<string>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: true),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    words = table.Column<int>(type: "INTEGER", nullable: false),
                    print = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_redactions", x => new { x.deviation_id, x.number });
                });

            migrationBuilder.CreateIndex(
                name: "ix_cases_reporter_unit",
                table: "cases",
                columns: new[] { "reporter_organization", "reporter_unit", "is_final", "due_at", "id", "harm_rank" });

            migrationBuilder.Sql("update cases set reporter_unit = json_extract(facts, '$.reporterUnit');");

            // Words can leave the indexes of texts from now on, since a passage can be struck.
            migrationBuilder.Sql("""
                drop trigger cases_search;
                drop table case_search;
                drop table if exists case_search_content;
                create virtual table case_search using fts5(case_id unindexed, parties, reference, narrative, content='', contentless_unindexed=1, contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
                insert into case_search (case_id, parties, reference, narrative)
                select id, reporter_organization || ' ' || respondent_organization, reference || ' ' || replace(reference, '-', ''), narrative from cases order by rowid;
                create trigger cases_search after insert on cases begin
                  insert into case_search (case_id, parties, reference, narrative)
                  values (new.id, new.reporter_organization || ' ' || new.respondent_organization, new.reference || ' ' || replace(new.reference, '-', ''), new.narrative);
                end;
                create trigger cases_update_search after update of narrative, respondent_organization on cases
                when new.narrative <> old.narrative or new.respondent_organization <> old.respondent_organization begin
                  delete from case_search where rowid in (select rowid from case_search where case_id = old.id);
                  insert into case_search (case_id, parties, reference, narrative)
                  values (new.id, new.reporter_organization || ' ' || new.respondent_organization, new.reference || ' ' || replace(new.reference, '-', ''), new.narrative);
                end;
                create trigger lessons_update_search after update of title, what_happened, why, what_we_changed, who_should_know on lessons
                when new.state = 'approved' and old.state = 'approved' begin
                  delete from lesson_search where rowid in (select rowid from lesson_search where lesson_id = old.id);
                  insert into lesson_search (lesson_id, text)
                  values (new.id, new.title || ' ' || new.what_happened || ' ' || new.why || ' ' || new.what_we_changed || ' ' || new.who_should_know);
                end;
                """);
        }
    }
}

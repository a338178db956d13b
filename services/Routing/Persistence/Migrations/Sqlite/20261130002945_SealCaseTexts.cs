using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SealCaseTexts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "is_indexed",
                table: "cases",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "lesson_words",
                columns: table => new
                {
                    token = table.Column<int>(type: "INTEGER", nullable: false),
                    lesson_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lesson_words", x => new { x.token, x.lesson_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_cases_not_indexed",
                table: "cases",
                column: "id",
                filter: "not is_indexed");

            migrationBuilder.CreateIndex(
                name: "ix_lesson_words_lesson",
                table: "lesson_words",
                column: "lesson_id");

            // No word in clear from now on: the indexes have keyed tokens, which the service adds. What is there already it indexes and seals at its start.
            migrationBuilder.Sql("""
                drop trigger cases_search;
                drop trigger cases_update_search;
                drop trigger lessons_search;
                drop trigger lessons_update_search;
                drop trigger lessons_delete_search;
                drop table case_search;
                drop table if exists case_search_content;
                drop table lesson_search;
                drop table if exists lesson_search_content;
                create virtual table case_search using fts5(case_id unindexed, words, content='', contentless_unindexed=1, contentless_delete=1, detail=none, tokenize='ascii');
                """);
        }
    }
}

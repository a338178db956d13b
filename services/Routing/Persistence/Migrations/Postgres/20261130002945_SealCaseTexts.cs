using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Postgres
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
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int[]>(
                name: "words",
                table: "cases",
                type: "integer[]",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "lesson_words",
                columns: table => new
                {
                    token = table.Column<int>(type: "integer", nullable: false),
                    lesson_id = table.Column<Guid>(type: "uuid", nullable: false)
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
                name: "ix_cases_words",
                table: "cases",
                column: "words")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_lesson_words_lesson",
                table: "lesson_words",
                column: "lesson_id");

            // No word in clear from now on: the indexes have keyed tokens, which the service adds. What is there already it indexes and seals at its start.
            migrationBuilder.Sql("alter table cases drop column search; alter table lessons drop column search;");
        }
    }
}

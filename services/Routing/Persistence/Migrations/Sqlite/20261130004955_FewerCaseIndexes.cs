using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FewerCaseIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_cases_open_reporter",
                table: "cases");

            migrationBuilder.DropIndex(
                name: "ix_cases_reporter",
                table: "cases");

            migrationBuilder.DropIndex(
                name: "ix_cases_reporter_unit",
                table: "cases");

            migrationBuilder.DropIndex(
                name: "ix_cases_unit",
                table: "cases");

            migrationBuilder.CreateIndex(
                name: "ix_cases_unit",
                table: "cases",
                columns: new[] { "unit", "is_final", "due_at", "id", "harm_rank", "respondent_organization", "state" });

            migrationBuilder.CreateIndex(
                name: "ix_cases_reporter",
                table: "cases",
                columns: new[]
                {
                    "reporter_organization", "is_final", "due_at", "id", "harm_rank", "reporter_unit", "respondent_organization", "state", "unit",
                });
        }
    }
}

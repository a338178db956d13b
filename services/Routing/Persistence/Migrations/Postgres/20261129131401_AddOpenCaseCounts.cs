using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddOpenCaseCounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_cases_open_reporter",
                table: "cases",
                columns: new[] { "reporter_organization", "state", "unit", "due_at", "respondent_organization" },
                filter: "not is_final");

            migrationBuilder.CreateIndex(
                name: "ix_cases_open_respondent",
                table: "cases",
                columns: new[] { "respondent_organization", "state", "unit", "due_at" },
                filter: "not is_final");
        }
    }
}

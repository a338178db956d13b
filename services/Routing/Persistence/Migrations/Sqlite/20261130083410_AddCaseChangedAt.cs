using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddCaseChangedAt : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "changed_at",
                table: "cases",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.Sql("update cases set changed_at = coalesce((select max(at) from case_events where case_id = cases.id), received_at)");

            migrationBuilder.CreateIndex(
                name: "ix_cases_changed",
                table: "cases",
                columns: new[] { "respondent_organization", "changed_at" });
        }
    }
}

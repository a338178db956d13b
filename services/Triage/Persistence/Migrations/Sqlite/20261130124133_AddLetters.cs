using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Triage.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddLetters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "reporter_organization",
                table: "assessments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_assessments_reporter",
                table: "assessments",
                columns: new[] { "reporter_organization", "received_at", "id" },
                filter: "open");
        }
    }
}

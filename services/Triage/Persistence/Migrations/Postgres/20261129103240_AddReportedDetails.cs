using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Triage.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddReportedDetails : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "message_id",
                table: "assessments",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reporter_profession",
                table: "assessments",
                type: "text",
                nullable: true);
        }
    }
}

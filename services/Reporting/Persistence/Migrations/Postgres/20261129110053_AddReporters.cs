using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Reporting.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddReporters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "idempotency_key",
                table: "reporter_messages",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "subject",
                table: "reporter_messages",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reporting_unit",
                table: "deviations",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "submitted_by",
                table: "deviations",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "withdrawn_by",
                table: "deviations",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "envelope_openings",
                columns: table => new
                {
                    subject = table.Column<string>(type: "text", nullable: false),
                    hour = table.Column<int>(type: "integer", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_envelope_openings", x => new { x.subject, x.hour });
                });

            migrationBuilder.CreateIndex(
                name: "ix_reporter_messages_idempotency_key",
                table: "reporter_messages",
                columns: new[] { "deviation_id", "idempotency_key" },
                unique: true);
        }
    }
}

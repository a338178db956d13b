using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Postgres
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
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "redactions",
                columns: table => new
                {
                    deviation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    organization = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    words = table.Column<int>(type: "integer", nullable: false),
                    print = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_redactions", x => new { x.deviation_id, x.number });
                });

            migrationBuilder.CreateIndex(
                name: "ix_cases_reporter_unit",
                table: "cases",
                columns: new[] { "reporter_organization", "reporter_unit", "is_final", "due_at", "id", "harm_rank" });

            migrationBuilder.Sql("update cases set reporter_unit = facts::json ->> 'reporterUnit';");
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Triage.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Redactions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Reporting.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class NameAggregatesAndAssignRoles : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "deviation_id",
                table: "outbox_message",
                newName: "aggregate_id");

            migrationBuilder.CreateTable(
                name: "assigned_role",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    organization_number = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    unit = table.Column<string>(type: "text", nullable: true),
                    valid_from = table.Column<long>(type: "bigint", nullable: false),
                    valid_until = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_assigned_role", x => x.id);
                });
        }
    }
}

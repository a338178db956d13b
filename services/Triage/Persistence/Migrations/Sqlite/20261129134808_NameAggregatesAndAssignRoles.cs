using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Triage.Persistence.Migrations.Sqlite
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
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    organization_number = table.Column<string>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    role = table.Column<string>(type: "TEXT", nullable: false),
                    unit = table.Column<string>(type: "TEXT", nullable: true),
                    valid_from = table.Column<long>(type: "INTEGER", nullable: false),
                    valid_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_assigned_role", x => x.id);
                });
        }
    }
}

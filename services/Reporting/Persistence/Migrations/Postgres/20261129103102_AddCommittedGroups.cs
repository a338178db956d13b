using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Reporting.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddCommittedGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "committed_group",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_committed_group", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_committed_group_at",
                table: "committed_group",
                column: "at");
        }
    }
}

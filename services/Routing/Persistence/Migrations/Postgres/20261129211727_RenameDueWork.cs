using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class RenameDueWork : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_cases_wake",
                table: "cases");

            migrationBuilder.RenameColumn(
                name: "wake_at",
                table: "cases",
                newName: "next_due_at");

            migrationBuilder.CreateIndex(
                name: "ix_cases_next_due",
                table: "cases",
                column: "next_due_at",
                filter: "next_due_at is not null");
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Triage.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class RenameDueWork : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_assessments_wake",
                table: "assessments");

            migrationBuilder.RenameColumn(
                name: "wake_at",
                table: "assessments",
                newName: "next_due_at");

            migrationBuilder.CreateIndex(
                name: "ix_assessments_next_due",
                table: "assessments",
                column: "next_due_at",
                filter: "next_due_at is not null");
        }
    }
}

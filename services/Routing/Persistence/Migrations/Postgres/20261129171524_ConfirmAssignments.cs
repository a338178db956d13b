using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ConfirmAssignments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "confirmed_at",
                table: "role_assignments",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "confirmed_by",
                table: "role_assignments",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "pending",
                table: "role_assignments",
                type: "boolean",
                nullable: false,
                defaultValue: false);
        }
    }
}

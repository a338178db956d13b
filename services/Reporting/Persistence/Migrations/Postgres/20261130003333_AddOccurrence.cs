using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Reporting.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddOccurrence : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "occurred_from",
                table: "deviations",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "occurred_until",
                table: "deviations",
                type: "bigint",
                nullable: true);
        }
    }
}

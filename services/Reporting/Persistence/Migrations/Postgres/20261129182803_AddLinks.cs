using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Reporting.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "patient_print",
                table: "deviations",
                type: "bytea",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_deviations_patient",
                table: "deviations",
                column: "patient_print",
                filter: "patient_print is not null");
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Reporting.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddSeveralPatients : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "PK_envelopes",
                table: "envelopes");

            migrationBuilder.AddColumn<int>(
                name: "number",
                table: "envelopes",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<int>(
                name: "patients_affected",
                table: "deviations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "patients_given",
                table: "deviations",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddPrimaryKey(
                name: "PK_envelopes",
                table: "envelopes",
                columns: new[] { "deviation_id", "number" });
        }
    }
}

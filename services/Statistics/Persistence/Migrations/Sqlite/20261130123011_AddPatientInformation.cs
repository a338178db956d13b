using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Statistics.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddPatientInformation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "patient_informed",
                table: "facts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_facts_patient_informed",
                table: "facts",
                columns: new[] { "community", "received_on" },
                filter: "patient_informed is not null");
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddPatientInformation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "patient_information",
                table: "cases",
                type: "TEXT",
                nullable: true);
        }
    }
}

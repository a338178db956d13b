using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Statistics.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddSeveralPatients : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "patients_affected",
                table: "facts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_facts_several_patients",
                table: "facts",
                columns: new[] { "community", "received_on" },
                filter: "patients_affected > 1");
        }
    }
}

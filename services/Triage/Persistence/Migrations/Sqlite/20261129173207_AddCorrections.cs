using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Triage.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddCorrections : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "facts_version",
                table: "assessments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "unknown_site",
                table: "assessments",
                type: "TEXT",
                nullable: true);
        }
    }
}

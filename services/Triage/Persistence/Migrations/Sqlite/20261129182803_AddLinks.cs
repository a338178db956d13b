using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Triage.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "same_patient",
                table: "assessments",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddMergeActor : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "actor",
                table: "case_duplicates",
                type: "TEXT",
                nullable: true);
        }
    }
}

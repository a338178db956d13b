using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Reporting.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddCorrections : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "answered_at",
                table: "deviations",
                type: "INTEGER",
                nullable: true);

            // What was answered before the column was: an answer ends the right to withdraw.
            migrationBuilder.Sql("""
                update deviations set answered_at = (select max(at) from timeline where deviation_id = deviations.id and event = 'answered')
                """);
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Statistics.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddWatermarks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "watermarks");

            migrationBuilder.CreateTable(
                name: "publisher_watermark",
                columns: table => new
                {
                    publisher = table.Column<string>(type: "TEXT", nullable: false),
                    complete_until = table.Column<long>(type: "INTEGER", nullable: false),
                    previous = table.Column<long>(type: "INTEGER", nullable: true),
                    applied = table.Column<string>(type: "TEXT", nullable: false),
                    parked = table.Column<int>(type: "INTEGER", nullable: false),
                    applied_at = table.Column<long>(type: "INTEGER", nullable: false),
                    chained = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_publisher_watermark", x => new { x.publisher, x.complete_until });
                });

            migrationBuilder.CreateIndex(
                name: "ix_parked_message_open",
                table: "parked_message",
                columns: new[] { "parked_at", "id" },
                filter: "resolved_at is null");

            // The lane of replays.
            migrationBuilder.Sql("insert into outbox_lane (lane, leased_until) values (8, 0)");
        }
    }
}

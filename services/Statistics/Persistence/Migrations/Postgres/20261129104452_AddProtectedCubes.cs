using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Statistics.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddProtectedCubes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "reporter",
                table: "facts",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "protected_cubes",
                columns: table => new
                {
                    community = table.Column<string>(type: "text", nullable: false),
                    quarter = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    @base = table.Column<int>(name: "base", type: "integer", nullable: false),
                    seed = table.Column<byte[]>(type: "bytea", nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_protected_cubes", x => new { x.community, x.quarter, x.version });
                });

            migrationBuilder.CreateTable(
                name: "watermarks",
                columns: table => new
                {
                    publisher = table.Column<string>(type: "text", nullable: false),
                    complete_until = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_watermarks", x => x.publisher);
                });
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Statistics.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddSignalEvidence : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "days",
                table: "signals",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "expected",
                table: "signals",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<DateOnly>(
                name: "last_on",
                table: "signals",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "observed",
                table: "signals",
                type: "INTEGER",
                nullable: true);
        }
    }
}

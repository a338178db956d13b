using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Statistics.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddFactMonths : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "event_id",
                table: "facts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "hand_overs",
                table: "facts",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "is_imported",
                table: "facts",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "fact_changes",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    community = table.Column<string>(type: "TEXT", nullable: false),
                    day = table.Column<DateOnly>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_fact_changes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "fact_columns",
                columns: table => new
                {
                    community = table.Column<string>(type: "TEXT", nullable: false),
                    month = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<long>(type: "INTEGER", nullable: false),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_fact_columns", x => new { x.community, x.month, x.number });
                });

            migrationBuilder.CreateIndex(
                name: "ix_fact_changes_day",
                table: "fact_changes",
                columns: new[] { "community", "day" });

            migrationBuilder.CreateIndex(
                name: "ix_facts_event",
                table: "facts",
                column: "event_id",
                filter: "event_id is not null");

            // What was written before: every day.
            migrationBuilder.Sql("insert into fact_changes (community, day) select distinct community, received_on from facts");
            migrationBuilder.Sql("""
                create trigger facts_added after insert on facts begin
                    insert into fact_changes (community, day) values (new.community, new.received_on);
                end;
                create trigger facts_removed after delete on facts begin
                    insert into fact_changes (community, day) values (old.community, old.received_on);
                end;
                create trigger facts_changed after update on facts when new.version <> 0 or new.stamp <> old.stamp begin
                    insert into fact_changes (community, day)
                    select new.community, new.received_on union select old.community, old.received_on;
                end;
                -- Which report of an event is the first is decided by all of them.
                create trigger facts_linked after insert on facts when new.event_id is not null begin
                    insert into fact_changes (community, day) select distinct community, received_on from facts where event_id = new.event_id;
                end;
                create trigger facts_relinked after update on facts when new.event_id is not null or old.event_id is not null begin
                    insert into fact_changes (community, day)
                    select distinct community, received_on from facts where event_id in (new.event_id, old.event_id);
                end;
                """);
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Avvik.Statistics.Persistence.Migrations.Postgres
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
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "hand_overs",
                table: "facts",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "is_imported",
                table: "facts",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "fact_changes",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    community = table.Column<string>(type: "text", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_fact_changes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "fact_columns",
                columns: table => new
                {
                    community = table.Column<string>(type: "text", nullable: false),
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false)
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
                -- Read whole, and hardly compressible.
                alter table fact_columns alter column body set storage external;
                create function note_fact_change() returns trigger language plpgsql as $$ begin
                    if tg_op = 'INSERT' then
                        insert into fact_changes (community, day) values (new.community, new.received_on);
                    elsif tg_op = 'DELETE' then
                        insert into fact_changes (community, day) values (old.community, old.received_on);
                    elsif new.version <> 0 or new.stamp <> old.stamp then
                        insert into fact_changes (community, day)
                        select new.community, new.received_on union select old.community, old.received_on;
                    end if;
                    -- Which report of an event is the first is decided by all of them, one transaction after the other.
                    if tg_op <> 'DELETE' and new.event_id is not null then
                        perform pg_advisory_xact_lock(hashtextextended(new.event_id::text, 0));
                    end if;
                    if tg_op <> 'DELETE' and new.event_id is not null then
                        insert into fact_changes (community, day) select distinct community, received_on from facts where event_id = new.event_id;
                    end if;
                    if tg_op <> 'INSERT' and old.event_id is not null then
                        insert into fact_changes (community, day) select distinct community, received_on from facts where event_id = old.event_id;
                    end if;
                    return null;
                end $$;
                create trigger facts_changed after insert or update or delete on facts for each row execute function note_fact_change();
                """);
        }
    }
}

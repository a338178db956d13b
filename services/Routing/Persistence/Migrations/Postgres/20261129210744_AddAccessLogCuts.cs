using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddAccessLogCuts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "access_log_anchors",
                columns: table => new
                {
                    service = table.Column<string>(type: "text", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false),
                    previous_position = table.Column<long>(type: "bigint", nullable: true),
                    previous_hash = table.Column<string>(type: "text", nullable: true),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_anchors", x => new { x.service, x.position, x.hash });
                });

            migrationBuilder.CreateTable(
                name: "access_log_cuts",
                columns: table => new
                {
                    position = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    entries = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    key_id = table.Column<string>(type: "text", nullable: false),
                    signature = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_cuts", x => x.position);
                });

            // Lines are removed up to a cut, and nothing else is; what is added here is only added to.
            migrationBuilder.Sql("""
                create function access_log_refuse_uncut() returns trigger language plpgsql as $$ begin
                  if old.position > coalesce((select max(position) from access_log_cuts), 0) then raise exception 'The access log is only added to.'; end if;
                  return old;
                end $$;
                drop trigger access_log_no_delete on access_log;
                create trigger access_log_no_delete before delete on access_log for each row execute function access_log_refuse_uncut();
                create trigger access_log_cuts_no_change before update or delete or truncate on access_log_cuts
                  for each statement execute function access_log_refuse();
                create trigger access_log_anchors_no_change before update or delete or truncate on access_log_anchors
                  for each statement execute function access_log_refuse();
                """);
        }
    }
}

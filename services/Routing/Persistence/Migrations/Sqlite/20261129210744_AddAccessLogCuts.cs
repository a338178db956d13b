using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
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
                    service = table.Column<string>(type: "TEXT", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<string>(type: "TEXT", nullable: false),
                    previous_position = table.Column<long>(type: "INTEGER", nullable: true),
                    previous_hash = table.Column<string>(type: "TEXT", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_anchors", x => new { x.service, x.position, x.hash });
                });

            migrationBuilder.CreateTable(
                name: "access_log_cuts",
                columns: table => new
                {
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    entries = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    key_id = table.Column<string>(type: "TEXT", nullable: false),
                    signature = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_log_cuts", x => x.position);
                });

            // Lines are removed up to a cut, and nothing else is; what is added here is only added to.
            migrationBuilder.Sql("""
                drop trigger access_log_no_delete;
                create trigger access_log_no_delete before delete on access_log
                when old.position > coalesce((select max(position) from access_log_cuts), 0)
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_cuts_no_update before update on access_log_cuts
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_cuts_no_delete before delete on access_log_cuts
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_anchors_no_update before update on access_log_anchors
                begin select raise(abort, 'The access log is only added to.'); end;
                create trigger access_log_anchors_no_delete before delete on access_log_anchors
                begin select raise(abort, 'The access log is only added to.'); end;
                """);
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Avvik.Routing.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class WithdrawLessons : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Rows can be deleted from the index from now on, so that the words of a lesson that is taken back leave it.
            migrationBuilder.Sql("""
                drop trigger lessons_search;
                drop table lesson_search;
                drop table if exists lesson_search_content;
                create virtual table lesson_search using fts5(lesson_id unindexed, text, content='', contentless_unindexed=1, contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
                insert into lesson_search (lesson_id, text)
                select id, title || ' ' || what_happened || ' ' || why || ' ' || what_we_changed || ' ' || who_should_know from lessons where state = 'approved';
                create trigger lessons_search after update of state on lessons when new.state = 'approved' and old.state <> 'approved' begin
                  insert into lesson_search (lesson_id, text)
                  values (new.id, new.title || ' ' || new.what_happened || ' ' || new.why || ' ' || new.what_we_changed || ' ' || new.who_should_know);
                end;
                create trigger lessons_delete_search after delete on lessons begin
                  delete from lesson_search where rowid in (select rowid from lesson_search where lesson_id = old.id);
                end;
                """);
        }
    }
}

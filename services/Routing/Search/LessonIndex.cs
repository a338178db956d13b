using Avvik.Routing.Lessons;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Search;

/// <summary>The text index of approved lessons, kept by the database as that of cases.</summary>
internal static class LessonIndex
{
    private const string Matches = "state = 'approved' and search @@ (to_tsquery('simple', {0}) || to_tsquery('norwegian', {0}))";

    /// <summary>Approved lessons with every word.</summary>
    public static IQueryable<Lesson> Find(RoutingDbContext db, IReadOnlyList<string> words) => words.Count == 0 ? db.Lessons.Where(l => false)
        : db.Database.IsSqlite()
            ? db.Lessons.FromSqlRaw("select * from lessons where id in (select lesson_id from lesson_search where lesson_search match {0})",
            SearchWords.Fts(words))
        : db.Lessons.FromSqlRaw($"select * from lessons where {Matches}", SearchWords.TsQuery(words));

    /// <summary>Ids of approved lessons of a community with some of the words, those with most and rarest first.</summary>
    public static Task<List<Hit>> LikeAsync(RoutingDbContext db, string community, IReadOnlyList<string> words, int atMost, CancellationToken ct) =>
        db.Database.IsSqlite()
        ? db.Database.SqlQueryRaw<Hit>("""
            select s.lesson_id as "Id", -s.rank as "Score" from lesson_search s cross join lessons l on l.id = s.lesson_id
            where s.lesson_search match {0} and l.community = {1} order by s.rank, s.lesson_id limit {2}
            """, SearchWords.Fts(words, "OR"), community, atMost).ToListAsync(ct)
        : db.Database.SqlQueryRaw<Hit>("""
            select id as "Id", ts_rank(search, to_tsquery('norwegian', {0}))::double precision as "Score" from lessons
            where state = 'approved' and search @@ to_tsquery('norwegian', {0}) and community = {1} order by 2 desc, id limit {2}
            """, SearchWords.TsQuery(words, '|'), community, atMost).ToListAsync(ct);
}

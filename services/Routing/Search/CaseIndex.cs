using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Search;

/// <summary>What an index found, and how well it fits; the higher the better.</summary>
internal sealed record Hit(Guid Id, double Score);

/// <summary>The text index of cases: FTS5 on SQLite, full text on PostgreSQL. The database keeps it itself (see the migration).</summary>
internal static class CaseIndex
{
    // Up to here, to fetch all that match and sort them is faster; beyond, to go through the list in its order until a page is full.
    private const int Few = 500;
    private const string OfParty = "(respondent_organization = {1} or reporter_organization = {1})";
    private const string Matches = "search @@ (to_tsquery('simple', {0}) || to_tsquery('norwegian', {0}))";

    /// <summary>Cases with every word; and whether they are so few that any order of them is quickly made.</summary>
    public static async Task<(IQueryable<Case> Cases, bool AreFew)> FindAsync(RoutingDbContext db, string organization, IReadOnlyList<string> words,
        CancellationToken ct)
    {
        var sqlite = db.Database.IsSqlite();
        var match = sqlite ? $"parties : \"{organization}\" AND {{reference narrative}} : ({SearchWords.Fts(words)})" : SearchWords.TsQuery(words);
        var count = await db.Database.SqlQueryRaw<int>(sqlite
            ? $"select count(*) as \"Value\" from (select 1 from case_search where case_search match {{0}} limit {Few + 1}) found"
            : $"select count(*)::int as \"Value\" from (select 1 from cases where {Matches} and {OfParty} limit {Few + 1}) found", match, organization)
                .SingleAsync(ct);
        var areFew = count <= Few;
        // Places for the words, which are parameters.
        const string Text = "reference || ' ' || replace(reference, '-', '') || ' ' || narrative";
        var byWord = $"select * from cases where {string.Join(" and ", words.Select((_, i) => $"{Text} regexp {{{i}}}"))}";
        return (sqlite, areFew) switch
        {
            // Cross join: in this order and no other.
            (true, true) => (db.Cases.FromSqlRaw("select c.* from case_search s cross join cases c on c.id = s.case_id where s.case_search match {0}", match),
                true),
            (false, true) => (db.Cases.FromSqlRaw(
                $"with found as materialized (select id from cases where {Matches} and {OfParty}) select c.* from cases c join found f on f.id = c.id", match,
                organization), true),
            // The index cannot be asked about one row, so the row is.
            (true, false) => (db.Cases.FromSqlRaw(byWord, [.. words.Select(SearchWords.Pattern)]), false),
            // «is true» keeps PostgreSQL from taking the index after all.
            (false, false) => (db.Cases.FromSqlRaw($"select * from cases where ({Matches}) is true", match), false),
        };
    }

    /// <summary>
    /// Closed cases of a party with the category or the clause of a case and some of the words, those with most and rarest first. Only the newest are
    /// looked at: how it was answered ten years ago helps nobody.
    /// </summary>
    public static Task<List<Hit>> LikeAsync(RoutingDbContext db, string organization, Case @case, IReadOnlyList<string> words, int atMost, CancellationToken ct)
    {
        var clause = @case.Facts.Clause;
        return db.Database.IsSqlite()
            ? db.Database.SqlQueryRaw<Hit>("""
                select s.case_id as "Id", -s.rank as "Score" from case_search s cross join cases c on c.id = s.case_id
                where s.case_search match {0} and s.rowid > (select max(id) - 20000 from case_search_docsize)
                  and c.state = 'closed' and c.id <> {1} and (c.category = {2} or json_extract(c.facts, '$.clause') = {3})
                order by s.rank, s.case_id limit {4}
                """, $"parties : \"{organization}\" AND narrative : ({SearchWords.Fts(words, "OR")})", @case.Id, @case.Category, clause ?? "", atMost)
                .ToListAsync(ct)
            : db.Database.SqlQueryRaw<Hit>("""
                select c.id as "Id", ts_rank(c.search, q.q)::double precision as "Score"
                from ((select * from cases where respondent_organization = {5} and is_final order by due_at desc limit 5000)
                  union all (select * from cases where reporter_organization = {5} and is_final order by due_at desc limit 5000)) c,
                  to_tsquery('norwegian', {0}) q(q)
                where c.search @@ q.q and c.state = 'closed' and c.id <> {1} and (c.category = {2} or c.facts::json ->> 'clause' = {3})
                order by 2 desc, c.id limit {4}
                """, SearchWords.TsQuery(words, '|'), @case.Id, @case.Category, clause ?? "", atMost, organization).ToListAsync(ct);
    }
}

using System.Globalization;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Search;

/// <summary>Something that is similar, and how well it fits; the higher the better.</summary>
internal sealed record Hit(Guid Id, double Score);

/// <summary>Something that an index found, and which of the words it has: a bit for each.</summary>
internal sealed record Match(Guid Id, int Words);

/// <summary>The text index of cases, of keyed tokens: FTS5 on SQLite, an array and its inverted index on PostgreSQL.</summary>
internal sealed class CaseIndex(WordTokens tokens, TextProtector texts)
{
    // Up to here, to fetch all that match and sort them is faster; beyond, to go through the list in its order until a page is full.
    private const int Few = 500;
    private const string Oldest = "(select max(id) - 20000 from case_search_docsize)";
    private const string OfParty = "(respondent_organization = {1} or reporter_organization = {1})";

    /// <summary>Gives a new case its tokens, before it is inserted.</summary>
    public void Prepare(Case @case) => (@case.Words, @case.IsIndexed) = (tokens.OfCase(@case.Narrative, @case.Reference), true);

    /// <summary>Adds a new case that was prepared.</summary>
    public static Task AddAsync(UnitOfWork<RoutingDbContext> unit, Case @case) => unit.IsSqlite
        ? unit.Sql.ExecuteAsync("insert into case_search (case_id, words) values (@p1, @p2)", @case.Id,
            WordsOf(@case.ReporterOrganization, @case.RespondentOrganization, @case.Words!))
        : Task.CompletedTask;

    /// <summary>Indexes a case again whose words or parties have changed; the case is saved with the unit of work.</summary>
    public async Task ReplaceAsync(UnitOfWork<RoutingDbContext> unit, Case @case)
    {
        Prepare(@case);
        if (unit.IsSqlite)
            await unit.Sql.ExecuteAsync("delete from case_search where rowid in (select rowid from case_search where case_id = @p1)", @case.Id);
        await AddAsync(unit, @case);
    }

    /// <summary>Cases with every word; and whether they are so few that any order of them is quickly made.</summary>
    public async Task<(IQueryable<Case> Cases, bool AreFew)> FindAsync(RoutingDbContext db, string organization, IReadOnlyList<string> words,
        CancellationToken ct)
    {
        var asked = tokens.OfQuery(words);
        if (!db.Database.IsSqlite())
        {
            var found = await db.Database.SqlQueryRaw<int>(
                $"select count(*)::int as \"Value\" from (select 1 from cases where words @> {{0}} and {OfParty} limit {Few + 1}) found", asked, organization)
                .SingleAsync(ct);
            return found <= Few
                ? (db.Cases.FromSqlRaw(
                    $"with found as materialized (select id from cases where words @> {{0}} and {OfParty}) select c.* from cases c join found f on f.id = c.id",
                    asked, organization), true)
                // «is true» keeps PostgreSQL from taking the index after all.
                : (db.Cases.FromSqlRaw("select * from cases where (words @> {0}) is true", asked), false);
        }
        var match = Fts(organization, asked);
        var count = await db.Database.SqlQueryRaw<int>(
            $"select count(*) as \"Value\" from (select 1 from case_search where case_search match {{0}} limit {Few + 1}) found", match).SingleAsync(ct);
        // Cross join: in this order and no other.
        if (count <= Few)
            return (db.Cases.FromSqlRaw("select c.* from case_search s cross join cases c on c.id = s.case_id where s.case_search match {0}", match), true);
        // The index cannot be asked about one row, so the row is.
        await db.Database.OpenConnectionAsync(ct);
        ((SqliteConnection)db.Database.GetDbConnection()).CreateFunction("has_words", (string reference, string narrative) =>
            SearchWords.AllBegin(words, reference, reference.Replace("-", "", StringComparison.Ordinal), texts.ShowStored(narrative)));
        return (db.Cases.FromSqlRaw("select * from cases where has_words(reference, narrative)"), false);
    }

    /// <summary>
    /// Closed cases of a party with the category or the clause of a case and some of the words, those with most and rarest first. Only the newest are
    /// looked at: how it was answered ten years ago helps nobody.
    /// </summary>
    public async Task<List<Hit>> LikeAsync(RoutingDbContext db, string organization, Case @case, IReadOnlyList<string> words, int atMost, CancellationToken ct)
    {
        var (asked, clause) = (tokens.OfQuery(words), @case.Facts.Clause ?? "");
        int[] bits = [.. asked.Select((_, i) => 1 << i)];
        // A question for each token: only then does the engine say which of them a case has.
        var sqlite = $$"""
            with found as ({{string.Join(" union all ", bits.Select((bit, i) =>
                $"select case_id, {bit} as bit from case_search where case_search match {{{i + 3}}} and rowid > {Oldest}"))}}),
              matches as (select case_id, sum(bit) as words from found group by case_id)
            select c.id as "Id", m.words as "Words" from matches m cross join cases c on c.id = m.case_id
            where c.state = 'closed' and c.id <> {0} and (c.category = {1} or json_extract(c.facts, '$.clause') = {2})
            """;
        var found = db.Database.IsSqlite()
            ? await db.Database.SqlQueryRaw<Match>(sqlite, [@case.Id, @case.Category, clause, .. asked.Select(token => Fts(organization, [token]))])
                .ToListAsync(ct)
            : await db.Database.SqlQueryRaw<Match>("""
                select c.id as "Id", (select sum(q.bit)::int from unnest({4}, {5}) q(token, bit) where q.token = any(c.words)) as "Words"
                from ((select * from cases where respondent_organization = {3} and is_final order by due_at desc limit 5000)
                  union (select * from cases where reporter_organization = {3} and is_final order by due_at desc limit 5000)) c
                where c.words && {4} and c.state = 'closed' and c.id <> {0} and (c.category = {1} or c.facts::json ->> 'clause' = {2})
                """, @case.Id, @case.Category, clause, organization, asked, bits).ToListAsync(ct);
        return Best(found, atMost);
    }

    /// <summary>Those with most and rarest of the words first: a word counts the less, the more of them have it.</summary>
    public static List<Hit> Best(IReadOnlyList<Match> found, int atMost)
    {
        var counts = new int[32];
        foreach (var match in found)
            for (var i = 0; i < counts.Length; i++) counts[i] += (match.Words >> i) & 1;
        return [.. found.Select(m => new Hit(m.Id, counts.Select((count, i) => ((m.Words >> i) & 1) == 0 ? 0 : 1.0 / count).Sum()))
            .OrderByDescending(h => h.Score).ThenBy(h => h.Id).Take(atMost)];
    }

    /// <summary>As FTS5 reads it. A party's token begins with what no other token has.</summary>
    public static string WordsOf(string reporter, string respondent, int[] words) => $"p{reporter} p{respondent} {string.Join(' ', words.Select(Fts))}";

    private static string Fts(string organization, int[] asked) => $"p{organization} {string.Join(' ', asked.Select(Fts))}";

    private static string Fts(int token) => token.ToString("x8", CultureInfo.InvariantCulture);
}

using Avvik.Storage;
using Avvik.Routing.Lessons;
using Avvik.Routing.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Search;

/// <summary>A keyed token of an approved lesson's words.</summary>
internal sealed class LessonWord
{
    public int Token { get; init; }
    public Guid LessonId { get; init; }
}

/// <summary>The text index of approved lessons, of keyed tokens. They are few, so a plain table serves.</summary>
internal sealed class LessonIndex(WordTokens tokens)
{
    /// <summary>Indexes an approved lesson, in place of what it said before.</summary>
    public async Task ReplaceAsync(UnitOfWork<RoutingDbContext> unit, Lesson lesson)
    {
        await EraseAsync(unit, lesson.Id);
        foreach (var token in tokens.Of(lesson))
            await unit.Sql.ExecuteAsync("insert into lesson_words (token, lesson_id) values (@p1, @p2)", token, lesson.Id);
    }

    /// <summary>Removes a lesson's words.</summary>
    public static Task EraseAsync(UnitOfWork<RoutingDbContext> unit, Guid lesson) =>
        unit.Sql.ExecuteAsync("delete from lesson_words where lesson_id = @p1", lesson);

    /// <summary>Approved lessons with every word.</summary>
    public IQueryable<Lesson> Find(RoutingDbContext db, IReadOnlyList<string> words) => words.Count == 0 ? db.Lessons.Where(l => false)
        : tokens.OfQuery(words).Aggregate(db.Lessons.Where(l => l.State == Lesson.Approved),
            (found, token) => found.Where(l => db.LessonWords.Any(w => w.Token == token && w.LessonId == l.Id)));

    /// <summary>Ids of approved lessons of a community with some of the words, those with most and rarest first.</summary>
    public async Task<List<Hit>> LikeAsync(RoutingDbContext db, string community, IReadOnlyList<string> words, int atMost, CancellationToken ct)
    {
        var asked = tokens.OfQuery(words);
        var found = await db.LessonWords.Where(w => asked.Contains(w.Token))
            .Join(db.Lessons.Where(l => l.Community == community && l.State == Lesson.Approved), w => w.LessonId, l => l.Id, (w, l) => new { l.Id, w.Token })
            .ToListAsync(ct);
        return CaseIndex.Best([.. found.GroupBy(f => f.Id).Select(f => new Match(f.Key, f.Sum(w => 1 << Array.IndexOf(asked, w.Token))))], atMost);
    }
}

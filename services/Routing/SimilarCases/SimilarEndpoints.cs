using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Routing.Access;
using Avvik.Routing.Persistence;
using Avvik.Routing.Search;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.SimilarCases;

/// <summary>Closed cases of the caller's party and lessons of its community that are similar to a case.</summary>
internal static class SimilarEndpoints
{
    private const int AtMost = 10;

    public static RouteGroupBuilder MapSimilar(this RouteGroupBuilder cases)
    {
        cases.MapGet("/{id:guid}/similar", SimilarAsync).WithName("ListSimilarCases")
            .WithSummary("Closed cases of the caller's party with the same category or clause, and lessons of the community, most like it first")
            .ProducesProblem(404);
        return cases;
    }

    private static async Task<Results<Ok<Client.SimilarCases>, Problem>> SimilarAsync(Guid id, Caller caller, CaseAccess access, RoutingDbContext db,
        CaseIndex index, LessonIndex lessonIndex, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var @case = await db.Cases.Where(access.VisibleTo(caller)).FirstOrDefaultAsync(c => c.Id == id, ct);
        if (@case is null) return Problem.NotFound();
        var words = SearchWords.Telling(@case.Narrative);
        if (words.Count == 0) return TypedResults.Ok(new Client.SimilarCases([], []));

        var (now, clause) = (clock.GetUtcNow(), @case.Facts.Clause);
        var likeCases = await index.LikeAsync(db, caller.Organization, @case, words, AtMost, ct);
        var caseIds = likeCases.Select(h => h.Id).ToList();
        var cases = await db.Cases.Where(access.VisibleTo(caller)).Where(c => caseIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        var likeLessons = await lessonIndex.LikeAsync(db, HealthCommunities.Party(caller.Organization)!.Community.Code, words, AtMost, ct);
        var lessonIds = likeLessons.Select(h => h.Id).ToList();
        var lessons = await db.Lessons.Where(l => lessonIds.Contains(l.Id)).ToDictionaryAsync(l => l.Id, ct);

        IReadOnlyList<string> Why(string category, string? itsClause, string text) =>
        [
            .. category == @case.Category ? ["category"] : Array.Empty<string>(),
            .. clause is not null && itsClause == clause ? ["clause"] : Array.Empty<string>(),
            .. words.Where(w => SearchWords.AllBegin([w], text)).Select(w => $"word:{w}"),
        ];
        await journal.ReadAsync(caller, AccessActions.CasesListed, [.. cases.Keys], ct);
        await journal.ReadAsync(caller, AccessActions.LessonRead, [.. lessons.Values.Select(l => l.CaseId)], ct);
        return TypedResults.Ok(new Client.SimilarCases(
            [.. likeCases.Where(h => cases.ContainsKey(h.Id)).Select(h => cases[h.Id]).Select((c, place) =>
                new SimilarCase(CaseView.Row(c, now), ScoreOf(place), Why(c.Category, c.Facts.Clause, c.Narrative)))],
            [.. likeLessons.Select(h => lessons[h.Id].ViewOf(caller.Organization)).Select((l, place) =>
                new SimilarLesson(l, ScoreOf(place), Why(l.Category, l.Clause,
                    $"{l.Title} {l.WhatHappened} {l.Why} {l.WhatWeChanged} {l.WhoShouldKnow}")))]));

        // The place alone: the engine's score counts how rare a word is in the cases of all parties.
        static double ScoreOf(int place) => 1.0 / (place + 1);
    }
}

using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Routing.Access;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Worklist;

internal static class CaseCountEndpoints
{
    public static RouteGroupBuilder MapCaseCounts(this RouteGroupBuilder cases)
    {
        cases.MapGet("/counts", CountAsync).WithName("CountCases").WithSummary("How many open cases the caller's party has a part in, by state");
        return cases;
    }

    private static async Task<Ok<CaseCounts>> CountAsync(string? unit, Caller caller, CaseAccess access, RoutingDbContext db, TimeProvider clock,
        CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var counts = new List<(string State, int Count, int Overdue)>();
        // The worklist's ranges, so that the counts are those of the list; no case is in two of them. «Not final» as the index of open cases has it.
        foreach (var range in WorklistEndpoints.Ranges(db.Cases.Where(c => !c.IsFinal), unit, caller, access))
            counts.AddRange(await ByStateAsync(range, now, ct));
        var byState = counts.GroupBy(c => c.State, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => (Count: g.Sum(c => c.Count), Overdue: g.Sum(c => c.Overdue)));
        return TypedResults.Ok(new CaseCounts(
            byState.Values.Sum(c => c.Count),
            byState.Where(c => !CaseView.AnsweredStates.Contains(c.Key)).Sum(c => c.Value.Overdue),
            [.. Vocabulary.CaseStates.Keys.Where(byState.ContainsKey).Select(state => new CaseCount(state, byState[state].Count))]));
    }

    private static async Task<List<(string State, int Count, int Overdue)>> ByStateAsync(IQueryable<Case> cases, DateTimeOffset now, CancellationToken ct) =>
        (await cases.GroupBy(c => c.State).Select(g => new { State = g.Key, Count = g.Count(), Overdue = g.Count(c => c.DueAt < now) }).ToListAsync(ct))
            .ConvertAll(g => (g.State, g.Count, g.Overdue));
}

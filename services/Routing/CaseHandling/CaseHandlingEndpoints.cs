using Avvik.Hosting.Problems;
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.CaseHandling;

/// <summary>
/// Tells Reporting who has a case now: what it was told by event may be seconds old, and whoever gave a case away may not open its envelope. It answers for
/// every party, since one that no longer has the case is whom Reporting must refuse. The gateway has no route here.
/// </summary>
internal static class CaseHandlingEndpoints
{
    public static void MapCaseHandling(this RouteGroupBuilder cases) =>
        cases.MapGet("/{id:guid}/handling", GetAsync).ExcludeFromDescription();

    private static async Task<Results<Ok<Contracts.Routing.CaseHandling>, Problem>> GetAsync(Guid id, RoutingDbContext db, CancellationToken ct) =>
        await db.Cases.Where(c => c.Id == id).Select(c => new Contracts.Routing.CaseHandling(c.RespondentOrganization, c.State, c.Unit))
            .FirstOrDefaultAsync(ct) is { } handling
            ? TypedResults.Ok(handling) : Problem.NotFound();
}

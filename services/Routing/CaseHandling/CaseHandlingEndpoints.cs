using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.CaseHandling;

/// <summary>
/// Tells Reporting who has a case now: what it was told by event may be seconds old, and a unit that gave a case away may not open its envelope. The gateway
/// has no route here.
/// </summary>
internal static class CaseHandlingEndpoints
{
    public static void MapCaseHandling(this RouteGroupBuilder cases) =>
        cases.MapGet("/{id:guid}/handling", GetAsync).ExcludeFromDescription();

    private static async Task<Results<Ok<Contracts.Routing.CaseHandling>, Problem>> GetAsync(Guid id, Caller caller, RoutingDbContext db,
        CancellationToken ct) =>
        await db.Cases.Where(c => c.Id == id && (c.RespondentOrganization == caller.Organization || c.ReporterOrganization == caller.Organization))
            .Select(c => new Contracts.Routing.CaseHandling(c.State, c.Unit)).FirstOrDefaultAsync(ct) is { } handling
            ? TypedResults.Ok(handling) : Problem.NotFound();
}

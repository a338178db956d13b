using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Routing.Access;
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Routing.ReadCase;

internal static class ReadCaseEndpoints
{
    public static RouteGroupBuilder MapReadCase(this RouteGroupBuilder cases)
    {
        cases.MapGet("/{id:guid}", GetAsync).WithName("GetCase").WithSummary("A case, the same for both parties; its ETag is its version")
            .ProducesProblem(404);
        return cases;
    }

    private static async Task<Results<Ok<CaseDetails>, Problem>> GetAsync(Guid id, HttpContext http, Caller caller, CaseAccess access,
        RoutingDbContext db, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct) =>
        await CaseView.DetailsAsync(id, http, caller, access, db, journal, clock, ct) is { } details ? TypedResults.Ok(details) : Problem.NotFound();
}

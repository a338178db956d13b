using Avvik.AccessLog;
using Avvik.Fhir;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Routing.Access;
using Avvik.Routing.Persistence;
using Hl7.Fhir.Model;

namespace Avvik.Routing.Fhir;

/// <summary>What was done to a case: its history, the same for both parties.</summary>
internal static class ProvenanceEndpoints
{
    private const string Type = "Task";

    public static void MapProvenance(this RouteGroupBuilder fhir)
    {
        var provenance = fhir.MapGroup("/Provenance").RequireAuthorization(Policies.CaseReader);
        provenance.MapGet("", SearchAsync).WithParameters("target");
        provenance.MapGet("/{id}", GetAsync).WithParameters();
    }

    private static Task<IResult> SearchAsync(HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct) =>
        Provenances.SearchAsync(http.Request, Type, id => OfAsync(id, http, caller, access, db, journal, clock, ct));

    private static Task<IResult> GetAsync(string id, HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct) =>
        Provenances.GetAsync(id, Type, target => OfAsync(target, http, caller, access, db, journal, clock, ct));

    private static async Task<IReadOnlyList<Provenance>> OfAsync(Guid id, HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var details = await CaseView.DetailsAsync(id, http, caller, access, db, journal, clock, ct);
        // That of the case.
        http.Response.Headers.ETag = default;
        return details is null ? [] : [.. details.Timeline.Select((t, i) => Provenances.Of($"{Type}/{id}", i + 1, t.At, t.Action, t.Organization, t.Actor))];
    }
}

using Avvik.AccessLog;
using Avvik.Fhir;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
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

    private static async Task<IResult> SearchAsync(HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var (search, _) = await FhirSearch.ReadAsync(http.Request, ["target"]);
        if (Provenances.ReadTarget(search!.One("target"), Type) is not { } id)
        {
            search.Errors.Add("/target", search.Has("target") ? Contracts.FieldCodes.InvalidValue : Contracts.FieldCodes.Required);
            return Problem.Invalid(search.Errors);
        }
        return search.Errors.Any ? Problem.Invalid(search.Errors)
            : new FhirAnswer(FhirSearch.Page("Provenance", http.Request, await OfAsync(id, http, caller, access, db, journal, clock, ct), null));
    }

    private static async Task<IResult> GetAsync(string id, HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct) =>
        Provenances.ReadId(id, Type) is var (target, number)
        && (await OfAsync(target, http, caller, access, db, journal, clock, ct)).ElementAtOrDefault(number - 1) is { } found
            ? new FhirAnswer(found) : Problem.NotFound();

    private static async Task<IReadOnlyList<Provenance>> OfAsync(Guid id, HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var details = await CaseView.DetailsAsync(id, http, caller, access, db, journal, clock, ct);
        // That of the case.
        http.Response.Headers.ETag = default;
        return details is null ? [] : [.. details.Timeline.Select((t, i) => Provenances.Of($"{Type}/{id}", i + 1, t.At, t.Action, t.Organization, t.Actor))];
    }
}

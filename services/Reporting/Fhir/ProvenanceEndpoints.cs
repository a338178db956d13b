using Avvik.AccessLog;
using Avvik.Fhir;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Hl7.Fhir.Model;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Fhir;

/// <summary>What happened to a deviation, as its reporter's party sees it. What happened to its case is Routing's.</summary>
internal static class ProvenanceEndpoints
{
    private const string Type = "AdverseEvent";

    public static void MapProvenance(this RouteGroupBuilder fhir)
    {
        var provenance = fhir.MapGroup("/Provenance").RequireAuthorization(Policies.CaseReader);
        provenance.MapGet("", SearchAsync).WithParameters("target");
        provenance.MapGet("/{id}", GetAsync).WithParameters();
    }

    private static async Task<IResult> SearchAsync(HttpContext http, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        var (search, _) = await FhirSearch.ReadAsync(http.Request, ["target"]);
        if (Provenances.ReadTarget(search!.One("target"), Type) is not { } id)
        {
            search.Errors.Add("/target", search.Has("target") ? Contracts.FieldCodes.InvalidValue : Contracts.FieldCodes.Required);
            return Problem.Invalid(search.Errors);
        }
        return search.Errors.Any ? Problem.Invalid(search.Errors)
            : new FhirAnswer(FhirSearch.Page("Provenance", http.Request, await OfAsync(id, caller, access, db, texts, journal, ct), null));
    }

    private static async Task<IResult> GetAsync(string id, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct) =>
        Provenances.ReadId(id, Type) is var (target, number)
        && (await OfAsync(target, caller, access, db, texts, journal, ct)).ElementAtOrDefault(number - 1) is { } found
            ? new FhirAnswer(found) : Problem.NotFound();

    private static async Task<IReadOnlyList<Provenance>> OfAsync(Guid id, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        if (await access.VisibleTo(db.Deviations, caller).FirstOrDefaultAsync(d => d.Id == id, ct) is not { } row) return [];
        var timeline = (await DeviationViews.ViewAsync([row], caller, db, texts, journal, ct))[0].Timeline;
        return [.. timeline.Select((t, i) => Provenances.Of($"{Type}/{id}", i + 1, t.At, t.Event, t.Organization, t.Actor))];
    }
}

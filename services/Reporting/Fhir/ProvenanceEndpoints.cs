using Avvik.AccessLog;
using Avvik.Fhir;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
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

    private static Task<IResult> SearchAsync(HttpContext http, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct) =>
        Provenances.SearchAsync(http.Request, Type, id => OfAsync(id, caller, access, db, texts, journal, ct));

    private static Task<IResult> GetAsync(string id, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct) =>
        Provenances.GetAsync(id, Type, target => OfAsync(target, caller, access, db, texts, journal, ct));

    private static async Task<IReadOnlyList<Provenance>> OfAsync(Guid id, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        if (await access.VisibleTo(db.Deviations, caller).FirstOrDefaultAsync(d => d.Id == id, ct) is not { } row) return [];
        var timeline = (await DeviationViews.ViewAsync([row], caller, db, texts, journal, ct))[0].Timeline;
        return [.. timeline.Select((t, i) => Provenances.Of($"{Type}/{id}", i + 1, t.At, t.Event, t.Organization, t.Actor))];
    }
}

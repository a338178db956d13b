using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;
using Avvik.Storage;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.OpenEnvelope;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.SearchAccessLog;

/// <summary>Who has read about a patient: found by the print of the number, which comes in a body, so that it is in no address or log.</summary>
internal static class SearchAccessLogEndpoints
{
    public static RouteGroupBuilder MapSearchAccessLog(this RouteGroupBuilder log)
    {
        log.MapPost("/patient", SearchAsync).WithName("SearchAccessLog")
            .WithSummary("Who read about a patient, newest first; the number is compared by its keyed fingerprint, and the search is logged")
            .Accepts<PatientSearch>("application/json").ProducesProblem(400).ProducesProblem(422);
        return log;
    }

    /// <summary>The deviations that an organisation is a party of.</summary>
    public static IQueryable<Guid> DeviationsOf(ReportingDbContext db, string organization) =>
        db.Deviations.Where(d => d.ReporterOrganization == organization || d.RespondentOrganization == organization).Select(d => d.Id);

    private static async Task<Results<Ok<Page<AccessLogEntry>>, ContentHttpResult, Problem>> SearchAsync(string? cursor, int? limit, HttpContext http,
        Caller caller, PatientEnvelopes envelopes, Writer<ReportingDbContext> writer, AccessJournal<ReportingDbContext> journal,
        IDbContextFactory<ReportingDbContext> databases, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<PatientSearch>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Identifier is null) errors.Add("/identifier", FieldCodes.Required);
            else if (!PersonNumber.IsValid(b.Identifier, null)) errors.Add("/identifier", FieldCodes.InvalidIdentifier);
        });
        if (body is null) return problem!;
        http.Response.Headers.CacheControl = "no-store";
        var print = envelopes.PrintOf(body.Identifier!);
        await using var db = await databases.CreateDbContextAsync(ct);
        var of = DeviationsOf(db, caller.Organization);
        var found = await db.Set<EnvelopeRecord>().Where(v => v.PatientPrint == print && of.Contains(v.DeviationId))
            .Select(v => new { v.DeviationId, v.Number }).ToListAsync(ct);
        List<Guid> deviations = [.. found.Select(v => v.DeviationId)];
        await writer.WriteAsync(unit =>
        {
            journal.Append(unit, caller, AccessActions.PatientSearched, deviations);
            return Task.FromResult(true);
        }, ct);
        return await AccessLogEndpoints.ListOfAsync<ReportingDbContext>("reporting", DeviationsOf, deviations,
            EnvelopeNumbers.OpeningsOfOthers([.. found.Select(v => v.Number)]), cursor, limit, http, caller, databases, ct);
    }
}

using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Reporting.OpenReporter;

/// <summary>A confidential reporter's name, for the coordinator of the reporter's party who must have it.</summary>
internal static class OpenReporterEndpoints
{
    private const string ContactReporter = "contactReporter";

    public static RouteGroupBuilder MapOpenReporter(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/{id:guid}/reporter/open", OpenAsync).RequireAuthorization(Policies.Coordinator).WithName("OpenReporter")
            .WithSummary("A confidential reporter's name, for a purpose; every opening is logged")
            .Accepts<Client.OpenEnvelope>("application/json").ProducesProblem(400).ProducesProblem(404).ProducesProblem(422);
        return deviations;
    }

    private static async Task<Results<Ok<Client.Reporter>, Problem>> OpenAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        DeviationAccess access, TextProtector texts, AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<Client.OpenEnvelope>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Purpose is null) errors.Add("/purpose", FieldCodes.Required);
            else if (!Vocabulary.AccessPurposes.ContainsKey(b.Purpose)) errors.Add("/purpose", FieldCodes.UnknownCode);
            else if (b.Purpose != ContactReporter) errors.Add("/purpose", FieldCodes.PurposeNotYours);
        });
        if (body is null) return problem!;
        http.Response.Headers.CacheControl = "no-store";
        // In the transaction whose commit the answer waits for: no name leaves without its line in the log.
        var reporter = await writer.WriteAsync(async unit =>
        {
            var deviation = await unit.Db.Deviations.FindAsync([id], CancellationToken.None);
            if (deviation?.Opened(texts).Sent.Reporter is not { } found) return null;
            var reported = new DeviationAccess.Reported(deviation.ReporterOrganization, deviation.SubmittedBy, deviation.ReportingUnit);
            if (!access.IsVisibleTo(reported, caller, deviation.Status)) return null;
            journal.Append(unit, caller, AccessActions.ReporterOpened, [id], purpose: body.Purpose);
            return found;
        }, ct);
        return reporter is null ? Problem.NotFound() : TypedResults.Ok(reporter);
    }
}

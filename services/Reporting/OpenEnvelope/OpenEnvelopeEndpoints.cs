using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.Reporting.Persistence;
using Avvik.Reporting.SubmitDeviation;

namespace Avvik.Reporting.OpenEnvelope;

internal static class OpenEnvelopeEndpoints
{
    public static RouteGroupBuilder MapOpenEnvelope(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/{id:guid}/patient/open", OpenAsync).WithName("OpenEnvelope").WithSummary("Open the patient's envelope, for a purpose; every opening is logged")
            .Accepts<Client.OpenEnvelope>("application/json").Produces<Patient>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(410).ProducesProblem(422);
        return deviations;
    }

    private static async Task<IResult> OpenAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer, AccessJournal<ReportingDbContext> journal, PatientEnvelopes envelopes, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<Client.OpenEnvelope>(http.Request, SubmitDeviationEndpoints.Strict, (b, errors) =>
        {
            if (b.Purpose is null) errors.Add("/purpose", "required");
            else if (!Vocabulary.AccessPurposes.ContainsKey(b.Purpose)) errors.Add("/purpose", "unknownCode");
        });
        if (body is null) return problem!;
        http.Response.Headers.CacheControl = "no-store";
        return await writer.WriteAsync<IResult>(async unit =>
        {
            var found = await unit.Sql.QueryAsync(
                "select d.reporter_organization, d.respondent_organization, d.unit, d.envelope_erased_at, v.sealed from deviations d left join envelopes v on v.deviation_id = d.id where d.id = @p1",
                r => (Parties: new Parties(r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2)), Erased: !r.IsDBNull(3), Sealed: r.IsDBNull(4) ? null : r.GetString(4)), id);
            if (found is not [var deviation] || !MayOpen(caller, deviation.Parties)) return Problem.NotFound();
            if (deviation.Erased) return new Problem(StatusCodes.Status410Gone, "envelopeErased");
            if (deviation.Sealed is null) return Problem.NotFound();
            var patient = envelopes.Open(id, deviation.Sealed);
            // In the transaction whose commit this answer waits for: no identity leaves without its line.
            journal.Append(unit, caller, AccessActions.EnvelopeOpened, [id], purpose: body.Purpose);
            return Results.Json(patient, ClientJson.Default.Patient);
        }, ct);
    }

    internal sealed record Parties(string Reporter, string Respondent, string? Unit);

    /// <summary>A coordinator of either party, those of the reporter's party who report and follow, and those of the unit that has the case now. No machine.</summary>
    internal static bool MayOpen(Caller caller, Parties of) =>
        caller.Organization == of.Reporter ? caller.IsAny(Roles.Reporter, Roles.Handler, Roles.Coordinator)
        : caller.Organization == of.Respondent && (caller.Is(Roles.Coordinator) || (of.Unit is not null && caller.Unit == of.Unit && caller.IsAny(Roles.Handler, Roles.UnitLeader)));
}

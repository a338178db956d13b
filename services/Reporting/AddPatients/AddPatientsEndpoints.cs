using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Avvik.Reporting.SubmitDeviation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.AddPatients;

internal static class AddPatientsEndpoints
{
    public static RouteGroupBuilder MapAddPatients(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/{id:guid}/patients", AddAsync).WithName("AddPatients")
            .WithSummary("Name more patients of a deviation, up to 500 in a call, until its case has ended; the same patient twice is one")
            .Accepts<Client.AddPatients>("application/json")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        return deviations;
    }

    private static async Task<Results<Ok<Deviation>, Problem>> AddAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        ReportingDbContext db, PatientEnvelopes envelopes, TextProtector texts, AccessJournal<ReportingDbContext> journal, DeviationAccess access,
        TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<Client.AddPatients>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Patients is not { Count: > 0 }) errors.Add("/patients", FieldCodes.Required);
            SubmissionRules.CheckPatients(b.Patients, errors);
        });
        if (body is null) return problem!;
        http.Response.Headers.CacheControl = "no-store";
        var patients = body.Patients!.DistinctBy(p => p.Identifier).Select(p => (Patient: p, Print: Convert.ToHexString(envelopes.PrintOf(p.Identifier!))))
            .ToList();
        var now = clock.GetUtcNow();
        var refusal = await writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(id);
            var found = await unit.Sql.QueryAsync(
                $"select {DeviationAccess.Columns}, status, respondent_organization, occurred_from, has_patient, patients_given from deviations where id = @p1",
                r => (Reported: DeviationAccess.Read(r), Status: r.GetString(3), Respondent: r.GetString(4),
                    Occurred: r.IsDBNull(5) ? (long?)null : r.GetInt64(5), Named: Math.Max(r.GetInt32(7), r.GetBoolean(6) ? 1 : 0)), id);
            if (found is not [var deviation] || !access.IsVisibleTo(deviation.Reported, caller, deviation.Status)) return Problem.NotFound();
            if (CaseStates.IsFinal(deviation.Status)) return Problem.Conflict(ProblemCodes.AlreadyDecided);
            // Those who are named already are not named again, so a call may be repeated.
            var known = (await unit.Sql.QueryAsync("select patient_print from envelopes where deviation_id = @p1 and patient_print is not null",
                r => Convert.ToHexString(r.GetFieldValue<byte[]>(0)), id)).ToHashSet(StringComparer.Ordinal);
            var added = envelopes.SealAll(id, patients.Where(p => !known.Contains(p.Print)).Select(p => p.Patient), deviation.Named);
            journal.Append(unit, caller, AccessActions.PatientsAdded, [id]);
            if (added.Count == 0) return null;
            foreach (var envelope in added) await unit.InsertAsync(envelope);
            // A case that was reopened after its envelopes were erased has some again.
            var named = deviation.Named + added.Count;
            await unit.Sql.ExecuteAsync("update deviations set has_patient = @p2, patients_given = @p3, envelope_erased_at = null where id = @p1",
                id, true, named);
            var same = deviation.Occurred is not { } occurred ? [] : await SubmitDeviationEndpoints.SamePatientAsync(unit, id,
                deviation.Reported.Organization, deviation.Respondent, DateTimeOffset.FromUnixTimeMilliseconds(occurred), after: deviation.Named);
            await unit.EnqueueAsync(new PatientsAdded
            {
                DeviationId = id,
                Version = named,
                OccurredAt = now,
                Organization = caller.Organization,
                SamePatient = same.Count == 0 ? null : same,
            });
            return null;
        }, ct);
        if (refusal is not null) return refusal;
        return TypedResults.Ok((await DeviationViews.ViewAsync(await db.Deviations.Where(d => d.Id == id).ToListAsync(ct), caller, db, texts, journal, ct))[0]);
    }
}

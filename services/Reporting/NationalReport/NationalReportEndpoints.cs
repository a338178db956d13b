using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.OpenEnvelope;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Refit;

namespace Avvik.Reporting.NationalReport;

/// <summary>A report of a serious event that was sent, or was about to be.</summary>
internal sealed record NationalReportRecord
{
    public required Guid DeviationId { get; init; }
    /// <summary>Each party has its own duty.</summary>
    public required string Organization { get; init; }
    /// <summary>The same when it is sent again, since nobody knows whether it arrived.</summary>
    public required Guid MessageId { get; init; }
    /// <summary>melde.no's; null until it has answered.</summary>
    public string? Reference { get; init; }
    /// <summary>Who received it, with commas between.</summary>
    public string? Recipients { get; init; }
    public DateTimeOffset? SentAt { get; init; }

    public SentNationalReport? Sent => Reference is null ? null : new(Reference, Recipients!.Split(','), SentAt!.Value);
}

/// <summary>The report of a serious event to the authorities: filled in for each of the two parties, and sent where melde.no is connected.</summary>
internal static partial class NationalReportEndpoints
{
    private const string Purpose = EnvelopeAccess.NotifyAuthority;

    public static RouteGroupBuilder MapNationalReport(this RouteGroupBuilder deviations)
    {
        deviations.MapGet("/{id:guid}/national-report", GetAsync).WithName("GetNationalReport")
            .WithSummary("The report of a serious event to the authorities, filled in; without the patient")
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(503);
        deviations.MapPost("/{id:guid}/national-report", SendAsync).WithName("SendNationalReport")
            .WithSummary("Send it to melde.no with the patient; the envelope is opened for that, and logged")
            .Accepts<SendNationalReport>("application/json")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(410).ProducesProblem(422).ProducesProblem(503);
        return deviations;
    }

    private static async Task<Results<Ok<NationalReportDraft>, Problem>> GetAsync(Guid id, HttpContext http, Caller caller, ReportingDbContext db,
        CurrentCase cases, TextProtector texts, AccessJournal<ReportingDbContext> journal, DeviationAccess access, CurrentDirectory directory,
        IServiceProvider services, CancellationToken ct)
    {
        var (deviation, current, refusal) = await FindAsync(id, http, caller, db, access, cases, ct);
        if (deviation is null) return refusal!;
        await journal.ReadAsync(caller, AccessActions.DeviationRead, [id], ct);
        var sent = await db.NationalReports.FirstOrDefaultAsync(r => r.DeviationId == id && r.Organization == caller.Organization, ct);
        return TypedResults.Ok(new NationalReportDraft(JsonSerializer.SerializeToElement(DocumentOf(deviation.Opened(texts), caller, directory)),
            NationalReportDocument.Fields, deviation.HasPatient && deviation.EnvelopeErasedAt is null, services.GetService<IMeldeClient>() is not null,
            !deviation.HasPatient || MayOpen(caller, current!), sent?.Sent));
    }

    private static async Task<Results<Created<SentNationalReport>, Problem>> SendAsync(Guid id, HttpContext http, Caller caller, ReportingDbContext db,
        CurrentCase cases, TextProtector texts, Writer<ReportingDbContext> writer, AccessJournal<ReportingDbContext> journal, PatientEnvelopes envelopes,
        IOptions<EnvelopeOptions> options, DeviationAccess access, CurrentDirectory directory, IServiceProvider services, TimeProvider clock,
        ILogger<MeldeOptions> log, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<SendNationalReport>(http.Request, ClientJson.Default, (b, errors) =>
        {
            FreeText.CheckOptional(b.Name, "/name", NationalReportDocument.LongestName, errors, required: true);
            // A number is what is asked for here, and it is not kept.
            if (b.Phone is null) errors.Add("/phone", FieldCodes.Required);
            else if (string.IsNullOrWhiteSpace(b.Phone)) errors.Add("/phone", FieldCodes.Blank);
            else if (b.Phone.Length > NationalReportDocument.LongestPhone) errors.Add("/phone", FieldCodes.TooLong, NationalReportDocument.LongestPhone);
            FreeText.CheckOptional(b.Position, "/position", NationalReportDocument.LongestPosition, errors, required: true);
            if (b.Role is not null && !NationalReportDocument.Roles.Contains(b.Role, StringComparer.Ordinal)) errors.Add("/role", FieldCodes.UnknownCode);
        });
        if (body is null) return problem!;
        var (deviation, current, refusal) = await FindAsync(id, http, caller, db, access, cases, ct);
        if (deviation is null) return refusal!;
        if (services.GetService<IMeldeClient>() is not { } melde) return Problem.Conflict(ProblemCodes.NationalReportNotConnected);
        var earlier = await db.NationalReports.FirstOrDefaultAsync(r => r.DeviationId == id && r.Organization == caller.Organization, ct);
        if (earlier?.Sent is not null) return Problem.Conflict(ProblemCodes.NationalReportSent);

        Patient? patient = null;
        if (deviation.HasPatient)
        {
            http.Response.Headers.CacheControl = "no-store";
            (var opened, refusal) =
                await OpenEnvelopeEndpoints.OpenForAsync(id, after: null, Purpose, current, caller, writer, journal, envelopes, options, clock, log, ct);
            if (opened is null) return refusal!;
            patient = opened[0].Patient;
        }
        var message = earlier?.MessageId ?? Guid.CreateVersion7(clock.GetUtcNow());
        var report = NationalReportDocument.Complete(DocumentOf(deviation.Opened(texts), caller, directory), body, message, patient);
        try
        {
            using (var checkedReport = await melde.ValidateAsync(report, ct))
                if (!checkedReport.IsSuccessful) return Refused(log, id, checkedReport);
            // On disk before it leaves, so that a second try after a crash is the same message.
            await writer.WriteAsync(async unit =>
            {
                await unit.Sql.ExecuteAsync(
                    "insert into national_reports (deviation_id, organization, message_id) values (@p1, @p2, @p3) on conflict do nothing", id,
                    caller.Organization, message);
                return true;
            }, ct);
            using var answer = await melde.SendAsync(report, CancellationToken.None);
            if (!answer.IsSuccessful || (string?)answer.Content?["Referansenummer"] is not { Length: > 0 } reference) return Refused(log, id, answer);
            var sent = new SentNationalReport(reference, [.. answer.Content["Mottakere"]?.AsArray().Select(m => ((string)m!).Replace(',', ' ')) ?? []],
                DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()));
            await writer.WriteAsync(async unit =>
            {
                await unit.Sql.ExecuteAsync("""
                    update national_reports set reference = @p3, recipients = @p4, sent_at = @p5 where deviation_id = @p1 and organization = @p2
                    """, id, caller.Organization, sent.Reference, string.Join(',', sent.Recipients), sent.SentAt.ToUnixTimeMilliseconds());
                journal.Append(unit, caller, AccessActions.AuthorityNotified, [id], purpose: Purpose);
                return true;
            }, CancellationToken.None);
            return TypedResults.Created($"/api/v1/deviations/{id}/national-report", sent);
        }
        catch (Exception error) when (error is ApiException or HttpRequestException or TaskCanceledException or AvvikTokenException)
        {
            MeldeUnavailable(log, id, error.GetType().Name);
            return Problem.Unavailable();
        }
    }

    private static bool MayOpen(Caller caller, EnvelopeAccess.Case of) => EnvelopeAccess.PurposesOf(caller, of).Contains(Purpose);

    /// <summary>
    /// A serious event that the caller may notify of. Those who may open the envelope for it send the report; a coordinator of the party that reported has
    /// what their party knows anyway, to fill in the form at melde.no.
    /// </summary>
    private static async Task<(DeviationRecord? Deviation, EnvelopeAccess.Case? Case, Problem? Problem)> FindAsync(Guid id, HttpContext http, Caller caller,
        ReportingDbContext db, DeviationAccess access, CurrentCase cases, CancellationToken ct)
    {
        if (await cases.KnownAsync(id, ct) is not { } known) return (null, null, Problem.NotFound());
        if (await cases.ForAsync(caller, id, known, http.Request, ct) is not { } current) return (null, null, Problem.Unavailable());
        if (!MayOpen(caller, current) && !(caller.Is(Roles.Coordinator) && access.IsVisibleTo(current.Reported, caller, current.Status)))
            return (null, null, Problem.NotFound());
        var deviation = await db.Deviations.FirstAsync(d => d.Id == id, ct);
        return Harm.IsSerious(deviation.ActualHarm) ? (deviation, current, null) : (null, null, Problem.Conflict(ProblemCodes.NotSerious));
    }

    private static JsonObject DocumentOf(DeviationRecord deviation, Caller caller, CurrentDirectory directory) =>
        NationalReportDocument.Of(deviation, directory.Now.Party(caller.Organization)!, caller.Unit, directory.Now.Party(deviation.RespondentOrganization)!);

    // Its sentence may repeat what it was sent, so it is neither logged nor passed on.
    private static Problem Refused(ILogger log, Guid id, IApiResponse answer)
    {
        MeldeRefused(log, id, (int)answer.StatusCode!);
        return (int)answer.StatusCode >= 500 ? Problem.Unavailable()
            : new Problem(StatusCodes.Status422UnprocessableEntity, ProblemCodes.NationalReportRefused);
    }

    [LoggerMessage(4030, LogLevel.Warning, "melde.no answered the report of {Id} with {Status} and gave no receipt. The caller is told.")]
    private static partial void MeldeRefused(ILogger log, Guid id, int status);

    [LoggerMessage(4031, LogLevel.Warning,
        "melde.no did not answer for the report of {Id} ({Error}). The caller is asked to try again; it is the same message then.")]
    private static partial void MeldeUnavailable(ILogger log, Guid id, string error);
}

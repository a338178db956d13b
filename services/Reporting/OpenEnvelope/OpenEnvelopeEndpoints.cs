using System.Security.Cryptography;
using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.OpenEnvelope;

internal static partial class OpenEnvelopeEndpoints
{
    /// <summary>Envelopes that one opening shows: the 2,118 of one report are nine openings, which the limit of an hour allows.</summary>
    internal const int PageSize = 250;

    public static RouteGroupBuilder MapOpenEnvelope(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/{id:guid}/patient/open", OpenAsync).WithName("OpenEnvelope")
            .WithSummary("Open the patient's envelope, for a purpose; every opening is logged")
            .Accepts<Client.OpenEnvelope>("application/json")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(410).ProducesProblem(422).ProducesProblem(503);
        deviations.MapPost("/{id:guid}/patients/open", OpenPageAsync).WithName("OpenEnvelopes")
            .WithSummary("Open the envelopes of several patients, 250 at a time, for a purpose; a page is one opening, and each patient a line in the log")
            .Accepts<Client.OpenEnvelope>("application/json")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(410).ProducesProblem(422).ProducesProblem(503);
        return deviations;
    }

    private static async Task<Results<Ok<Patient>, Problem>> OpenAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        CurrentCase cases, AccessJournal<ReportingDbContext> journal, PatientEnvelopes envelopes,
        IOptions<EnvelopeOptions> options, TimeProvider clock, ILogger<EnvelopeOptions> log, CancellationToken ct)
    {
        var (opened, refusal) = await OpenSomeAsync(id, after: null, http, caller, writer, cases, journal, envelopes, options, clock, log, ct);
        return opened is null ? refusal! : TypedResults.Ok(opened[0].Patient);
    }

    private static async Task<Results<Ok<Page<Patient>>, Problem>> OpenPageAsync(Guid id, string? cursor, HttpContext http, Caller caller,
        Writer<ReportingDbContext> writer, CurrentCase cases, AccessJournal<ReportingDbContext> journal,
        PatientEnvelopes envelopes, IOptions<EnvelopeOptions> options, TimeProvider clock, ILogger<EnvelopeOptions> log, CancellationToken ct)
    {
        var errors = new FieldErrors();
        var after = Cursor.Read(cursor, errors);
        if (after is { } position && (position.Id != id || position.SortKey is < 0 or > int.MaxValue)) errors.Add("/cursor", FieldCodes.InvalidCursor);
        if (errors.Any) return Problem.Invalid(errors);
        var (opened, refusal) =
            await OpenSomeAsync(id, (int)(after?.SortKey ?? 0), http, caller, writer, cases, journal, envelopes, options, clock, log, ct);
        if (opened is null) return refusal!;
        var next = opened.Count > PageSize ? Cursor.Of(opened[PageSize - 1].Number, id) : null;
        return TypedResults.Ok(new Page<Patient>([.. opened.Take(PageSize).Select(o => o.Patient)], next));
    }

    /// <param name="after">Number of the last envelope that was shown; null: there is to be one alone.</param>
    private static async Task<(IReadOnlyList<(int Number, Patient Patient)>? Opened, Problem? Refusal)> OpenSomeAsync(Guid id, int? after, HttpContext http,
        Caller caller, Writer<ReportingDbContext> writer, CurrentCase cases, AccessJournal<ReportingDbContext> journal,
        PatientEnvelopes envelopes, IOptions<EnvelopeOptions> options, TimeProvider clock, ILogger log, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<Client.OpenEnvelope>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Purpose is null) errors.Add("/purpose", FieldCodes.Required);
            else if (!Vocabulary.AccessPurposes.ContainsKey(b.Purpose)) errors.Add("/purpose", FieldCodes.UnknownCode);
        });
        if (body is null) return (null, problem);
        http.Response.Headers.CacheControl = "no-store";
        EnvelopeAccess.Case? current = null;
        if (await cases.KnownAsync(id, ct) is { } known
            && (current = await cases.ForAsync(caller, id, known, http.Request, ct)) is null) return (null, Problem.Unavailable());
        return await OpenForAsync(id, after, body.Purpose!, current, caller, writer, journal, envelopes, options, clock, log, ct);
    }

    /// <summary>Opens envelopes for a purpose, by all the rules, and logs it.</summary>
    /// <param name="after">Number of the last envelope that was shown; null: there is to be one alone.</param>
    /// <param name="current">Who has the case, from <see cref="CurrentCase"/>; null: there is no such deviation, and that attempt is logged too.</param>
    internal static async Task<(IReadOnlyList<(int Number, Patient Patient)>? Opened, Problem? Refusal)> OpenForAsync(Guid id, int? after, string purpose,
        EnvelopeAccess.Case? current, Caller caller, Writer<ReportingDbContext> writer, AccessJournal<ReportingDbContext> journal,
        PatientEnvelopes envelopes, IOptions<EnvelopeOptions> options, TimeProvider clock, ILogger log, CancellationToken ct)
    {
        var (opened, refusal) = await writer.WriteAsync<(IReadOnlyList<(int Number, Patient Patient)>?, Problem?)>(async unit =>
        {
            var answer = await TryOpenAsync(unit, id, after, caller, purpose, current, envelopes, options.Value.OpeningsPerHour, clock.GetUtcNow());
            // In the transaction whose commit the answer waits for: no identity leaves, and no attempt is refused, without its line in the log.
            if (answer.Opened is null) journal.Append(unit, caller, AccessActions.EnvelopeRefused, [id], purpose: purpose);
            else if (after is null) journal.Append(unit, caller, AccessActions.EnvelopeOpened, [id], purpose: purpose);
            else
                foreach (var (number, _) in answer.Opened.Take(PageSize))
                    journal.Append(unit, caller, AccessActions.EnvelopeOpened, [id], EnvelopeNumbers.TargetOf(number), purpose);
            return answer;
        }, ct);
        if (refusal?.Status == StatusCodes.Status429TooManyRequests) TooManyOpenings(log, caller.Subject, caller.Organization, options.Value.OpeningsPerHour);
        return (opened, refusal);
    }

    private static async Task<(IReadOnlyList<(int Number, Patient Patient)>? Opened, Problem? Refusal)> TryOpenAsync(
        UnitOfWork<ReportingDbContext> unit, Guid id, int? after, Caller caller, string purpose, EnvelopeAccess.Case? current, PatientEnvelopes envelopes,
        int openingsPerHour, DateTimeOffset now)
    {
        if (current is null || EnvelopeAccess.PurposesOf(caller, current) is not { Count: > 0 } purposes) return (null, Problem.NotFound());
        if (!purposes.Contains(purpose))
        {
            var errors = new FieldErrors();
            errors.Add("/purpose", FieldCodes.PurposeNotYours);
            return (null, Problem.Invalid(errors));
        }
        if (await unit.Sql.ScalarAsync<bool>("select envelope_erased_at is not null from deviations where id = @p1", id))
            return (null, new Problem(StatusCodes.Status410Gone, ProblemCodes.EnvelopeErased));
        // One more than is shown tells whether more follow.
        var rows = await unit.Sql.QueryAsync(
            "select number, sealed from envelopes where deviation_id = @p1 and number > @p2 order by number limit @p3",
            r => (Number: r.GetInt32(0), Sealed: r.GetString(1)), id, after ?? 0, after is null ? 2 : PageSize + 1);
        if (rows.Count == 0) return (null, Problem.NotFound());
        // One of several is not the patient.
        if (after is null && rows.Count > 1) return (null, Problem.Conflict(ProblemCodes.SeveralPatients));
        var openings = await unit.Sql.ScalarAsync<int>(
            """
            insert into envelope_openings (subject, hour, count) values (@p1, @p2, 1)
            on conflict (subject, hour) do update set count = envelope_openings.count + 1 returning count
            """,
            caller.Subject, (int)(now.ToUnixTimeSeconds() / 3600));
        if (openings > openingsPerHour)
        {
            var secondsLeft = 3600 - (int)(now.ToUnixTimeSeconds() % 3600);
            return (null, new Problem(StatusCodes.Status429TooManyRequests, ProblemCodes.TooManyOpenings) { RetryAfterSeconds = secondsLeft });
        }
        try { return ([.. rows.Select(row => (row.Number, envelopes.Open(id, row.Sealed)))], null); }
        catch (CryptographicException) { return (null, new Problem(StatusCodes.Status410Gone, ProblemCodes.EnvelopeUnreadable)); }
    }

    [LoggerMessage(4004, LogLevel.Critical,
        "ALARM: {Subject} of {Organization} tried to open more than {Limit} patient envelopes in an hour; refused until the next hour.")]
    private static partial void TooManyOpenings(ILogger log, string subject, string organization, int limit);
}

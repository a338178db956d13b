using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;
using Avvik.Messaging;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.SubmitDeviation;

internal static class SubmitDeviationEndpoints
{
    // Events, about 200 MB: hours of an outage. Beyond it a full disk would put accepted deviations at risk.
    internal const long MaxOutboxDepth = 100_000;

    // References that are tried: one may be given already, by another key of fingerprints.
    private const int MaxReferences = 10;

    public static RouteGroupBuilder MapSubmitDeviation(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("", SubmitAsync).WithName("SubmitDeviation").WithSummary("Submit a deviation")
            .Accepts<Submission>("application/json").ProducesProblem(400).ProducesProblem(409).ProducesProblem(422);
        deviations.MapPost("/validate", ValidateAsync).WithName("ValidateDeviation").WithSummary("What a submission would become; stores nothing")
            .Accepts<Submission>("application/json").ProducesProblem(400).ProducesProblem(422);
        return deviations;
    }

    private static Task<Results<Created<Deviation>, Ok<Deviation>, Problem>> SubmitAsync(HttpContext http, Caller caller, SubmissionRules rules,
        PatientEnvelopes envelopes, TextProtector texts, ReferenceNumbers references, Writer<ReportingDbContext> writer,
        IDbContextFactory<ReportingDbContext> databases, MessagingMetrics messaging, TimeProvider clock, CancellationToken ct) =>
        AcceptAsync(check => StrictJson.ReadAsync(http.Request, ClientJson.Default, check), http, caller, rules, envelopes, texts, references, writer,
            databases, messaging, clock, ct);

    /// <summary>Reads a submission in whatever form it comes, with the checks that it is to pass.</summary>
    internal delegate Task<(Submission? Submission, Problem? Problem)> SubmissionReader(Action<Submission, FieldErrors> check);

    /// <summary>Accepts a submission: the deviation with its receipt, the first receipt of a repeat, or the problem.</summary>
    internal static async Task<Results<Created<Deviation>, Ok<Deviation>, Problem>> AcceptAsync(SubmissionReader read, HttpContext http, Caller caller,
        SubmissionRules rules, PatientEnvelopes envelopes, TextProtector texts, ReferenceNumbers references, Writer<ReportingDbContext> writer,
        IDbContextFactory<ReportingDbContext> databases, MessagingMetrics messaging, TimeProvider clock, CancellationToken ct)
    {
        if (rules.Reporter(caller) is not { } reporter) return new Problem(StatusCodes.Status403Forbidden, ProblemCodes.OrganizationNotInDirectory);
        Submission? sent = null;
        var (submission, problem) = await read((s, errors) =>
        {
            // Its shape is right, so it may be a repeat, whatever the rules say of its content.
            if (!errors.Any) sent = s;
            Check(s, rules, reporter, http, errors);
        });
        if (messaging.OutboxDepth > MaxOutboxDepth) problem ??= Problem.Unavailable();
        if (problem is not null)
            return sent is not null && await FindReceiptAsync(sent, caller, envelopes, texts, databases, ct) is { } receipt
                ? TypedResults.Ok(receipt) : problem;

        // Whole milliseconds, as the databases store them: what is answered is what is stored.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var (id, print) = (Guid.CreateVersion7(now), envelopes.Fingerprint(submission!));
        var facts = rules.Facts(submission!, reporter, reference: "", now);
        // Whoever is anonymous says where it happened, or does not: the token would say where they work.
        if (submission!.Reporter is not { Anonymous: true }) facts = facts with { ReporterUnit = submission.ReportingUnit ?? caller.Unit };
        var unknownSite = rules.UnknownSite(submission);
        var (occurredFrom, occurredUntil) = DeviationRecord.Occurrence(submission);
        var @event = new DeviationSubmitted
        {
            DeviationId = id,
            Version = 1,
            OccurredAt = now,
            Facts = facts,
            Narrative = texts.Protect(submission.Narrative!),
            ImmediateAction = texts.ProtectOptional(submission.ImmediateAction),
            SuggestedMeasure = texts.ProtectOptional(submission.SuggestedMeasure),
            ReporterProfession = texts.ProtectOptional(submission.Reporter?.Profession),
            MessageId = texts.ProtectOptional(submission.MessageId),
            UnknownSite = texts.ProtectOptional(unknownSite),
            MayIdentify = http.Warnings().Any(w => w.Code != FieldCodes.UnknownSite
                && IdentityWarning.IsShared(w.Pointer, unknownSite is not null)),
        };
        var record = new DeviationRecord
        {
            Id = id,
            ReporterOrganization = reporter.OrganizationNumber,
            ReportingUnit = facts.ReporterUnit,
            SubmittedBy = submission.Reporter is { Anonymous: true } ? null : caller.Subject,
            ClientId = caller.ClientId,
            ClientReference = submission.ClientReference!,
            ContentPrint = print,
            RespondentOrganization = facts.RespondentOrganization,
            Community = facts.Community,
            Direction = facts.Direction,
            Agreement = facts.Agreement,
            ReceivedAt = now,
            OccurredFrom = occurredFrom,
            OccurredUntil = occurredUntil,
            HasPatient = facts.HasPatient,
            PatientsGiven = facts.PatientsGiven,
            PatientsAffected = facts.PatientsAffected,
            Submission = DeviationRecord.Seal(submission, texts),
            Sent = submission.WithoutPatients(),
            StatusVersion = 1,
            Status = CaseStates.Submitted,
            Category = facts.Category,
            Clause = facts.Clause,
            ActualHarm = facts.ActualHarm,
        };
        var sealedPatients = envelopes.SealAll(id, submission.AllPatients());
        Stored? stored = null;
        await writer.WriteAsync(unit =>
        {
            // Every submission takes the year's counter, so it is taken last: whoever waits for it holds nothing that another waits for.
            unit.AtEnd(EndOrder.Numbering + NorwegianCalendar.DayOf(now).Year, async () =>
                stored = await StoreAsync(unit, references, record, sealedPatients, @event, SubmitterOf(caller, submission, @event)));
            return Task.FromResult(true);
        }, ct);
        if (stored!.Is(id)) return TypedResults.Created($"/api/v1/deviations/{id}", stored.Receipt(record));
        if (!print.AsSpan().SequenceEqual(stored.ContentPrint)) return Problem.Conflict(ProblemCodes.ClientReferenceReused);
        await using var db = await databases.CreateDbContextAsync(ct);
        return TypedResults.Ok((await db.Deviations.SingleAsync(d => d.Id == stored.Id, ct)).Opened(texts).Receipt());
    }

    // The receipt of a submission that was accepted earlier holds, even if the rules or the state of the service would refuse it today.
    private static async Task<Deviation?> FindReceiptAsync(
        Submission sent, Caller caller, PatientEnvelopes envelopes, TextProtector texts, IDbContextFactory<ReportingDbContext> databases, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var earlier = await db.Deviations.FirstOrDefaultAsync(
            d => d.ReporterOrganization == caller.Organization && d.ClientId == caller.ClientId && d.ClientReference == sent.ClientReference, ct);
        return earlier is not null && envelopes.Fingerprint(sent).AsSpan().SequenceEqual(earlier.ContentPrint) ? earlier.Opened(texts).Receipt() : null;
    }

    private static async Task<Results<Ok<ValidationAnswer>, Problem>> ValidateAsync(HttpContext http, Caller caller, SubmissionRules rules, TimeProvider clock)
    {
        if (rules.Reporter(caller) is not { } reporter) return new Problem(StatusCodes.Status403Forbidden, ProblemCodes.OrganizationNotInDirectory);
        var (submission, problem) = await StrictJson.ReadAsync<Submission>(http.Request, ClientJson.Default,
            (s, errors) => Check(s, rules, reporter, http, errors));
        if (submission is null) return problem!;
        var facts = rules.Facts(submission, reporter, reference: "", clock.GetUtcNow());
        return TypedResults.Ok(new ValidationAnswer(true, new SubmissionPreview
        {
            Community = facts.Community,
            Direction = facts.Direction,
            ReporterOrganization = facts.ReporterOrganization,
            RespondentOrganization = facts.RespondentOrganization,
            Agreement = AgreementReference.Of(facts),
            Category = facts.Category,
            HasPatient = facts.HasPatient,
            PatientsAffected = facts.AffectedPatients,
        },
        http.Warnings()));
    }

    // A site that the directory does not know is accepted, and decides nothing.
    internal static void Check(Submission s, SubmissionRules rules, Party reporter, HttpContext http, FieldErrors errors)
    {
        rules.Check(s, reporter, errors);
        if (rules.UnknownSite(s) is not null) http.Warn("/respondent/site", FieldCodes.UnknownSite);
    }

    /// <summary>The deviation that is stored under the client's reference: this one, or an earlier one.</summary>
    private sealed record Stored(Guid Id, string Reference, byte[] ContentPrint)
    {
        public bool Is(Guid id) => Id == id;

        public Deviation Receipt(DeviationRecord record) => record.Receipt() with { Reference = Reference };
    }

    private static async Task<Stored> StoreAsync(UnitOfWork<ReportingDbContext> unit, ReferenceNumbers references, DeviationRecord d,
        IReadOnlyList<EnvelopeRecord> envelopes, DeviationSubmitted submitted, SubmitterRecorded? submitter)
    {
        var earlier = await unit.Sql.QueryAsync(
            "select id, reference, content_print from deviations where reporter_organization = @p1 and client_id = @p2 and client_reference = @p3",
            r => new Stored(r.GetGuid(0), r.GetString(1), r.GetFieldValue<byte[]>(2)), d.ReporterOrganization, d.ClientId, d.ClientReference);
        if (earlier is [var first]) return first;

        // In the same transaction, so that no number is skipped or given twice.
        var year = NorwegianCalendar.DayOf(d.ReceivedAt).Year;
        for (var attempt = 1; ; attempt++)
        {
            var number = await unit.Sql.ScalarAsync<int>(
                """
                insert into reference_counter (year, last) values (@p1, 1)
                on conflict (year) do update set last = reference_counter.last + 1 returning last
                """, year);
            d.Reference = references.Of(year, number);
            if (await unit.InsertIfNewAsync(d)) break;
            // Then it is not the reference: another submission has the client's reference, and the engine says so.
            if (attempt == MaxReferences) await unit.InsertAsync(d);
        }
        // The counter's row is held: of two such reports at the same time, the later finds the earlier.
        foreach (var envelope in envelopes) await unit.InsertAsync(envelope);
        var samePatient = envelopes.Count == 0 ? null
            : await SamePatientAsync(unit, d.Id, d.ReporterOrganization, d.RespondentOrganization, d.OccurredFrom!.Value, after: 0);
        await unit.EnqueueAsync(submitted with { Facts = submitted.Facts with { Reference = d.Reference }, SamePatient = samePatient });
        if (submitter is not null) await unit.EnqueueAsync(submitter);
        return new Stored(d.Id, d.Reference, d.ContentPrint);
    }

    // A person who says who they are is notified of the answer; who a confidential reporter is leaves this service in no form.
    private static SubmitterRecorded? SubmitterOf(Caller caller, Submission submission, DeviationSubmitted submitted) =>
        caller.Is(Roles.Client) || submission.Reporter is { Anonymous: true } or { Confidential: true } ? null : new()
        {
            DeviationId = submitted.DeviationId,
            Version = submitted.Version,
            OccurredAt = submitted.OccurredAt,
            Organization = caller.Organization,
            Print = SubmitterRecorded.PrintOf(caller.Organization, caller.Subject),
        };

    /// <summary>
    /// Deviations of one of the same patients between the same two parties, in either direction, of the same day or the next; newest first.
    /// </summary>
    /// <param name="unit">Where the envelopes have been written.</param>
    /// <param name="id">The deviation.</param>
    /// <param name="reporter">Who reported it.</param>
    /// <param name="respondent">Who is to answer it.</param>
    /// <param name="occurred">When it occurred.</param>
    /// <param name="after">Only the patients whose envelope has a higher number.</param>
    internal static Task<List<Guid>> SamePatientAsync(
        UnitOfWork<ReportingDbContext> unit, Guid id, string reporter, string respondent, DateTimeOffset occurred, int after)
    {
        const int DaysApart = 1, Most = 5;
        var day = NorwegianCalendar.DayOf(occurred);
        // By the times that a search by date goes by: no other report is opened.
        return unit.Sql.QueryAsync(
            """
            select d.id from deviations d where d.id in (
                select e.deviation_id from envelopes own join envelopes e on e.patient_print = own.patient_print
                where own.deviation_id = @p1 and own.number > @p4 and e.deviation_id <> @p1)
              and d.status not in ('withdrawn', 'rejected', 'enteredInError')
              and ((d.reporter_organization = @p2 and d.respondent_organization = @p3)
                or (d.reporter_organization = @p3 and d.respondent_organization = @p2))
              and d.occurred_from >= @p5 and d.occurred_from < @p6
            order by d.received_at desc limit @p7
            """,
            r => r.GetGuid(0), id, reporter, respondent, after, NorwegianCalendar.StartOf(day.AddDays(-DaysApart)).ToUnixTimeMilliseconds(),
            NorwegianCalendar.StartOf(day.AddDays(DaysApart + 1)).ToUnixTimeMilliseconds(), Most);
    }
}

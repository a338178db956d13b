using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;
using Avvik.Messaging;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.Persistence;
using Avvik.Reporting.SubmitDeviation;
using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Fhir;

/// <summary>Deviations as AdverseEvent: another form of the same submission, with the same rules, receipt and access.</summary>
internal static class AdverseEventEndpoints
{
    private const string Subject = "subject:identifier", Newest = "newest", ByDate = "date", ByDateDescending = "-date";
    private static readonly string[] Parameters = ["identifier", "date", "category", "_count", "_sort", "cursor"];

    public static void MapAdverseEvents(this RouteGroupBuilder fhir)
    {
        var events = fhir.MapGroup("/AdverseEvent").RequireAuthorization(Policies.Reporter);
        events.MapPost("", CreateAsync).WithParameters();
        events.MapPost("/$validate", ValidateAsync).WithParameters();
        events.MapGet("", SearchAsync).WithParameters([.. Parameters, Subject]);
        events.MapPost("/_search", SearchAsync).WithParameters([.. Parameters, Subject]);
        fhir.MapGroup("/AdverseEvent").RequireAuthorization(Policies.CaseReader).MapGet("/{id:guid}", GetAsync).WithParameters();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, Caller caller, SubmissionRules rules, PatientEnvelopes envelopes, TextProtector texts,
        ReferenceNumbers references, Writer<ReportingDbContext> writer, IDbContextFactory<ReportingDbContext> databases, MessagingMetrics messaging,
        TimeProvider clock, CancellationToken ct)
    {
        var accepted = await SubmitDeviationEndpoints.AcceptAsync(check => ReadAsync(http, caller, check), http, caller, rules, envelopes, texts, references,
            writer, databases, messaging, clock, ct);
        return accepted.Result switch
        {
            Created<Deviation> { Value: { } created } => Receipt(created, StatusCodes.Status201Created),
            Ok<Deviation> { Value: { } repeated } => Receipt(repeated, StatusCodes.Status200OK),
            var refused => refused,
        };
    }

    private static FhirAnswer Receipt(Deviation deviation, int status) =>
        new(AdverseEventMap.Write(deviation, version: 1, deviation.ReceivedAt), status) { Location = $"/fhir/AdverseEvent/{deviation.Id}", IsWritten = true };

    // What is wrong is the answer, not an error (R4, resource-operation-validate.html).
    private static async Task<IResult> ValidateAsync(HttpContext http, Caller caller, SubmissionRules rules)
    {
        if (rules.Reporter(caller) is not { } reporter) return new Problem(StatusCodes.Status403Forbidden, ProblemCodes.OrganizationNotInDirectory);
        var (submission, problem) = await ReadAsync(http, caller, (s, errors) => SubmitDeviationEndpoints.Check(s, rules, reporter, http, errors));
        if (submission is not null) return new FhirAnswer(FhirAnswer.WrittenOutcome(http));
        return problem!.Errors is { } errors ? new Problem(StatusCodes.Status200OK, problem.Code) { Errors = errors } : problem;
    }

    private static async Task<(Submission?, Problem?)> ReadAsync(HttpContext http, Caller caller, Action<Submission, FieldErrors> check)
    {
        var (resource, reader, problem) = await FhirBody.ReadAsync<AdverseEvent>(http.Request);
        if (resource is null) return (null, problem);
        var submission = AdverseEventMap.Read(resource, reader!, caller);
        // Conditional create is our idempotency, which goes by the identifier alone.
        if (http.Request.Headers["If-None-Exist"] is { Count: > 0 } condition
            && Uri.UnescapeDataString(condition.ToString().TrimStart('?')) != $"identifier={FhirSystems.ClientReference}|{submission.ClientReference}")
            reader!.Errors.Add("http.If-None-Exist", FieldCodes.Inconsistent);
        return StrictJson.Check(http, submission, ClientJson.Default, reader!.Errors, check);
    }

    private static async Task<IResult> GetAsync(Guid id, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        if (await access.VisibleTo(db.Deviations, caller).FirstOrDefaultAsync(d => d.Id == id, ct) is not { } row) return Problem.NotFound();
        return new FhirAnswer(As(row, (await DeviationViews.ViewAsync([row], caller, db, texts, journal, ct))[0]));
    }

    private static AdverseEvent As(DeviationRecord row, Deviation view) => AdverseEventMap.Write(view, row.StatusVersion, view.Timeline.Max(t => t.At));

    private static async Task<IResult> SearchAsync(HttpContext http, Caller caller, DeviationAccess access, ReportingDbContext db, TextProtector texts,
        PatientEnvelopes envelopes, AccessJournal<ReportingDbContext> journal, Writer<ReportingDbContext> writer, CancellationToken ct)
    {
        var (search, problem) = await FhirSearch.ReadAsync(http.Request, Parameters, Subject);
        if (search is null) return problem!;
        var query = access.VisibleTo(db.Deviations, caller);
        if (search.Token("identifier") is var (system, value))
            query = system switch
            {
                FhirSystems.ClientReference => query.Where(d => d.ClientReference == value),
                FhirSystems.Reference => query.Where(d => d.Reference == value),
                null => query.Where(d => d.ClientReference == value || d.Reference == value),
                _ => query.Where(d => false),
            };
        if (search.Codes("category", FhirSystems.CodeSystem("categories"), Vocabulary.Categories.ContainsKey) is { } categories)
            query = query.Where(d => categories.Contains(d.Category));
        foreach (var filter in search.Dates("date")) query = Occurred(query, filter);
        var (after, take, sort) = (search.After(), search.Count(Cursor.MaxLimit), search.Sort(Newest, ByDate, ByDateDescending));
        var patient = search.Token(Subject);
        if (patient is { } named && (FhirSystems.PatientIdentifierType(named.System) is not { } type || !PersonNumber.IsValid(named.Value, type)))
            search.Errors.Add($"/{Subject}", FieldCodes.InvalidIdentifier);
        if (search.Errors.Any) return Problem.Invalid(search.Errors);

        if (patient is not null)
        {
            var print = envelopes.PrintOf(patient.Value.Value);
            query = query.Where(d => db.Set<EnvelopeRecord>().Any(v => v.DeviationId == d.Id && v.PatientPrint == print));
            // One patient's fit in a page: a link to the next would have to name the patient.
            take = Cursor.MaxLimit;
        }
        var rows = await Sorted(query, sort, after).Take(take + 1).ToListAsync(ct);
        var next = rows.Count > take && patient is null ? CursorOf(rows[take - 1], sort) : null;
        rows = rows[..Math.Min(take, rows.Count)];
        if (patient is not null)
            await writer.WriteAsync(unit =>
            {
                journal.Append(unit, caller, AccessActions.PatientSearched, [.. rows.Select(r => r.Id)]);
                return System.Threading.Tasks.Task.FromResult(true);
            }, ct);
        var views = await DeviationViews.ViewAsync(rows, caller, db, texts, journal, ct);
        return new FhirAnswer(FhirSearch.Page("AdverseEvent", http.Request, rows.Zip(views, As), next));
    }

    /// <summary>R4, search.html#prefix: of a day or a moment, both have a beginning and an end.</summary>
    private static IQueryable<DeviationRecord> Occurred(IQueryable<DeviationRecord> query, DateFilter filter)
    {
        var (from, until) = (filter.From, filter.Until);
        return filter.Prefix switch
        {
            "ne" => query.Where(d => d.OccurredFrom < from || d.OccurredUntil > until),
            "gt" => query.Where(d => d.OccurredUntil > until),
            "lt" => query.Where(d => d.OccurredFrom < from),
            "ge" => query.Where(d => d.OccurredFrom >= from || d.OccurredUntil > until),
            "le" => query.Where(d => d.OccurredUntil <= until || d.OccurredFrom < from),
            "sa" => query.Where(d => d.OccurredFrom >= until),
            "eb" => query.Where(d => d.OccurredUntil <= from),
            _ => query.Where(d => d.OccurredFrom >= from && d.OccurredUntil <= until),
        };
    }

    private static IQueryable<DeviationRecord> Sorted(IQueryable<DeviationRecord> query, string sort, (long SortKey, Guid Id)? after)
    {
        var (at, id) = after is { } position ? (DateTimeOffset.FromUnixTimeMilliseconds(position.SortKey), position.Id) : default;
        return sort switch
        {
            ByDate => (after is null ? query : query.Where(d => d.OccurredFrom > at || (d.OccurredFrom == at && d.Id.CompareTo(id) > 0)))
                .OrderBy(d => d.OccurredFrom).ThenBy(d => d.Id),
            ByDateDescending => (after is null ? query : query.Where(d => d.OccurredFrom < at || (d.OccurredFrom == at && d.Id.CompareTo(id) < 0)))
                .OrderByDescending(d => d.OccurredFrom).ThenByDescending(d => d.Id),
            _ => (after is null ? query : query.Where(d => d.ReceivedAt < at || (d.ReceivedAt == at && d.Id.CompareTo(id) < 0)))
                .OrderByDescending(d => d.ReceivedAt).ThenByDescending(d => d.Id),
        };
    }

    private static string CursorOf(DeviationRecord row, string sort) =>
        Cursor.Of((sort == Newest ? row.ReceivedAt : row.OccurredFrom ?? default).ToUnixTimeMilliseconds(), row.Id);
}

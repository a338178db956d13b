using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Access;
using Avvik.Routing.Cases;
using Avvik.Routing.HandleCase;
using Avvik.Routing.Persistence;
using Avvik.Routing.Search;
using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Avvik.Routing.Fhir;

/// <summary>Cases as Task: another form of the same case, with the same access, actions and versions.</summary>
internal static class TaskEndpoints
{
    // Each is read whole, with its history.
    private const int MaxCount = 50;
    private const string Newest = "-authored-on", Oldest = "authored-on", OwnerByIdentifier = "owner:identifier";
    private static readonly string[] Parameters = ["owner", OwnerByIdentifier, "status", "modified", "_count", "_sort", "cursor"];

    public static void MapTasks(this RouteGroupBuilder fhir)
    {
        var tasks = fhir.MapGroup("/Task").RequireAuthorization(Policies.CaseParty);
        tasks.MapGet("", SearchAsync).WithParameters(Parameters);
        tasks.MapPost("/_search", SearchAsync).WithParameters(Parameters);
        tasks.MapPut("/{id:guid}", UpdateAsync).WithParameters();
        fhir.MapGroup("/Task").RequireAuthorization(Policies.CaseReader).MapGet("/{id:guid}", GetAsync).WithParameters();
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct) =>
        await CaseView.DetailsAsync(id, http, caller, access, db, journal, clock, ct) is { } details
            ? new FhirAnswer(TaskMap.Write(details)) : Problem.NotFound();

    private static async Task<IResult> UpdateAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer, RoutingDbContext db,
        TextProtector texts, AccessJournal<RoutingDbContext> journal, CaseAccess access, CaseIndex index, CurrentDirectory directory,
        CurrentRules rules, TimeProvider clock, CancellationToken ct)
    {
        var (sent, reader, problem) = await FhirBody.ReadAsync<FhirTask>(http.Request);
        if (sent is null) return problem!;
        if (await CaseView.DetailsAsync(id, http, caller, access, db, journal, clock, ct) is not { } details) return Problem.NotFound();
        if (IfMatch.Check(http.Request, details.Case.Version) is { } stale) return stale;
        var (action, body) = TaskMap.Read(sent, TaskMap.Write(details), details.Case.Kind == Vocabulary.Praise, reader!);
        if (reader!.Errors.Any) return Problem.Invalid(reader.Errors);
        if (action is null) return Written(details);
        db.ChangeTracker.Clear();
        var acted = await HandleCaseEndpoints.ActAsync(id, CaseRules.Find(action)!,
            check => System.Threading.Tasks.Task.FromResult(StrictJson.Check(http, body, ClientJson.Default, reader.Errors, check)),
            http, caller, writer, db, texts, journal, access, index, directory.Now, rules, clock, ct);
        return acted.Result switch
        {
            Ok<CaseDetails> { Value: { } now } => Written(now),
            var refused => refused,
        };
    }

    private static FhirAnswer Written(CaseDetails details) => new(TaskMap.Write(details)) { IsWritten = true };

    private static async Task<IResult> SearchAsync(HttpContext http, Caller caller, CaseAccess access, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var (search, problem) = await FhirSearch.ReadAsync(http.Request, Parameters);
        if (search is null) return problem!;
        var query = db.Cases.Where(access.VisibleTo(caller));
        foreach (var owner in new[] { search.One("owner"), search.One(OwnerByIdentifier) }.OfType<string>())
        {
            var number = TaskStates.OwnerOf(owner);
            query = query.Where(c => c.RespondentOrganization == number);
        }
        if (search.Codes("status", TaskStates.StatusSystem, TaskStates.IsStatus) is { } statuses)
        {
            var states = statuses.SelectMany(TaskStates.StatesOf).ToList();
            query = query.Where(c => states.Contains(c.State));
        }
        foreach (var filter in search.Dates("modified")) query = Modified(query, filter);
        var (after, take, sort) = (search.After(), search.Count(MaxCount), search.Sort(Newest, Oldest));
        if (search.Errors.Any) return Problem.Invalid(search.Errors);

        // An id begins with the moment of receipt (RFC 9562, version 7).
        var (newest, id) = (sort == Newest, after?.Id ?? default);
        if (after is not null) query = newest ? query.Where(c => c.Id.CompareTo(id) < 0) : query.Where(c => c.Id.CompareTo(id) > 0);
        var ids = await (newest ? query.OrderByDescending(c => c.Id) : query.OrderBy(c => c.Id)).Select(c => c.Id).Take(take + 1).ToListAsync(ct);
        var shown = await CaseView.DetailsAsync([.. ids.Take(take)], caller, access, db, journal, clock, ct);
        return new FhirAnswer(FhirSearch.Page("Task", http.Request, shown.Select(TaskMap.Write), ids.Count > take ? Cursor.Of(0, ids[take - 1]) : null));
    }

    /// <summary>By its last change (R4, search.html#prefix); a moment has no end of its own.</summary>
    private static IQueryable<Case> Modified(IQueryable<Case> cases, DateFilter filter)
    {
        var (from, until) = (filter.From, filter.Until);
        return filter.Prefix switch
        {
            "gt" or "sa" => cases.Where(c => c.ChangedAt >= until),
            "ge" => cases.Where(c => c.ChangedAt >= from),
            "lt" or "eb" => cases.Where(c => c.ChangedAt < from),
            "le" => cases.Where(c => c.ChangedAt < until),
            "ne" => cases.Where(c => c.ChangedAt < from || c.ChangedAt >= until),
            _ => cases.Where(c => c.ChangedAt >= from && c.ChangedAt < until),
        };
    }
}

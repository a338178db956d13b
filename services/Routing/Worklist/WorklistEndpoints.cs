using System.Linq.Expressions;
using System.Text.Json;
using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Routing.Cases;
using Avvik.Routing.HandleCase;
using Avvik.Routing.Persistence;
using Avvik.Routing.Search;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Worklist;

/// <param name="Organization">Cases in which this party, too, has a part.</param>
/// <param name="Q">Words, or beginnings of words, that reference and narrative have all of.</param>
/// <param name="Sort"><c>dueAt</c> (default), <c>-receivedAt</c> or <c>-actualHarm</c>.</param>
internal sealed record WorklistQuery(string? Unit, string? Organization, string? State, string? Category, bool? Overdue, string? Q, string? Sort, string? Cursor, int? Limit);

internal static class WorklistEndpoints
{
    private static readonly string[] FinalStates = [CaseStates.Closed, CaseStates.Rejected, CaseStates.Duplicate, CaseStates.Withdrawn, CaseStates.EnteredInError];
    private static readonly string[] AnsweredStates = [CaseStates.Answered, CaseStates.Disputed, CaseStates.AwaitingReporter, .. FinalStates];

    public static RouteGroupBuilder MapWorklist(this RouteGroupBuilder cases)
    {
        cases.MapGet("", ListAsync).WithName("ListCases").WithSummary("The worklist: what the caller's party has a part in and is not closed, by due date").Produces<Page<CaseRow>>().ProducesProblem(422);
        cases.MapGet("/{id:guid}", GetAsync).WithName("GetCase").WithSummary("A case, the same for both parties; its ETag is its version").Produces<CaseDetails>().ProducesProblem(404);
        return cases;
    }

    /// <summary>A party sees the cases it reported and those it is to answer. Nothing else exists for it.</summary>
    public static Expression<Func<Case, bool>> VisibleTo(Caller caller) =>
        c => c.RespondentOrganization == caller.Organization || c.ReporterOrganization == caller.Organization;

    private static async Task<IResult> ListAsync([AsParameters] WorklistQuery query, Caller caller, RoutingDbContext db, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (query.State is not null && !Vocabulary.CaseStates.ContainsKey(query.State)) errors.Add("/state", "unknownCode");
        if (query.Category is not null && !Vocabulary.Categories.ContainsKey(query.Category)) errors.Add("/category", "unknownCode");
        if (query.Organization is not null && HealthCommunities.Party(query.Organization) is null) errors.Add("/organization", "unknownOrganization");
        if (query.Sort is not (null or "dueAt" or "-receivedAt" or "-actualHarm")) errors.Add("/sort", "unknownCode");
        if (query.Q is { Length: > 200 }) errors.Add("/q", "tooLong", 200);
        var (after, take) = (Cursor.Read(query.Cursor, errors), Cursor.Limit(query.Limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        var now = clock.GetUtcNow();
        // Who searches may look for what is closed; who does not wants what is left to do.
        bool[] finals = query.State is { } state ? [CaseStates.IsFinal(state)] : query.Q is null ? [false] : [false, true];
        var (found, areFew) = (db.Cases.AsQueryable(), false);
        if (query.Q is { Length: > 0 } q)
        {
            var words = SearchWords.Of(q);
            if (words.Count == 0) return Results.Json(new Page<CaseRow>([], null), ClientJson.Default.PageCaseRow);
            (found, areFew) = await CaseIndex.FindAsync(db, caller.Organization, words, ct);
        }
        found = Filtered(found, query, now);
        // First which ones, which an index alone can tell, and then the rows of this page: cases are wide, and few of those that are sorted are shown.
        var pages = (areFew ? [found.Where(VisibleTo(caller)).Where(c => finals.Contains(c.IsFinal))] : Ranges(found, query.Unit, finals, caller))
            .Select(range => Sorted(range, query.Sort, after).Take(take + 1).Select(c => new { c.Id, c.DueAt, c.HarmRank }));
        var places = (await pages.Aggregate((all, page) => all.Concat(page)).ToListAsync(ct)).ConvertAll(c => (c.Id, Key: SortKey(c.DueAt, c.HarmRank, query.Sort)));
        places = [.. (Ascending(query.Sort) ? places.OrderBy(p => p.Key).ThenBy(p => p.Id) : places.OrderByDescending(p => p.Key).ThenByDescending(p => p.Id)).Take(take + 1)];
        var shown = places.Take(take).Select(p => p.Id).ToList();
        var rows = await db.Cases.Where(c => shown.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        await journal.ReadAsync(caller, AccessActions.CasesListed, shown, ct);
        var next = places.Count > take ? Cursor.Of(places[take - 1].Key, places[take - 1].Id) : null;
        return Results.Json(new Page<CaseRow>([.. shown.Where(rows.ContainsKey).Select(id => Row(rows[id], now))], next), ClientJson.Default.PageCaseRow);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Caller caller, RoutingDbContext db, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct) =>
        await DetailsAsync(id, http, caller, db, journal, clock, ct) ?? Problem.NotFound();

    public static async Task<IResult?> DetailsAsync(Guid id, HttpContext http, Caller caller, RoutingDbContext db, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var @case = await db.Cases.Include(c => c.Measures).Where(VisibleTo(caller)).FirstOrDefaultAsync(c => c.Id == id, ct);
        if (@case is null) return null;
        var events = await db.CaseEvents.Where(e => e.CaseId == id).OrderBy(e => e.Version).ToListAsync(ct);
        var messages = await db.ReporterMessages.Where(m => m.CaseId == id).OrderBy(m => m.Number).ToListAsync(ct);
        var duplicates = await db.CaseDuplicates.Where(d => d.MainCase == id).OrderBy(d => d.At).ToListAsync(ct);
        var facts = @case.ReadFacts();
        await journal.ReadAsync(caller, AccessActions.CaseRead, [id], ct);
        http.Response.Headers.ETag = $"\"{@case.Version}\"";
        return Results.Json(new CaseDetails
        {
            Case = Row(@case, clock.GetUtcNow()),
            Agreement = facts.Agreement is null ? null : new(facts.Agreement, facts.Clause),
            OccurredOn = facts.OccurredOn,
            Narrative = @case.Narrative,
            ImmediateAction = @case.ImmediateAction,
            SuggestedMeasure = @case.SuggestedMeasure,
            PatientGroups = facts.PatientGroups,
            HasPatient = facts.HasPatient,
            Reasons = JsonSerializer.Deserialize<string[]>(@case.Reasons)!,
            Routing = new(@case.Rule, @case.RuleVersion),
            Answer = @case.ReadAnswer(),
            Question = @case.Question,
            SeriousIncident = @case.SeriousIncident(),
            Closings = @case.ReadClosings(),
            // The answering party knows of each; another reporter only that somebody else has reported the same.
            Duplicates = [.. duplicates.Select(d => caller.Organization == @case.RespondentOrganization || caller.Organization == d.ReporterOrganization
                ? new CaseDuplicate(d.Id, d.Reference, d.ReporterOrganization, d.Narrative)
                : new CaseDuplicate(d.Id, d.Reference, null, null))],
            AllowedActions = CaseRules.AllowedActions(@case, HandleCaseEndpoints.ActorOf(caller), clock.GetUtcNow()),
            RefusedActions = CaseRules.RefusedActions(@case, HandleCaseEndpoints.ActorOf(caller), clock.GetUtcNow()),
            Timeline = [.. events.Select(e => new CaseEvent(e.Version, e.At, e.Action, e.Organization, e.Organization == caller.Organization ? e.Actor : null, e.State, e.Unit, e.Text))
                .Concat(messages.Select(m => new CaseEvent(events.LastOrDefault(e => e.At <= m.At)?.Version ?? 0, m.At, "reporterMessage", m.Organization, null, @case.State, @case.Unit, m.Text)))
                .OrderBy(e => e.At)],
        }, ClientJson.Default.CaseDetails);
    }

    private static IQueryable<Case> Filtered(IQueryable<Case> cases, WorklistQuery query, DateTimeOffset now)
    {
        if (query.Unit is { } unit) cases = cases.Where(c => c.Unit == unit);
        if (query.Organization is { } organization) cases = cases.Where(c => c.RespondentOrganization == organization || c.ReporterOrganization == organization);
        if (query.Category is { } category) cases = cases.Where(c => c.Category == category);
        if (query.State is { } state) cases = cases.Where(c => c.State == state);
        if (query.Overdue is true) cases = cases.Where(c => c.DueAt < now && !AnsweredStates.Contains(c.State));
        if (query.Overdue is false) cases = cases.Where(c => c.DueAt >= now || AnsweredStates.Contains(c.State));
        return cases;
    }

    /// <summary>
    /// What the caller may see, in ranges that an index has in the order of the list. One question about them all would read, and sort, every case of
    /// the party to give its first fifty.
    /// </summary>
    private static IEnumerable<IQueryable<Case>> Ranges(IQueryable<Case> cases, string? unit, bool[] finals, Caller caller)
    {
        var own = caller.Organization;
        foreach (var final in finals)
        {
            if (unit is not null) yield return cases.Where(VisibleTo(caller)).Where(c => c.Unit == unit && c.IsFinal == final);
            else
            {
                yield return cases.Where(c => c.RespondentOrganization == own && c.IsFinal == final);
                yield return cases.Where(c => c.ReporterOrganization == own && c.RespondentOrganization != own && c.IsFinal == final);
            }
        }
    }

    private static bool Ascending(string? sort) => sort is null or "dueAt";

    private static IQueryable<Case> Sorted(IQueryable<Case> cases, string? sort, (long SortKey, Guid Id)? after)
    {
        var (key, id) = after ?? default;
        switch (sort)
        {
            // An id is made at receipt and begins with that moment (RFC 9562, version 7): its order is that of receipt, and each index has it.
            case "-receivedAt":
                return (after is null ? cases : cases.Where(c => c.Id.CompareTo(id) < 0)).OrderByDescending(c => c.Id);
            case "-actualHarm":
                return (after is null ? cases : cases.Where(c => c.HarmRank < key || (c.HarmRank == key && c.Id.CompareTo(id) < 0)))
                    .OrderByDescending(c => c.HarmRank).ThenByDescending(c => c.Id);
            default:
                var at = DateTimeOffset.FromUnixTimeMilliseconds(key);
                return (after is null ? cases : cases.Where(c => c.DueAt > at || (c.DueAt == at && c.Id.CompareTo(id) > 0))).OrderBy(c => c.DueAt).ThenBy(c => c.Id);
        }
    }

    private static long SortKey(DateTimeOffset dueAt, int harmRank, string? sort) => sort switch
    {
        "-receivedAt" => 0,
        "-actualHarm" => harmRank,
        _ => dueAt.ToUnixTimeMilliseconds(),
    };

    internal static CaseRow Row(Case c, DateTimeOffset now)
    {
        var facts = c.ReadFacts();
        return new CaseRow
        {
            Id = c.Id,
            Reference = c.Reference,
            State = c.State,
            Unit = c.Unit,
            Community = c.Community,
            Direction = facts.Direction,
            ReporterOrganization = c.ReporterOrganization,
            RespondentOrganization = c.RespondentOrganization,
            Kind = facts.Kind,
            Category = c.Category,
            Clause = facts.Clause,
            ActualHarm = c.ActualHarm,
            Priority = c.Priority,
            ReceivedAt = c.ReceivedAt,
            DueAt = c.DueAt,
            Overdue = c.DueAt < now && !AnsweredStates.Contains(c.State),
            Hops = c.Hops,
            Version = c.Version,
        };
    }
}

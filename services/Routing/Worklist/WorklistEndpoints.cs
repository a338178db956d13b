using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Routing.Access;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Avvik.Routing.Search;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Worklist;

/// <param name="Organization">Cases in which this party, too, has a part.</param>
/// <param name="Q">Words, or beginnings of words, that reference and narrative have all of.</param>
/// <param name="Sort"><c>dueAt</c> (default), <c>-receivedAt</c> or <c>-actualHarm</c>.</param>
internal sealed record WorklistQuery(string? Unit, string? Organization, string? State, string? Category, bool? Overdue, string? Q, string? Sort,
    string? Cursor, int? Limit);

internal static class WorklistEndpoints
{
    public static RouteGroupBuilder MapWorklist(this RouteGroupBuilder cases)
    {
        cases.MapGet("", ListAsync).WithName("ListCases")
            .WithSummary("The worklist: what the caller's party has a part in and is not closed, by due date").ProducesProblem(422);
        return cases;
    }

    private static async Task<Results<Ok<Page<CaseRow>>, Problem>> ListAsync([AsParameters] WorklistQuery query, Caller caller, CaseAccess access,
        RoutingDbContext db, CaseIndex index, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (query.State is not null && !Vocabulary.CaseStates.ContainsKey(query.State)) errors.Add("/state", FieldCodes.UnknownCode);
        if (query.Category is not null && !Vocabulary.Categories.ContainsKey(query.Category)) errors.Add("/category", FieldCodes.UnknownCode);
        if (query.Organization is not null && HealthCommunities.Party(query.Organization) is null) errors.Add("/organization", FieldCodes.UnknownOrganization);
        if (query.Sort is not (null or "dueAt" or "-receivedAt" or "-actualHarm")) errors.Add("/sort", FieldCodes.UnknownCode);
        if (query.Q is { Length: > 200 }) errors.Add("/q", FieldCodes.TooLong, 200);
        var (after, take) = (Cursor.Read(query.Cursor, errors), Cursor.Limit(query.Limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        var now = clock.GetUtcNow();
        // A search covers closed cases too; the plain list has open ones.
        bool[] finals = query.State is { } state ? [CaseStates.IsFinal(state)] : query.Q is null ? [false] : [false, true];
        var (found, areFew) = (db.Cases.AsQueryable(), false);
        if (query.Q is { Length: > 0 } q)
        {
            var words = SearchWords.Of(q);
            if (words.Count == 0) return TypedResults.Ok(new Page<CaseRow>([], null));
            (found, areFew) = await index.FindAsync(db, caller.Organization, words, ct);
            // Its texts are closed: a word of them finds nothing.
            found = found.Where(c => c.State != CaseStates.EnteredInError);
        }
        found = Filtered(found, query, now);
        // Two queries: ids from an index alone, then the rows of this page. Cases are wide, and few of those that are sorted are shown.
        var pages = (areFew ? [found.Where(access.VisibleTo(caller)).Where(c => finals.Contains(c.IsFinal))]
                : finals.SelectMany(final => Ranges(found, query.Unit, caller, access).Select(range => range.Where(c => c.IsFinal == final))))
            .Select(range => Sorted(range, query.Sort, after).Take(take + 1).Select(c => new { c.Id, c.DueAt, c.HarmRank }));
        var places = (await pages.Aggregate((all, page) => all.Concat(page)).ToListAsync(ct))
            .ConvertAll(c => (c.Id, Key: SortKey(c.DueAt, c.HarmRank, query.Sort)));
        places = [.. (Ascending(query.Sort) ? places.OrderBy(p => p.Key).ThenBy(p => p.Id) : places.OrderByDescending(p => p.Key).ThenByDescending(p => p.Id))
            .Take(take + 1)];
        var shown = places.Take(take).Select(p => p.Id).ToList();
        var rows = await db.Cases.Where(c => shown.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        await journal.ReadAsync(caller, AccessActions.CasesListed, shown, ct);
        var next = places.Count > take ? Cursor.Of(places[take - 1].Key, places[take - 1].Id) : null;
        return TypedResults.Ok(new Page<CaseRow>([.. shown.Where(rows.ContainsKey).Select(id => CaseView.Row(rows[id], now))], next));
    }

    private static IQueryable<Case> Filtered(IQueryable<Case> cases, WorklistQuery query, DateTimeOffset now)
    {
        if (query.Unit is { } unit) cases = cases.Where(c => c.Unit == unit);
        if (query.Organization is { } organization) cases = cases.Where(c => c.RespondentOrganization == organization
            || c.ReporterOrganization == organization);
        if (query.Category is { } category) cases = cases.Where(c => c.Category == category);
        if (query.State is { } state) cases = cases.Where(c => c.State == state);
        if (query.Overdue is true) cases = cases.Where(c => c.DueAt < now && !CaseView.AnsweredStates.Contains(c.State));
        if (query.Overdue is false) cases = cases.Where(c => c.DueAt >= now || CaseView.AnsweredStates.Contains(c.State));
        return cases;
    }

    /// <summary>
    /// What the caller may see, in ranges that an index has in the order of the list. One question about them all would read, and sort, every case of
    /// the party to give its first fifty.
    /// </summary>
    public static IEnumerable<IQueryable<Case>> Ranges(IQueryable<Case> cases, string? unit, Caller caller, CaseAccess access)
    {
        var (own, ownUnit, seesAll) = (caller.Organization, caller.Unit, CaseAccess.SeesAll(caller));
        if (seesAll && access.HasRestricted(caller)) cases = cases.Where(access.VisibleTo(caller));
        if (access.ReachesFurther(caller)) yield return cases.Where(access.VisibleTo(caller)).Where(c => unit == null || c.Unit == unit);
        else if (unit is not null) yield return cases.Where(access.VisibleTo(caller)).Where(c => c.Unit == unit);
        else if (seesAll)
        {
            yield return cases.Where(c => c.RespondentOrganization == own);
            yield return cases.Where(c => c.ReporterOrganization == own && c.RespondentOrganization != own);
        }
        else
        {
            yield return cases.Where(c => c.RespondentOrganization == own && c.Unit == ownUnit);
            yield return cases.Where(c => c.ReporterOrganization == own && c.ReporterUnit == ownUnit && c.RespondentOrganization != own);
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
                return (after is null ? cases : cases.Where(c => c.DueAt > at || (c.DueAt == at && c.Id.CompareTo(id) > 0))).OrderBy(c => c.DueAt)
                    .ThenBy(c => c.Id);
        }
    }

    private static long SortKey(DateTimeOffset dueAt, int harmRank, string? sort) => sort switch
    {
        "-receivedAt" => 0,
        "-actualHarm" => harmRank,
        _ => dueAt.ToUnixTimeMilliseconds(),
    };
}

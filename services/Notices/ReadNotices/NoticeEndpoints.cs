using System.Security.Cryptography;
using System.Text.Json;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Notices.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Notices.ReadNotices;

internal static class NoticeEndpoints
{
    public static RouteGroupBuilder MapNotices(this RouteGroupBuilder notices)
    {
        notices.MapGet("", ListAsync).WithName("ListNotices").WithSummary("What the caller, or a unit, was notified of, newest first")
            .WithDescription("""
                With «unit» those of a unit: for its handlers and leader, and, unless the unit is restricted, the party's coordinators and machines. Without
                it those of the caller's own reports. Kept for half a year. With the ETag as If-None-Match the answer is 304 while nothing has changed.
                """)
            .ProducesProblem(404).ProducesProblem(422);
        return notices;
    }

    private static async Task<Results<Ok<Page<NoticeItem>>, StatusCodeHttpResult, Problem>> ListAsync(string? unit, int? limit, string? cursor,
        HttpContext http, Caller caller, NoticesDbContext db, CurrentDirectory directory, CancellationToken ct)
    {
        var errors = new FieldErrors();
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);
        if (unit is not null && !UnitAccess.MayReadNotices(caller, directory.Now.Party(caller.Organization), unit)) return Problem.NotFound();
        var (code, person) = unit is null ? ("", SubmitterRecorded.PrintOf(caller.Organization, caller.Subject)) : (unit, "");
        string[] served = [.. UnitAccess.Served(directory.Now, caller, unit)];
        var notices = db.Notices.Where(n => n.Unit == code && n.Person == person);
        notices = served.Length == 0 ? notices.Where(n => n.Organization == caller.Organization) : notices.Where(n => served.Contains(n.Organization));
        if (after is var (at, id) && DateTimeOffset.FromUnixTimeMilliseconds(at) is var time)
            notices = notices.Where(n => n.CreatedAt < time || (n.CreatedAt == time && n.Id.CompareTo(id) < 0));
        var found = await notices.OrderByDescending(n => n.CreatedAt).ThenByDescending(n => n.Id).Take(take + 1).ToListAsync(ct);
        var next = found.Count > take ? Cursor.Of(found[take - 1].CreatedAt.ToUnixTimeMilliseconds(), found[take - 1].Id) : null;
        var page = found.Take(take).ToList();
        var ids = page.Select(n => n.Id).ToList();
        var states = (await db.DeliveredNotices.Where(l => ids.Contains(l.NoticeId))
            .Join(db.Deliveries, l => l.DeliveryId, d => d.Id, (l, d) => new { l.NoticeId, d.State }).ToListAsync(ct)).ToLookup(x => x.NoticeId, x => x.State);
        var answer = new Page<NoticeItem>([.. page.Select(n => new NoticeItem(n.Id, n.OccurredAt, n.Kind, n.Percent, n.DeviationId, n.Reference,
            unit, DeliveryOf([.. states[n.Id]])))], next);
        var tag = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(answer, ClientJson.Default.PageNoticeItem))[..12]);
        return IfNoneMatch.IsUnchanged(http, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(answer);
    }

    private static string DeliveryOf(IReadOnlyList<string> states) =>
        states.Contains(DeliveryStates.Failed) ? "failed"
        : states.Any(s => s is DeliveryStates.Pending or DeliveryStates.Sending) ? "pending"
        : states.Contains(DeliveryStates.Sent) ? "sent" : "none";
}

/// <summary>Whose a unit's notices and settings are.</summary>
internal static class UnitAccess
{
    /// <summary>The unit's own people, and those who see all the party's cases, unless the unit is restricted.</summary>
    public static bool MayReadNotices(Caller caller, Party? party, string unit) => party?.Unit(unit) is { } known
        && (IsOfUnit(caller, known) || (caller.IsAny(Roles.Coordinator, Roles.Client) && !party.RestrictedTo(caller.Unit).Contains(unit)));

    /// <summary>The unit's own people, and the party's coordinators and administrators: an address tells nothing of a case.</summary>
    public static bool MaySet(Caller caller, Party? party, string unit) => party?.Unit(unit) is { } known
        && (IsOfUnit(caller, known) || (caller.IsAny(Roles.Coordinator, Roles.Admin) && (known.Host ?? caller.Organization) == caller.Organization));

    /// <summary>The parties that the caller's own unit works for, when they are several: its people are told of the cases of all.</summary>
    public static IEnumerable<string> Served(CareDirectory directory, Caller caller, string? unit) =>
        unit is not null && unit == caller.Unit && directory.Party(caller.Organization)?.Unit(unit)?.Host == caller.Organization
            ? directory.All.SelectMany(c => c.Parties).Where(p => p.Unit(unit)?.Host == caller.Organization).Select(p => p.OrganizationNumber) : [];

    // A token without a unit is for a party that is not divided into units.
    private static bool IsOfUnit(Caller caller, CareUnit unit) => caller.IsAny(Roles.Handler, Roles.UnitLeader)
        && (unit.Host ?? caller.Organization) == caller.Organization && (caller.Unit == unit.Code || (caller.Unit is null && !unit.Restricted));
}

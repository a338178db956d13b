using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Storage;
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.AssignRoles;

/// <summary>Who is what, where, and since when; a party's coordinators and administrators decide for the party, and nobody for themselves.</summary>
internal static class AssignmentEndpoints
{
    private const int MaxLength = 200;

    public static RouteGroupBuilder MapAssignments(this RouteGroupBuilder assignments)
    {
        assignments.MapGet("", ListAsync)
            .WithName("ListAssignments")
            .WithSummary("Roles given at the caller's party, those that are over too, newest first")
            .ProducesProblem(422);
        assignments.MapPost("", AssignAsync).WithName("AssignRole")
            .WithSummary("Gives somebody else a role at the caller's party; counts in every service within seconds, admin and auditor once confirmed")
            .Accepts<NewAssignment>("application/json").ProducesProblem(404).ProducesProblem(422);
        assignments.MapPost("/{id:guid}/confirm", ConfirmAsync).RequireAuthorization(Policies.Admin).WithName("ConfirmAssignment")
            .WithSummary("Confirms an assignment of admin or auditor, as a second administrator: neither who gave it nor who is given it")
            .ProducesProblem(404).ProducesProblem(409);
        assignments.MapPost("/{id:guid}/end", EndAsync).WithName("EndAssignment").WithSummary("Ends it: at once, or with a last day")
            .Accepts<EndAssignment>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        return assignments;
    }

    public static RouteGroupBuilder MapEffectiveRoles(this RouteGroupBuilder assignments)
    {
        assignments.MapGet("/me", (Caller caller) =>
                TypedResults.Ok(new EffectiveRoles(caller.Organization, caller.Unit, [.. caller.Roles.Order(StringComparer.Ordinal)])))
            .WithName("GetEffectiveRoles").WithSummary("The caller's effective roles: the token's, and those that the caller is assigned");
        return assignments;
    }

    private static async Task<Results<Ok<Page<Assignment>>, Problem>> ListAsync(string? organization, string? subject, string? role, bool? active,
        string? cursor, int? limit, Caller caller, RoutingDbContext db, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (role is not null && !Vocabulary.Roles.ContainsKey(role)) errors.Add("/role", FieldCodes.UnknownCode);
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);
        var party = organization ?? caller.Organization;
        if (party != caller.Organization) return Problem.NotFound();

        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        var rows = db.RoleAssignments.Where(a => a.Organization == party);
        if (subject is not null) rows = rows.Where(a => a.Subject == subject);
        if (role is not null) rows = rows.Where(a => a.Role == role);
        // What waits for a confirmation is shown with what counts: somebody has to act on it.
        if (active is true) rows = rows.Where(a => !a.Revoked && (a.Pending || a.ValidFrom <= today) && (a.ValidTo == null || a.ValidTo >= today));
        if (active is false) rows = rows.Where(a => a.Revoked || (!a.Pending && a.ValidFrom > today) || a.ValidTo < today);
        if (after is { Id: var last }) rows = rows.Where(a => a.Id.CompareTo(last) < 0);
        var found = await rows.OrderByDescending(a => a.Id).Take(take + 1).ToListAsync(ct);
        return TypedResults.Ok(new Page<Assignment>([.. found.Take(take).Select(a => a.View(today))],
            found.Count > take ? Cursor.Of(0, found[take - 1].Id) : null));
    }

    private static async Task<Results<Created<Assignment>, Problem>> AssignAsync(HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var today = NorwegianCalendar.DayOf(now);
        var (from, to) = (today, (DateOnly?)null);
        var (body, problem) = await StrictJson.ReadAsync<NewAssignment>(http.Request, ClientJson.Default, (b, errors) =>
        {
            FreeText.CheckOptional(b.Subject, "/subject", MaxLength, errors, required: true);
            if (b.Subject == caller.Subject) errors.Add("/subject", FieldCodes.OwnRole);
            FreeText.CheckOptional(b.Name, "/name", MaxLength, errors);
            FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors, required: true);
            if (b.Role is null) errors.Add("/role", FieldCodes.Required);
            else if (!Vocabulary.Roles.ContainsKey(b.Role)) errors.Add("/role", FieldCodes.UnknownCode);
            else if (b.Role is Roles.Admin or Roles.Auditor && !caller.Is(Roles.Admin)) errors.Add("/role", FieldCodes.AdministratorsRole);
            if (b.Unit is null && b.Role is Roles.Handler or Roles.UnitLeader) errors.Add("/unit", FieldCodes.Required);
            if (b.Unit is not null && current.Now.Party(caller.Organization)?.Unit(b.Unit)?.IsOpenOn(today) != true)
                errors.Add("/unit", FieldCodes.UnknownUnit);
            if (LocalDay.Read(b.From, "/from", errors) is { } first) from = first;
            to = LocalDay.Read(b.To, "/to", errors);
            if (to < from) errors.Add("/to", FieldCodes.EndsBeforeItBegins);
        });
        if (body is null) return problem!;
        if ((body.OrganizationNumber ?? caller.Organization) != caller.Organization || current.Now.Party(caller.Organization) is null)
            return Problem.NotFound();

        var given = RoleAssignmentRecord.Of(caller.Organization, body, from, to, By(caller), now, Roles.NeedsConfirmation(body.Role!));
        var (published, refusal) = await writer.WriteAsync<(RoleAssignmentChanged?, Problem?)>(async unit =>
        {
            await unit.SerializeAsync(DirectoryPublished.DirectoryId);
            var assignments = await unit.AssignmentsAsync(now);
            var errors = new FieldErrors();
            if (assignments.Any(a => a.Repeats(given))) errors.Add("/role", FieldCodes.AlreadyAssigned);
            if (assignments.Any(a => a.Excludes(given))) errors.Add("/role", FieldCodes.ExcludedByRole);
            if (assignments.Any(a => a.ContradictsUnitOf(given))) errors.Add("/unit", FieldCodes.HasOtherUnit);
            if (errors.Any) return (null, Problem.Invalid(errors));
            unit.Db.Add(given);
            journal.AppendAdministration(unit, http);
            return (given.Pending ? null : await unit.PublishAsync(given, now), null);
        }, ct);
        if (refusal is not null) return refusal;
        if (published is not null) current.Replace(published);
        return TypedResults.Created((string?)null, given.View(today));
    }

    private static async Task<Results<Ok<Assignment>, Problem>> ConfirmAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var today = NorwegianCalendar.DayOf(now);
        RoleAssignmentRecord? confirmed = null;
        var (published, refusal) = await writer.WriteAsync<(RoleAssignmentChanged?, Problem?)>(async unit =>
        {
            await unit.SerializeAsync(DirectoryPublished.DirectoryId);
            confirmed = await unit.Db.RoleAssignments.FindAsync([id], CancellationToken.None);
            if (confirmed is null || confirmed.Organization != caller.Organization) return (null, Problem.NotFound());
            if (confirmed.IsOver(today)) return (null, Problem.Conflict(ProblemCodes.AssignmentIsOver));
            if (!confirmed.Pending) return (null, Problem.Conflict(ProblemCodes.AssignmentNotPending));
            if (confirmed.AssignedBy == By(caller) || confirmed.Subject == caller.Subject)
                return (null, Problem.Conflict(ProblemCodes.OtherAdministratorNeeded));
            journal.AppendAdministration(unit, http);
            confirmed.Confirm(By(caller), now);
            return (await unit.PublishAsync(confirmed, now), null);
        }, ct);
        if (published is null) return refusal!;
        current.Replace(published);
        return TypedResults.Ok(confirmed!.View(today));
    }

    private static async Task<Results<Ok<Assignment>, Problem>> EndAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var today = NorwegianCalendar.DayOf(now);
        var lastDay = (DateOnly?)null;
        var (body, problem) = await StrictJson.ReadAsync<EndAssignment>(http.Request, ClientJson.Default, (b, errors) =>
        {
            FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors, required: true);
            lastDay = LocalDay.Read(b.LastDay, "/lastDay", errors);
            if (lastDay < today) errors.Add("/lastDay", FieldCodes.OnlyPlannedFuture);
        });
        if (body is null) return problem!;
        RoleAssignmentRecord? ended = null;
        var (published, refusal) = await writer.WriteAsync<(RoleAssignmentChanged?, Problem?)>(async unit =>
        {
            await unit.SerializeAsync(DirectoryPublished.DirectoryId);
            ended = await unit.Db.RoleAssignments.FindAsync([id], CancellationToken.None);
            if (ended is null || ended.Organization != caller.Organization || (!caller.Is(Roles.Admin) && Roles.NeedsConfirmation(ended.Role)))
                return (null, Problem.NotFound());
            if (ended.IsOver(today) || lastDay < ended.ValidFrom) return (null, Problem.Conflict(ProblemCodes.AssignmentIsOver));
            journal.AppendAdministration(unit, http);
            ended.End(lastDay, By(caller), body.Reason!, now);
            return (ended.Pending ? null : await unit.PublishAsync(ended, now), null);
        }, ct);
        if (refusal is not null) return refusal;
        if (published is not null) current.Replace(published);
        return TypedResults.Ok(ended!.View(today));
    }

    private static string By(Caller caller) => $"{caller.Subject}@{caller.Organization}";
}

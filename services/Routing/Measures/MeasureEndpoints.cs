using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Access;
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Measure = Avvik.Routing.Cases.Measure;

namespace Avvik.Routing.Measures;

/// <summary>Measures in their owner's list; they are followed up after the case is closed too.</summary>
internal static class MeasureEndpoints
{
    private static readonly string[] States = [Measure.Planned, Measure.InProgress, Measure.Done, Measure.EffectChecked, Measure.Cancelled];

    public static RouteGroupBuilder MapMeasures(this RouteGroupBuilder measures)
    {
        measures.MapGet("", ListAsync).WithName("ListMeasures")
            .WithSummary("Measures of the caller's party, by due date; those of a unit, and those that are overdue")
            .ProducesProblem(422);
        return measures;
    }

    public static RouteGroupBuilder MapChangeMeasure(this RouteGroupBuilder cases)
    {
        cases.MapPost("/{id:guid}/measures/{measureId:guid}", ChangeAsync).WithName("ChangeMeasure")
            .WithSummary("planned → inProgress → done → effectChecked, or cancelled before it is done; needs If-Match with the case's ETag")
            .Accepts<MeasureChange>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(412)
            .ProducesProblem(422).ProducesProblem(428);
        return cases;
    }

    private static async Task<Results<Ok<Page<MeasureRow>>, Problem>> ListAsync(string? unit, string? state, bool? overdue, string? cursor, int? limit,
        Caller caller, CaseAccess access, RoutingDbContext db, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (state is not null && !States.Contains(state, StringComparer.Ordinal)) errors.Add("/state", FieldCodes.UnknownCode);
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        // This list's cursors are days.
        if (after?.SortKey < 0 || after?.SortKey > DateOnly.MaxValue.DayNumber) errors.Add("/cursor", FieldCodes.InvalidCursor);
        if (errors.Any) return Problem.Invalid(errors);

        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        var rows = db.Measures.Join(db.Cases.Where(access.VisibleTo(caller)), m => m.CaseId, c => c.Id, (m, c) => new { Measure = m, Case = c })
            .Where(r => r.Case.RespondentOrganization == caller.Organization);
        if (unit is not null) rows = rows.Where(r => r.Measure.Unit == unit);
        if (state is not null) rows = rows.Where(r => r.Measure.State == state);
        if (overdue is true) rows = rows.Where(r => r.Measure.DueOn < today && Measure.Pending.Contains(r.Measure.State));
        if (overdue is false) rows = rows.Where(r => r.Measure.DueOn >= today || !Measure.Pending.Contains(r.Measure.State));
        if (after is { } position)
        {
            var (due, id) = (DateOnly.FromDayNumber((int)position.SortKey), position.Id);
            rows = rows.Where(r => r.Measure.DueOn > due || (r.Measure.DueOn == due && r.Measure.Id.CompareTo(id) > 0));
        }
        var found = await rows.OrderBy(r => r.Measure.DueOn).ThenBy(r => r.Measure.Id).Take(take + 1)
            .Select(r => new { r.Measure, r.Case.Reference, r.Case.Version }).ToListAsync(ct);
        var next = found.Count > take ? Cursor.Of(found[take - 1].Measure.DueOn.DayNumber, found[take - 1].Measure.Id) : null;
        await journal.ReadAsync(caller, AccessActions.MeasuresRead, [.. found.Take(take).Select(r => r.Measure.CaseId).Distinct()], ct);
        return TypedResults.Ok(new Page<MeasureRow>([.. found.Take(take).Select(r =>
            new MeasureRow(r.Measure.CaseId, r.Reference, r.Measure.Unit, r.Measure.IsPending && r.Measure.DueOn < today, r.Measure.View(), r.Version))],
                next));
    }

    private static async Task<Results<Ok<CaseDetails>, Problem>> ChangeAsync(Guid id, Guid measureId, HttpContext http, Caller caller,
        Writer<RoutingDbContext> writer, RoutingDbContext db, TextProtector texts, AccessJournal<RoutingDbContext> journal, CaseAccess access,
        TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<MeasureChange>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.State is null) errors.Add("/state", FieldCodes.Required);
            else if (!States.Contains(b.State, StringComparer.Ordinal)) errors.Add("/state", FieldCodes.UnknownCode);
            FreeText.CheckOptional(b.Note, "/note", FreeText.MaxLength, errors, required: b.State is Measure.EffectChecked or Measure.Cancelled);
        });
        if (body is null) return problem!;
        var now = clock.GetUtcNow();
        var refusal = await writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(id);
            var @case = await unit.FindCaseAsync(id);
            if (@case is null || !access.IsVisibleTo(@case, caller) || @case.Measures.FirstOrDefault(m => m.Id == measureId) is not { } measure)
                return Problem.NotFound();
            var actor = access.ActorOf(caller, @case);
            if (IfMatch.Check(http.Request, @case.Version) is { } stale) return stale;
            if (CaseRules.RefusalOf(Who.Handler, @case, measure.Unit, actor) is { } code)
                return code == ProblemCodes.Forbidden ? Problem.Forbidden() : Problem.Conflict(code);
            if (!Measure.MayFollow(measure.State, body.State!)) return Problem.Conflict(ProblemCodes.MeasureStateNotAllowed);
            await unit.RecordAsync(@case, @case.ChangeMeasure(measure, body.State!, body.Note, actor, NorwegianCalendar.DayOf(now), now), texts);
            return null;
        }, ct);
        return refusal is null ? TypedResults.Ok(await CaseView.DetailsAsync(id, http, caller, access, db, journal, clock, ct)) : refusal;
    }
}

using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Access;
using Avvik.Routing.Persistence;
using Avvik.Routing.Search;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Lessons;

/// <summary>The lesson library: what the two parties of a case agree is to be learnt from it, for everyone in their community.</summary>
internal static class LessonEndpoints
{
    private const int MaxTitle = 200, MaxText = 4000, MaxWhoShouldKnow = 1000;

    public static RouteGroupBuilder MapLessons(this RouteGroupBuilder lessons)
    {
        lessons.MapGet("", ListAsync)
            .WithName("ListLessons")
            .WithSummary("Approved lessons of the caller's community and what the caller's party has proposed, newest first; q searches what is approved")
            .ProducesProblem(422);
        lessons.MapGet("/{id:guid}", GetAsync).WithName("GetLesson").WithSummary("A lesson; its ETag is its version").ProducesProblem(404);
        lessons.MapPost("/{id:guid}/approve", ApproveAsync).RequireAuthorization(Policies.LessonEditor).WithName("ApproveLesson")
            .WithSummary("On behalf of the caller's party; approved when both have; needs If-Match with the lesson's ETag")
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(428);
        lessons.MapPut("/{id:guid}", ChangeAsync).RequireAuthorization(Policies.LessonEditor).WithName("ChangeLesson")
            .WithSummary("Other words for a proposed lesson; the other party's approval is withdrawn; needs If-Match with the lesson's ETag")
            .Accepts<LessonDraft>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(412)
            .ProducesProblem(422).ProducesProblem(428);
        lessons.MapPost("/{id:guid}/withdraw", WithdrawAsync).RequireAuthorization(Policies.LessonEditor).WithName("WithdrawLesson")
            .WithSummary("Takes a lesson back, also an approved one: its words are erased, and the case keeps who did it and why; needs If-Match with its ETag")
            .Accepts<WithdrawLesson>("application/json").Produces<WrittenAnswer>()
            .ProducesProblem(404).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428);
        return lessons;
    }

    public static RouteGroupBuilder MapProposeLesson(this RouteGroupBuilder cases)
    {
        cases.MapPost("/{id:guid}/lesson", ProposeAsync).WithName("ProposeLesson")
            .WithSummary("What is to be learnt from a closed case; counts as the approval of the caller's party")
            .Accepts<LessonDraft>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        return cases;
    }

    private static async Task<Results<Ok<Page<Client.Lesson>>, Problem>> ListAsync(string? q, string? category, string? patientGroup, string? clause,
        string? cursor, int? limit, Caller caller, RoutingDbContext db, LessonIndex index, AccessJournal<RoutingDbContext> journal, CancellationToken ct)
    {
        var errors = new FieldErrors();
        if (category is not null && !Vocabulary.Categories.ContainsKey(category)) errors.Add("/category", FieldCodes.UnknownCode);
        if (patientGroup is not null && !Vocabulary.PatientGroups.ContainsKey(patientGroup)) errors.Add("/patientGroup", FieldCodes.UnknownCode);
        if (clause is not null && !Vocabulary.Clauses.ContainsKey(clause)) errors.Add("/clause", FieldCodes.UnknownCode);
        if (q is { Length: > 200 }) errors.Add("/q", FieldCodes.TooLong, 200);
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);

        var (own, group) = (caller.Organization, $"\"{patientGroup}\"");
        var lessons = VisibleTo(caller, q is { Length: > 0 } ? index.Find(db, SearchWords.Of(q)) : db.Lessons);
        if (category is not null) lessons = lessons.Where(l => l.Category == category);
        if (clause is not null) lessons = lessons.Where(l => l.Clause == clause);
        if (patientGroup is not null) lessons = lessons.Where(l => l.PatientGroups.Contains(group));
        if (after is { } position)
        {
            var (at, id) = (DateTimeOffset.FromUnixTimeMilliseconds(position.SortKey), position.Id);
            lessons = lessons.Where(l => l.ListedAt < at || (l.ListedAt == at && l.Id.CompareTo(id) < 0));
        }
        var found = await lessons.OrderByDescending(l => l.ListedAt).ThenByDescending(l => l.Id).Take(take + 1).ToListAsync(ct);
        var next = found.Count > take ? Cursor.Of(found[take - 1].ListedAt.ToUnixTimeMilliseconds(), found[take - 1].Id) : null;
        await journal.ReadAsync(caller, AccessActions.LessonRead, [.. found.Take(take).Select(l => l.CaseId)], ct);
        return TypedResults.Ok(new Page<Client.Lesson>([.. found.Take(take).Select(l => l.ViewOf(own))], next));
    }

    private static async Task<Results<Ok<Client.Lesson>, Problem>> GetAsync(Guid id, HttpContext http, Caller caller, RoutingDbContext db,
        AccessJournal<RoutingDbContext> journal, CancellationToken ct)
    {
        if (await VisibleTo(caller, db.Lessons).FirstOrDefaultAsync(l => l.Id == id, ct) is not { } lesson) return Problem.NotFound();
        await journal.ReadAsync(caller, AccessActions.LessonRead, [lesson.CaseId], ct);
        return Answer(lesson, http, caller);
    }

    private static async Task<Results<Created<Client.Lesson>, Problem>> ProposeAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        CaseAccess access, TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<LessonDraft>(http.Request, ClientJson.Default, Check);
        if (body is null) return problem!;
        var now = clock.GetUtcNow();
        var (lesson, refusal) = await writer.WriteAsync<(Lesson?, Problem?)>(async unit =>
        {
            var @case = await unit.FindCaseAsync(id);
            if (@case is null || !access.IsVisibleTo(@case, caller)) return (null, Problem.NotFound());
            if (@case.State != CaseStates.Closed) return (null, Problem.Conflict(ProblemCodes.CaseNotClosed));
            if (Missing(body, @case) is { } missing) return (null, missing);
            // Other work in this transaction may have proposed a lesson that the context has not saved yet.
            if (unit.Db.Lessons.Local.Any(l => l.CaseId == id) || await unit.Db.Lessons.AnyAsync(l => l.CaseId == id, CancellationToken.None))
                return (null, Problem.Conflict(ProblemCodes.LessonExists));
            var proposed = Lesson.Propose(@case, await unit.StruckAsync(body, id, texts), caller.Organization, now);
            unit.Db.Add(proposed);
            return (proposed, null);
        }, ct);
        if (lesson is null) return refusal!;
        http.Response.Headers.ETag = $"\"{lesson.Version}\"";
        return TypedResults.Created($"/api/v1/lessons/{lesson.Id}", lesson.ViewOf(caller.Organization));
    }

    private static Task<Results<Ok<Client.Lesson>, Problem>> ApproveAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        TextProtector texts, LessonIndex index, TimeProvider clock, CancellationToken ct) =>
        WriteAsync(id, http, caller, writer, async (lesson, unit) =>
        {
            var stale = IfMatch.Check(http.Request, lesson.Version);
            // Approved already: a repeat of an approval whose reply was lost.
            if (lesson.State == Lesson.Approved && stale?.Code != ProblemCodes.VersionRequired) return null;
            if (stale is not null) return stale;
            if (Identifying(lesson) is { } identifying) return identifying;
            var @case = (await unit.FindCaseAsync(lesson.CaseId))!;
            // A reopened case may end differently.
            if (@case.State != CaseStates.Closed) return Problem.Conflict(ProblemCodes.CaseNotClosed);
            var now = clock.GetUtcNow();
            lesson.Approve(caller.Organization, now);
            if (lesson.State != Lesson.Approved) return null;
            await index.ReplaceAsync(unit, lesson);
            await unit.RecordAsync(@case, @case.AddLesson(lesson.Title, caller.Organization, caller.Subject, now), texts);
            return null;
        }, ct);

    private static async Task<Results<Ok<Client.Lesson>, Problem>> ChangeAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<LessonDraft>(http.Request, ClientJson.Default, Check);
        if (body is null) return problem!;
        return await WriteAsync(id, http, caller, writer, async (lesson, unit) =>
        {
            if (IfMatch.Check(http.Request, lesson.Version) is { } stale) return stale;
            if (lesson.State == Lesson.Approved) return Problem.Conflict(ProblemCodes.LessonApproved);
            if (Missing(body, (await unit.FindCaseAsync(lesson.CaseId))!) is { } missing) return missing;
            lesson.Change(await unit.StruckAsync(body, lesson.CaseId, texts), caller.Organization, clock.GetUtcNow());
            return null;
        }, ct);
    }

    private static async Task<Results<NoContent, Problem>> WithdrawAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        TextProtector texts, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<WithdrawLesson>(http.Request, ClientJson.Default, (b, errors) =>
            FreeText.CheckOptional(b.Reason, "/reason", MaxText, errors, required: true));
        if (body is null) return problem!;
        var refusal = await writer.WriteAsync(async unit =>
        {
            var lesson = await VisibleTo(caller, unit.Db.Lessons).FirstOrDefaultAsync(l => l.Id == id, CancellationToken.None);
            if (lesson is null) return Problem.NotFound();
            if (!lesson.IsOf(caller.Organization)) return Problem.Forbidden();
            if (IfMatch.Check(http.Request, lesson.Version) is { } stale) return stale;
            var (@case, now) = ((await unit.FindCaseAsync(lesson.CaseId))!, clock.GetUtcNow());
            await unit.EraseAsync(lesson, texts, now);
            journal.Append(unit, caller, AccessActions.CaseChanged, [lesson.CaseId], "withdrawLesson");
            await unit.RecordAsync(@case,
                @case.WithdrawLesson(lesson.State == Lesson.Approved, body.Reason!, caller.Organization, caller.Subject, now), texts);
            return null;
        }, ct);
        return refusal is null ? TypedResults.NoContent() : refusal;
    }

    /// <summary>A draft without what was struck from the case, also when it is written again.</summary>
    private static async Task<LessonDraft> StruckAsync(this UnitOfWork<RoutingDbContext> unit, LessonDraft draft, Guid @case, TextProtector texts)
    {
        var passages = await unit.PassagesAsync(@case);
        string? Strike(string? text) => texts.StrikeOptional(text, passages);
        return draft with
        {
            Title = Strike(draft.Title),
            WhatHappened = Strike(draft.WhatHappened),
            Why = Strike(draft.Why),
            WhatWeChanged = Strike(draft.WhatWeChanged),
            WhoShouldKnow = Strike(draft.WhoShouldKnow),
        };
    }

    /// <summary>Erases a lesson's words: its row, the text index, its title in the case's history and in the reporter's timeline.</summary>
    private static async Task EraseAsync(this UnitOfWork<RoutingDbContext> unit, Lesson lesson, TextProtector texts, DateTimeOffset now)
    {
        await unit.Sql.ExecuteAsync("delete from lessons where id = @p1", lesson.Id);
        await LessonIndex.EraseAsync(unit, lesson.Id);
        foreach (var version in await unit.Sql.QueryAsync(
            "update case_events set text = null where case_id = @p1 and action = @p2 and text is not null returning version", r => r.GetInt32(0), lesson.CaseId,
            Cases.Case.LessonApproved))
            await unit.EnqueueAsync(new ReporterInformed
            {
                DeviationId = lesson.CaseId,
                Version = version,
                OccurredAt = now,
                Text = texts.Protect(Vocabulary.CaseEvents["lessonWithdrawn"].Label),
            });
    }

    /// <summary>Everyone in the community reads it: what may identify someone is taken out before it is approved.</summary>
    private static Problem? Identifying(Lesson lesson)
    {
        var errors = new FieldErrors();
        foreach (var (pointer, text) in new[] { ("/title", lesson.Title), ("/whatHappened", lesson.WhatHappened), ("/why", lesson.Why),
            ("/whatWeChanged", lesson.WhatWeChanged), ("/whoShouldKnow", lesson.WhoShouldKnow) })
            foreach (var warning in IdentityWarning.In(pointer, text))
                errors.Add(warning.Pointer, warning.Code, offsets: [.. warning.Places.Select(p => new TextSpan(p.Offset, p.Length))]);
        return errors.Any ? Problem.Invalid(errors) : null;
    }

    /// <summary>Only the two parties write; a lesson that the caller may read but not write is forbidden, any other is not there.</summary>
    private static async Task<Results<Ok<Client.Lesson>, Problem>> WriteAsync(Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        Func<Lesson, UnitOfWork<RoutingDbContext>, Task<Problem?>> write, CancellationToken ct)
    {
        var (lesson, refusal) = await writer.WriteAsync<(Lesson?, Problem?)>(async unit =>
        {
            var found = await VisibleTo(caller, unit.Db.Lessons).FirstOrDefaultAsync(l => l.Id == id, CancellationToken.None);
            if (found is null) return (null, Problem.NotFound());
            return found.IsOf(caller.Organization) ? (found, await write(found, unit)) : (null, Problem.Forbidden());
        }, ct);
        return refusal is null ? Answer(lesson!, http, caller) : refusal;
    }

    private static IQueryable<Lesson> VisibleTo(Caller caller, IQueryable<Lesson> lessons)
    {
        var (own, community) = (caller.Organization, HealthCommunities.Party(caller.Organization)?.Community.Code);
        // The SSU gets what both parties have agreed on, its own party's proposals neither.
        var sitsOnSsuOnly = !caller.Roles.Any(role => role != Roles.Ssu);
        return lessons.Where(l => (l.Community == community && l.State == Lesson.Approved)
            || (!sitsOnSsuOnly && (l.ReporterOrganization == own || l.RespondentOrganization == own)));
    }

    private static Ok<Client.Lesson> Answer(Lesson lesson, HttpContext http, Caller caller)
    {
        http.Response.Headers.ETag = $"\"{lesson.Version}\"";
        return TypedResults.Ok(lesson.ViewOf(caller.Organization));
    }

    /// <summary>A deviation teaches why it happened and what was changed; a good story has neither to tell.</summary>
    private static Problem? Missing(LessonDraft b, Cases.Case @case)
    {
        if (@case.IsPraise) return null;
        var errors = new FieldErrors();
        if (b.Why is null) errors.Add("/why", FieldCodes.Required);
        if (b.WhatWeChanged is null) errors.Add("/whatWeChanged", FieldCodes.Required);
        return errors.Any ? Problem.Invalid(errors) : null;
    }

    private static void Check(LessonDraft b, FieldErrors errors)
    {
        FreeText.CheckOptional(b.Title, "/title", MaxTitle, errors, required: true);
        FreeText.CheckOptional(b.WhatHappened, "/whatHappened", MaxText, errors, required: true);
        FreeText.CheckOptional(b.Why, "/why", MaxText, errors);
        FreeText.CheckOptional(b.WhatWeChanged, "/whatWeChanged", MaxText, errors);
        FreeText.CheckOptional(b.WhoShouldKnow, "/whoShouldKnow", MaxWhoShouldKnow, errors, required: true);
        CodeLists.CheckPatientGroups(b.PatientGroups, errors);
    }
}

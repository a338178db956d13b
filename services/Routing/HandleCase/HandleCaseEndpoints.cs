using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Access;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Routing.HandleCase;

internal static class HandleCaseEndpoints
{
    // Years: what is planned for later is no measure against what happened.
    private const int MaxAnswer = 8000, MaxMeasures = 20, MaxMeasureYears = 2;

    public static RouteGroupBuilder MapHandleCase(this RouteGroupBuilder cases)
    {
        foreach (var transition in CaseRules.Table)
            cases.MapPost($"/{{id:guid}}/{transition.Action}",
                (Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer, RoutingDbContext db, TextProtector texts,
                AccessJournal<RoutingDbContext> journal, CurrentDirectory directory, TimeProvider clock, CancellationToken ct) =>
                    ActAsync(id, transition, http, caller, writer, db, texts, journal, directory.Now, clock, ct))
                .WithName(NameOf(transition.Action))
                .WithSummary($"{string.Join(", ", transition.From)} → {transition.To ?? "the same"}; needs If-Match with the case's ETag")
                .Accepts<CaseAction>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(412)
                .ProducesProblem(422).ProducesProblem(428);
        return cases;
    }

    private static async Task<Results<Ok<CaseDetails>, Problem>> ActAsync(Guid id, Transition transition, HttpContext http, Caller caller,
        Writer<RoutingDbContext> writer, RoutingDbContext db, TextProtector texts, AccessJournal<RoutingDbContext> journal, CareDirectory directory,
        TimeProvider clock, CancellationToken ct)
    {
        var party = directory.Party(caller.Organization);
        // Most actions need no words, so no body is as good as an empty one.
        var (body, problem) = http.Request.ContentLength is 0 or null && http.Request.ContentType is null
            ? Empty(transition, party, clock)
            : await StrictJson.ReadAsync<CaseAction>(http.Request, ClientJson.Default, (b, errors) => Check(b, transition, party, clock, errors));
        if (body is null) return problem!;
        var now = clock.GetUtcNow();
        var actor = caller.AsActor();
        var refusal = await writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(id);
            var @case = await unit.FindCaseAsync(id);
            if (@case is null || !@case.IsVisibleTo(caller)) return Problem.NotFound();
            if (IfMatch.Check(http.Request, @case.Version) is { } stale) return stale;
            if (CaseRules.Refusal(transition, @case, actor, now) is { } code)
                return code == ProblemCodes.Forbidden
                    ? Problem.Forbidden()
                    : new Problem(StatusCodes.Status409Conflict, code) { AllowedActions = CaseRules.AllowedActions(@case, actor, now) };
            if (@case.Missing(transition, actor, body) is { } missing) return Problem.Conflict(missing);
            var errors = new FieldErrors();
            if (transition.Action == CaseRules.Close && @case.State == CaseStates.Escalated && body.Decision is null)
                errors.Add("/decision", FieldCodes.DecisionRequired);
            CodeLists.CheckClauseInForce(body.Clause, @case.Facts.OccurredOn, errors);
            if (errors.Any) return Problem.Invalid(errors);
            var recorded = @case.Act(transition, actor, body, directory, now);
            await unit.RecordAsync(@case, recorded, texts);
            if (transition.Action == CaseRules.Reopen)
                await unit.EnqueueAsync(new CaseReopened
                {
                    DeviationId = id,
                    Version = @case.Version,
                    OccurredAt = now,
                    Organization = caller.Organization,
                    Case = @case.Changed(recorded),
                    Reason = texts.Protect(body.Reason!),
                });
            return null;
        }, ct);
        return refusal is null ? TypedResults.Ok(await CaseView.DetailsAsync(id, http, caller, db, journal, clock, ct)) : refusal;
    }

    private static (CaseAction? Body, Problem? Problem) Empty(Transition transition, Party? party, TimeProvider clock)
    {
        var (body, errors) = (new CaseAction(), new FieldErrors());
        Check(body, transition, party, clock, errors);
        return errors.Any ? (null, Problem.Invalid(errors)) : (body, null);
    }

    private static void Check(CaseAction b, Transition transition, Party? party, TimeProvider clock, FieldErrors errors)
    {
        var action = transition.Action;
        foreach (var (name, value) in Members(b))
            if (value is not null && !CaseRules.MembersOf(action).Contains(name, StringComparer.Ordinal)) errors.Add($"/{name}", FieldCodes.UnknownMember);
        FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors,
            required: action is CaseRules.Return or CaseRules.Transfer or CaseRules.Dispute or CaseRules.Escalate or CaseRules.Reopen or CaseRules.Reclassify
                or CaseRules.EnterInError);
        FreeText.CheckOptional(b.Text, "/text", MaxAnswer, errors, required: action is CaseRules.Answer);
        FreeText.CheckOptional(b.Decision, "/decision", FreeText.MaxLength, errors, required: action is CaseRules.Resolve);
        FreeText.CheckOptional(b.Question, "/question", FreeText.MaxLength, errors, required: action is CaseRules.Ask);
        FreeText.CheckOptional(b.NoMeasuresReason, "/noMeasuresReason", FreeText.MaxLength, errors);
        if (b.SeriousIncidentNotice is { } notice) Check(notice, errors);
        if (b.Category is not null && !Vocabulary.Categories.ContainsKey(b.Category)) errors.Add("/category", FieldCodes.UnknownCode);
        if (b.Clause is not null && !Vocabulary.Clauses.ContainsKey(b.Clause)) errors.Add("/clause", FieldCodes.UnknownCode);
        if (b.ActualHarm is not null && !Vocabulary.Harm.ContainsKey(b.ActualHarm)) errors.Add("/actualHarm", FieldCodes.UnknownCode);
        CodeLists.CheckPatientGroups(b.PatientGroups, errors);
        if (action is CaseRules.Reclassify && b is { Category: null, Clause: null, ActualHarm: null, PatientGroups: null })
            errors.Add("", FieldCodes.NothingToChange);
        if (action is CaseRules.Transfer && b.Unit is null) errors.Add("/unit", FieldCodes.Required);
        // Whether the unit is of the case's party is known only with the case; a handler's own party is it.
        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        if (b.Unit is not null && party?.Unit(b.Unit)?.IsOpenOn(today) != true) errors.Add("/unit", FieldCodes.UnknownUnit);
        if (b.SuggestedUnit is not null && party?.Unit(b.SuggestedUnit)?.IsOpenOn(today) != true) errors.Add("/suggestedUnit", FieldCodes.UnknownUnit);
        foreach (var (index, factor) in (b.ContributingFactors ?? []).Index())
            if (!Vocabulary.ContributingFactors.ContainsKey(factor)) errors.Add($"/contributingFactors/{index}", FieldCodes.UnknownCode);
        if (action is not CaseRules.Answer) return;
        if (b.ContributingFactors is not { Count: > 0 }) errors.Add("/contributingFactors", FieldCodes.Required);
        if (b.Measures is not { Count: > 0 } && b.NoMeasuresReason is null) errors.Add("/measures", FieldCodes.ReasonForNoMeasures);
        if (b.Measures is { Count: > MaxMeasures }) errors.Add("/measures", FieldCodes.TooMany, MaxMeasures);
        foreach (var (index, measure) in (b.Measures ?? []).Take(MaxMeasures).Index())
        {
            FreeText.CheckOptional(measure.Description, $"/measures/{index}/description", 2000, errors, required: true);
            FreeText.CheckOptional(measure.Owner, $"/measures/{index}/owner", 200, errors, required: true);
            if (measure.DueDate is null) errors.Add($"/measures/{index}/dueDate", FieldCodes.Required);
            else if (LocalDay.Read(measure.DueDate, $"/measures/{index}/dueDate", errors) is { } due)
            {
                if (due < today) errors.Add($"/measures/{index}/dueDate", FieldCodes.OnlyPlannedFuture);
                if (due > today.AddYears(MaxMeasureYears)) errors.Add($"/measures/{index}/dueDate", FieldCodes.TooFarAhead, MaxMeasureYears);
            }
        }
    }

    private static IEnumerable<(string Name, object? Value)> Members(CaseAction b) =>
    [
        ("reason", b.Reason), ("suggestedUnit", b.SuggestedUnit), ("unit", b.Unit), ("text", b.Text), ("contributingFactors", b.ContributingFactors),
            ("measures", b.Measures),
        ("noMeasuresReason", b.NoMeasuresReason), ("decision", b.Decision), ("question", b.Question), ("seriousIncidentNotice", b.SeriousIncidentNotice),
        ("category", b.Category), ("clause", b.Clause), ("actualHarm", b.ActualHarm), ("patientGroups", b.PatientGroups),
    ];

    private static void Check(SeriousIncidentNotice notice, FieldErrors errors)
    {
        if (notice.Notified is null) errors.Add("/seriousIncidentNotice/notified", FieldCodes.Required);
        else if (notice.Notified is not ("yes" or "no" or "notApplicable")) errors.Add("/seriousIncidentNotice/notified", FieldCodes.UnknownCode);
        FreeText.CheckOptional(notice.Reference, "/seriousIncidentNotice/reference", 100, errors, required: notice.Notified == "yes");
        FreeText.CheckOptional(notice.Reason, "/seriousIncidentNotice/reason", FreeText.MaxLength, errors, required: notice.Notified == "no");
    }

    // «enter-in-error» → EnterInErrorCase
    private static string NameOf(string action) => string.Concat(action.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])) + "Case";
}

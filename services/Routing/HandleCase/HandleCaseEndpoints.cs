using System.Globalization;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Messaging.Storage;
using Avvik.Messaging.TextProtection;
using Avvik.Routing.Cases;
using Avvik.Routing.Persistence;
using Avvik.Routing.Worklist;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.HandleCase;

internal static class HandleCaseEndpoints
{
    private const int MaxAnswer = 8000, MaxMeasures = 20;
    private static readonly JsonSerializerOptions Strict = StrictJson.OptionsFor(ClientJson.Default);

    public static RouteGroupBuilder MapHandleCase(this RouteGroupBuilder cases)
    {
        foreach (var transition in CaseRules.Table)
            cases.MapPost($"/{{id:guid}}/{transition.Action}", (Guid id, HttpContext http, Caller caller, Writer<RoutingDbContext> writer, RoutingDbContext db, TextProtector texts, TimeProvider clock, CancellationToken ct) =>
                    ActAsync(id, transition, http, caller, writer, db, texts, clock, ct))
                .WithName($"{char.ToUpperInvariant(transition.Action[0])}{transition.Action[1..]}Case").WithSummary($"{string.Join(", ", transition.From)} → {transition.To}; needs If-Match with the case's ETag")
                .Accepts<CaseAction>("application/json").Produces<CaseDetails>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428);
        return cases;
    }

    public static Actor ActorOf(Caller caller) => new(caller.Organization, caller.Unit, caller.Subject, caller.Is(Roles.Coordinator), caller.IsAny(Roles.Handler, Roles.UnitLeader),
        caller.IsAny(Roles.Reporter, Roles.Client, Roles.Coordinator, Roles.Handler, Roles.UnitLeader));

    private static async Task<IResult> ActAsync(Guid id, Transition transition, HttpContext http, Caller caller, Writer<RoutingDbContext> writer, RoutingDbContext db, TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        // Most actions need no words, so no body is as good as an empty one.
        var (body, problem) = http.Request.ContentLength is 0 or null && http.Request.ContentType is null
            ? Empty(transition, caller, clock)
            : await StrictJson.ReadAsync<CaseAction>(http.Request, Strict, (b, errors) => Check(b, transition, caller, clock, errors));
        if (body is null) return problem!;
        var now = clock.GetUtcNow();
        var actor = ActorOf(caller);
        var refusal = await writer.WriteAsync(async unit =>
        {
            var @case = await unit.Db.Cases.FirstOrDefaultAsync(c => c.Id == id, ct);
            if (@case is null || (@case.RespondentOrganization != caller.Organization && @case.ReporterOrganization != caller.Organization)) return Problem.NotFound();
            if (StaleVersion(http.Request, @case) is { } stale) return stale;
            if (CaseRules.Refusal(transition, @case, actor) is { } code)
                return code == "forbidden" ? Problem.Forbidden() : new Problem(StatusCodes.Status409Conflict, code) { AllowedActions = CaseRules.AllowedActions(@case, actor) };
            var recorded = @case.Act(transition, actor, body, now);
            unit.Db.Add(recorded);
            await unit.EnqueueAsync(@case.Changed(recorded));
            if (recorded.Text is { } text) await unit.EnqueueAsync(new ReporterInformed { DeviationId = id, Version = @case.Version, OccurredAt = now, Text = texts.Protect(text) });
            return null;
        }, ct);
        return refusal ?? (await WorklistEndpoints.DetailsAsync(id, http, caller, db, clock, ct))!;
    }

    private static Problem? StaleVersion(HttpRequest request, Case @case)
    {
        var header = request.Headers.IfMatch.ToString();
        if (header.Length == 0) return new Problem(StatusCodes.Status428PreconditionRequired, "versionRequired");
        return int.TryParse(header.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version == @case.Version
            ? null
            : new Problem(StatusCodes.Status412PreconditionFailed, "staleVersion");
    }

    private static (CaseAction? Body, Problem? Problem) Empty(Transition transition, Caller caller, TimeProvider clock)
    {
        var (body, errors) = (new CaseAction(), new FieldErrors());
        Check(body, transition, caller, clock, errors);
        return errors.Any ? (null, Problem.Invalid(errors)) : (body, null);
    }

    private static void Check(CaseAction b, Transition transition, Caller caller, TimeProvider clock, FieldErrors errors)
    {
        Text(b.Reason, "/reason", FreeText.MaxLength, required: transition.Action is CaseRules.Return or CaseRules.Transfer, errors);
        Text(b.Text, "/text", MaxAnswer, required: transition.Action is CaseRules.Answer, errors);
        Text(b.Decision, "/decision", FreeText.MaxLength, required: transition.Action is CaseRules.Resolve, errors);
        Text(b.NoMeasuresReason, "/noMeasuresReason", FreeText.MaxLength, required: false, errors);
        if (transition.Action is CaseRules.Transfer && b.Unit is null) errors.Add("/unit", "required");
        // Whether the unit is of the case's party is known only with the case; a handler's own party is it.
        var party = HealthCommunities.Party(caller.Organization);
        if (b.Unit is not null && party?.Unit(b.Unit) is null) errors.Add("/unit", "unknownUnit");
        if (b.SuggestedUnit is not null && party?.Unit(b.SuggestedUnit) is null) errors.Add("/suggestedUnit", "unknownUnit");
        foreach (var (index, factor) in (b.ContributingFactors ?? []).Index())
            if (!Vocabulary.ContributingFactors.ContainsKey(factor)) errors.Add($"/contributingFactors/{index}", "unknownCode");
        if (transition.Action is not CaseRules.Answer) return;
        if (b.ContributingFactors is not { Count: > 0 }) errors.Add("/contributingFactors", "required");
        if (b.Measures is not { Count: > 0 } && b.NoMeasuresReason is null) errors.Add("/measures", "reasonForNoMeasures");
        if (b.Measures is { Count: > MaxMeasures }) errors.Add("/measures", "tooMany", MaxMeasures);
        foreach (var (index, measure) in (b.Measures ?? []).Take(MaxMeasures).Index())
        {
            Text(measure.Description, $"/measures/{index}/description", 2000, required: true, errors);
            Text(measure.Owner, $"/measures/{index}/owner", 200, required: true, errors);
            if (measure.DueDate is null) errors.Add($"/measures/{index}/dueDate", "required");
            else if (!DateOnly.TryParseExact(measure.DueDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var due)) errors.Add($"/measures/{index}/dueDate", "invalidDate");
            else if (due < DateOnly.FromDateTime(clock.GetUtcNow().DateTime)) errors.Add($"/measures/{index}/dueDate", "onlyPlannedFuture");
        }
    }

    private static void Text(string? text, string pointer, int max, bool required, FieldErrors errors)
    {
        if (text is not null) FreeText.Check(text, pointer, max, errors);
        else if (required) errors.Add(pointer, "required");
    }
}

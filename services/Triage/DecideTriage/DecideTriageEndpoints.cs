using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Assessments;
using Avvik.Triage.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Triage.DecideTriage;

internal static class DecideTriageEndpoints
{
    private const string Route = "route", Reject = "reject", Duplicate = "duplicate", Ask = "ask", EnterInError = "enterInError";

    public static RouteGroupBuilder MapDecideTriage(this RouteGroupBuilder triage)
    {
        triage.MapPost("/{id:guid}/decision", DecideAsync).WithName("DecideTriage").WithSummary("Route, reject, ask about, merge or strike out what waits")
            .Accepts<TriageDecision>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        return triage;
    }

    private static async Task<Results<Ok<TriageOutcome>, Problem>> DecideAsync(Guid id, HttpContext http, Caller caller, Writer<TriageDbContext> writer,
        TextProtector texts, AccessJournal<TriageDbContext> journal, CurrentDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        var party = directory.Now.Party(caller.Organization);
        var (written, problem) = await StrictJson.ReadAsync<TriageDecision>(http.Request, ClientJson.Default, (d, errors) =>
            Check(d, party, NorwegianCalendar.DayOf(clock.GetUtcNow()), errors));
        if (written is null) return problem!;
        return await writer.WriteAsync<Results<Ok<TriageOutcome>, Problem>>(async unit =>
        {
            await unit.SerializeAsync([id, .. written.MainCase is { } main ? [main] : Array.Empty<Guid>()]);
            var assessment = await unit.Db.Assessments.FindAsync([id], ct);
            if (assessment is null || DeciderOf(assessment, directory.Now, NorwegianCalendar.DayOf(clock.GetUtcNow())) != caller.Organization)
                return Problem.NotFound();
            // Without what was struck before, also when it is written again.
            var passages = await unit.PassagesAsync(id);
            var decision = written with
            {
                Comment = texts.StrikeOptional(written.Comment, passages),
                Question = texts.StrikeOptional(written.Question, passages),
            };
            // A deviation that was routed automatically can still be reviewed, and be merged.
            if (assessment is { State: CaseStates.Routed, Open: true } && ChangesNothing(decision)) assessment.Review();
            else
            {
                if (Refusal(assessment, decision) is { } refusal) return refusal;
                var wasCleared = assessment.MayIdentify && decision.IdentityCleared;
                if (await ApplyAsync(assessment, decision, caller, unit, texts, clock.GetUtcNow()) is { } invalid) return invalid;
                if (wasCleared) journal.Append(unit, caller, AccessActions.IdentityCleared, [id]);
            }
            journal.Append(unit, caller, AccessActions.TriageDecided, [id], decision.Decision);
            return TypedResults.Ok(new TriageOutcome(assessment.Id, assessment.State));
        }, ct);
    }

    /// <summary>The respondent's coordinator; of one that does not use Avvik, the coordinator of whoever reports to it.</summary>
    private static string? DeciderOf(Assessment assessment, CareDirectory directory, DateOnly today) =>
        directory.UsesAvvik(assessment.RespondentOrganization, today) ? assessment.RespondentOrganization : assessment.ReporterOrganization;

    private static Problem? Refusal(Assessment assessment, TriageDecision decision)
    {
        if (assessment.State == CaseStates.AwaitingReporter && decision.Decision != EnterInError) return Problem.Conflict(ProblemCodes.ActionNotAllowed);
        if (assessment.State is not (CaseStates.Triage or CaseStates.AwaitingReporter)
            && !(assessment is { State: CaseStates.Routed, Open: true } && decision.Decision == Duplicate))
            return Problem.Conflict(assessment.State == CaseStates.Routed ? ProblemCodes.AlreadyRouted : ProblemCodes.AlreadyDecided);
        // Before other parties see the texts: a unit, or those of the main case.
        return decision.Decision is Route or Duplicate && assessment.MayIdentify && !decision.IdentityCleared
            ? Invalid("/identityCleared", FieldCodes.IdentityNotCleared) : null;
    }

    private static async Task<Problem?> ApplyAsync(Assessment assessment, TriageDecision decision, Caller caller, UnitOfWork<TriageDbContext> unit,
        TextProtector texts, DateTimeOffset now)
    {
        switch (decision.Decision)
        {
            case Route: return await RouteAsync(assessment, decision, caller, unit, texts, now);
            case Duplicate: return await MergeAsync(assessment, decision, caller, unit, texts, now);
            case Reject:
                await unit.RecordAsync(assessment, assessment.Reject(caller.Organization, now),
                    $"{Vocabulary.RejectionReasons[decision.ReasonCode!].Label}: {decision.Comment}", texts, caller.Subject);
                return null;
            case Ask:
                await unit.RecordAsync(assessment, assessment.Ask(texts.Protect(decision.Question!).Value, caller.Organization, now), decision.Question, texts,
                    caller.Subject);
                return null;
            default:
                await unit.RecordAsync(assessment, assessment.EnterInError(caller.Organization, now), decision.Comment, texts, caller.Subject);
                return null;
        }
    }

    private static async Task<Problem?> MergeAsync(Assessment assessment, TriageDecision decision, Caller caller, UnitOfWork<TriageDbContext> unit,
        TextProtector texts, DateTimeOffset now)
    {
        // Another party's deviation does not exist here; one without a case, or a duplicate itself, is no main case.
        var main = await unit.Db.Assessments.FindAsync(decision.MainCase!.Value);
        var isHidden = main?.RespondentOrganization != assessment.RespondentOrganization
            || (main.RespondentOrganization != caller.Organization && main.ReporterOrganization != caller.Organization);
        if (main is null || main.Id == assessment.Id || isHidden || main.State != CaseStates.Routed)
            return Invalid("/mainCase", FieldCodes.NoMainCase);
        var facts = assessment.Facts;
        // With a case of its own, Routing ends that case and publishes it.
        var hasCase = assessment.State == CaseStates.Routed || assessment.Reopening > 0;
        if (assessment.State == CaseStates.Routed) assessment.MergeRouted(main.Id);
        else
        {
            var changed = assessment.Merge(main.Id, caller.Organization, now);
            if (!hasCase) await unit.RecordAsync(assessment, changed, decision.Comment, texts);
        }
        await unit.EnqueueAsync(new DeviationMerged
        {
            DeviationId = assessment.Id,
            Version = assessment.Version,
            OccurredAt = now,
            Reopening = assessment.Reopening,
            Comment = hasCase ? texts.ProtectOptional(decision.Comment) : null,
            Actor = caller.Subject,
            MainCase = main.Id,
            Reference = facts.Reference,
            ReporterOrganization = facts.ReporterOrganization,
            Narrative = new(assessment.Narrative),
        });
        return null;
    }

    private static async Task<Problem?> RouteAsync(Assessment assessment, TriageDecision decision, Caller caller, UnitOfWork<TriageDbContext> unit,
        TextProtector texts, DateTimeOffset now)
    {
        var facts = assessment.Facts;
        var errors = new FieldErrors();
        CodeLists.CheckClause(decision.Clause, facts.Community, facts.Agreement, facts.OccurredOn, errors);
        var category = decision.Category ?? facts.Category;
        if (category is null) errors.Add("/category", FieldCodes.Required);
        var isPraise = facts.Kind == Vocabulary.Praise;
        if (isPraise && decision.Clause is not null) errors.Add("/clause", FieldCodes.NotForPraise);
        if (isPraise && decision.ActualHarm is not null) errors.Add("/actualHarm", FieldCodes.NotForPraise);
        if (errors.Any) return Problem.Invalid(errors);
        var harm = decision.ActualHarm ?? facts.ActualHarm;
        // Fair play: lowering the harm or changing the reporter's category needs a reason that the reporter sees.
        if (decision.Comment is null && (Harm.Rank(harm) < Harm.Rank(facts.ActualHarm) || (facts.Category is not null && category != facts.Category)))
            return Invalid("/comment", FieldCodes.ReasonRequired);
        var named = AgreementClauses.Find(facts.Community, facts.Agreement, decision.Clause, facts.OccurredOn);
        var (clause, local) = named is not null ? (named.Statutory, named.Number == named.Statutory ? null : named.Number)
            : decision.Category is null ? (facts.Clause, facts.LocalClause)
            : (AgreementClauses.OfCategory(facts.Community, facts.Agreement, category, facts.OccurredOn), null);
        var triaged = assessment.Route(facts with
        {
            Category = category,
            Clause = isPraise ? null : clause,
            LocalClause = isPraise ? null : local,
            ActualHarm = harm,
            PatientGroups = decision.PatientGroups ?? facts.PatientGroups,
        }, decision.Unit, caller.Organization, texts.ProtectOptional(decision.Comment), now);
        await unit.EnqueueAsync(triaged with { Actor = caller.Subject });
        return null;
    }

    private static void Check(TriageDecision d, Party? party, DateOnly today, FieldErrors errors)
    {
        if (d.Decision is null) errors.Add("/decision", FieldCodes.Required);
        else if (d.Decision is not (Route or Reject or Duplicate or Ask or EnterInError)) errors.Add("/decision", FieldCodes.UnknownCode);
        foreach (var (name, value) in Members(d))
            if (value is not null && !MembersOf(d.Decision).Contains(name, StringComparer.Ordinal)) errors.Add($"/{name}", FieldCodes.UnknownMember);
        if (d.Decision == Reject && d.ReasonCode is null) errors.Add("/reasonCode", FieldCodes.Required);
        if (d.Decision is Reject or EnterInError && d.Comment is null) errors.Add("/comment", FieldCodes.Required);
        if (d.Decision == Duplicate && d.MainCase is null) errors.Add("/mainCase", FieldCodes.Required);
        if (d.Question is not null) FreeText.Check(d.Question, "/question", FreeText.MaxLength, errors);
        else if (d.Decision == Ask) errors.Add("/question", FieldCodes.Required);
        if (d.ReasonCode is not null && !Vocabulary.RejectionReasons.ContainsKey(d.ReasonCode)) errors.Add("/reasonCode", FieldCodes.UnknownCode);
        if (d.Category is not null && !Vocabulary.Categories.ContainsKey(d.Category)) errors.Add("/category", FieldCodes.UnknownCode);
        if (d.Clause is not null && !AgreementClauses.IsKnown(d.Clause)) errors.Add("/clause", FieldCodes.UnknownCode);
        if (d.ActualHarm is not null && !Vocabulary.Harm.ContainsKey(d.ActualHarm)) errors.Add("/actualHarm", FieldCodes.UnknownCode);
        CodeLists.CheckPatientGroups(d.PatientGroups, errors);
        if (d.Unit is not null && party?.Unit(d.Unit)?.IsOpenOn(today) != true) errors.Add("/unit", FieldCodes.UnknownUnit);
        if (d.Comment is not null) FreeText.Check(d.Comment, "/comment", FreeText.MaxLength, errors);
    }

    private static IEnumerable<(string Name, object? Value)> Members(TriageDecision d) =>
    [
        ("category", d.Category), ("clause", d.Clause), ("actualHarm", d.ActualHarm), ("patientGroups", d.PatientGroups), ("unit", d.Unit),
            ("reasonCode", d.ReasonCode),
        ("comment", d.Comment), ("mainCase", d.MainCase), ("question", d.Question), ("identityCleared", d.IdentityCleared ? true : null),
    ];

    /// <summary>What each decision takes. Another member would be lost, so it is refused.</summary>
    private static IReadOnlyList<string> MembersOf(string? decision) => decision switch
    {
        Route => ["category", "clause", "actualHarm", "patientGroups", "unit", "comment", "identityCleared"],
        Reject => ["reasonCode", "comment"],
        Duplicate => ["mainCase", "comment", "identityCleared"],
        Ask => ["question"],
        EnterInError => ["comment"],
        // What is wrong is the decision.
        _ => ["category", "clause", "actualHarm", "patientGroups", "unit", "reasonCode", "comment", "mainCase", "question", "identityCleared"],
    };

    private static bool ChangesNothing(TriageDecision d) =>
        d is { Decision: Route, Category: null, Clause: null, ActualHarm: null, PatientGroups: null, Unit: null };

    private static Problem Invalid(string pointer, string code)
    {
        var errors = new FieldErrors();
        errors.Add(pointer, code);
        return Problem.Invalid(errors);
    }
}

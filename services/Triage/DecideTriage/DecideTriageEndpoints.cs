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
using Avvik.Triage.Assessments;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.DecideTriage;

internal static class DecideTriageEndpoints
{
    private static readonly JsonSerializerOptions Strict = StrictJson.OptionsFor(ClientJson.Default);

    public static RouteGroupBuilder MapDecideTriage(this RouteGroupBuilder triage)
    {
        triage.MapPost("/{id:guid}/decision", DecideAsync).WithName("DecideTriage").WithSummary("Route or reject what waits")
            .Accepts<TriageDecision>("application/json").Produces<TriageOutcome>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        return triage;
    }

    private static async Task<IResult> DecideAsync(Guid id, HttpContext http, Caller caller, Writer<TriageDbContext> writer, TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        var (decision, problem) = await StrictJson.ReadAsync<TriageDecision>(http.Request, Strict, (d, errors) => Check(d, caller, errors));
        if (decision is null) return problem!;
        return await writer.WriteAsync(async unit =>
        {
            var assessment = await unit.Db.Assessments.FindAsync([id], ct);
            if (assessment is null || assessment.RespondentOrganization != caller.Organization) return Problem.NotFound();
            if (assessment.State == CaseStates.Routed && assessment.Open && ChangesNothing(decision))
            {
                assessment.Review();
                return Done(assessment);
            }
            if (assessment.State != CaseStates.Triage) return Problem.Conflict(assessment.State == CaseStates.Routed ? "alreadyRouted" : "alreadyDecided");
            return decision.Decision == "reject"
                ? await RejectAsync(assessment, decision, caller, unit, texts, clock.GetUtcNow())
                : await RouteAsync(assessment, decision, caller, unit, texts, clock.GetUtcNow());
        }, ct);
    }

    private static async Task<IResult> RouteAsync(Assessment assessment, TriageDecision decision, Caller caller, UnitOfWork<TriageDbContext> unit, TextProtector texts, DateTimeOffset now)
    {
        var facts = assessment.ReadFacts();
        var errors = new FieldErrors();
        if ((decision.Category ?? facts.Category) is not { } category)
        {
            errors.Add("/category", "required");
            return Problem.Invalid(errors);
        }
        var harm = decision.ActualHarm ?? facts.ActualHarm;
        if (Harm.Rank(harm) < Harm.Rank(facts.ActualHarm) && decision.Comment is null)
        {
            // Fair play: lowering a severity needs a reason that the reporter sees. Not a matter of shape, so not «required».
            errors.Add("/comment", "reasonRequired");
            return Problem.Invalid(errors);
        }
        var triaged = assessment.Route(facts with
        {
            Category = category,
            Clause = decision.Clause ?? (decision.Category is null ? facts.Clause : Vocabulary.Categories[category].Clause),
            ActualHarm = harm,
            PatientGroups = decision.PatientGroups ?? facts.PatientGroups,
        }, decision.Unit, caller.Organization, now);
        await unit.EnqueueAsync(triaged);
        // The words belong to the routing that follows, which is the next version of the case's life.
        if (decision.Comment is { } comment) await InformAsync(unit, assessment.Id, triaged.Version + 1, comment, texts, now);
        return Done(assessment);
    }

    private static async Task<IResult> RejectAsync(Assessment assessment, TriageDecision decision, Caller caller, UnitOfWork<TriageDbContext> unit, TextProtector texts, DateTimeOffset now)
    {
        var rejected = assessment.Reject(caller.Organization, now);
        await unit.EnqueueAsync(rejected);
        await InformAsync(unit, assessment.Id, rejected.Version, $"{Vocabulary.RejectionReasons[decision.ReasonCode!].Label}: {decision.Comment}", texts, now);
        return Done(assessment);
    }

    private static void Check(TriageDecision d, Caller caller, FieldErrors errors)
    {
        if (d.Decision is null) errors.Add("/decision", "required");
        else if (d.Decision is not ("route" or "reject")) errors.Add("/decision", "unknownCode");
        if (d.Decision == "reject")
        {
            if (d.ReasonCode is null) errors.Add("/reasonCode", "required");
            if (d.Comment is null) errors.Add("/comment", "required");
        }
        if (d.ReasonCode is not null && !Vocabulary.RejectionReasons.ContainsKey(d.ReasonCode)) errors.Add("/reasonCode", "unknownCode");
        if (d.Category is not null && !Vocabulary.Categories.ContainsKey(d.Category)) errors.Add("/category", "unknownCode");
        if (d.Clause is not null && !Vocabulary.Clauses.ContainsKey(d.Clause)) errors.Add("/clause", "unknownCode");
        if (d.ActualHarm is not null && !Vocabulary.Harm.ContainsKey(d.ActualHarm)) errors.Add("/actualHarm", "unknownCode");
        foreach (var (index, group) in (d.PatientGroups ?? []).Index())
            if (!Vocabulary.PatientGroups.ContainsKey(group)) errors.Add($"/patientGroups/{index}", "unknownCode");
        if (d.Unit is not null && HealthCommunities.Party(caller.Organization)?.Unit(d.Unit) is null) errors.Add("/unit", "unknownUnit");
        if (d.Comment is not null) FreeText.Check(d.Comment, "/comment", FreeText.MaxLength, errors);
    }

    private static bool ChangesNothing(TriageDecision d) => d is { Decision: "route", Category: null, Clause: null, ActualHarm: null, PatientGroups: null, Unit: null };

    private static Task InformAsync(UnitOfWork<TriageDbContext> unit, Guid id, int version, string text, TextProtector texts, DateTimeOffset now) =>
        unit.EnqueueAsync(new ReporterInformed { DeviationId = id, Version = version, OccurredAt = now, Text = texts.Protect(text) });

    private static IResult Done(Assessment assessment) => Results.Json(new TriageOutcome(assessment.Id, assessment.State), ClientJson.Default.TriageOutcome);
}

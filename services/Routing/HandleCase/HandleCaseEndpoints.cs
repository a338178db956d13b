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
using Avvik.Routing.Search;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

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
                AccessJournal<RoutingDbContext> journal, CaseAccess access, CaseIndex index, CurrentDirectory directory, CurrentRules rules, TimeProvider clock,
                CancellationToken ct) =>
                    ActAsync(id, transition, check => ReadAsync(http.Request, check), http, caller, writer, db, texts, journal, access, index, directory.Now,
                        rules, clock, ct))
                .WithName(NameOf(transition.Action))
                .WithSummary($"{string.Join(", ", transition.From)} → {transition.To ?? "the same"}; needs If-Match with the case's ETag")
                .Accepts<CaseAction>("application/json").ProducesProblem(404).ProducesProblem(409).ProducesProblem(412)
                .ProducesProblem(422).ProducesProblem(428);
        return cases;
    }

    /// <summary>Reads an action's body in whatever form it comes, with the checks that it is to pass.</summary>
    internal delegate Task<(CaseAction? Body, Problem? Problem)> ActionReader(Action<CaseAction, FieldErrors> check);

    /// <summary>Acts on a case: the case as it is then, nothing when it is no longer the caller's to read, or the problem.</summary>
    internal static async Task<Results<Ok<CaseDetails>, NoContent, Problem>> ActAsync(Guid id, Transition transition, ActionReader read, HttpContext http,
        Caller caller, Writer<RoutingDbContext> writer, RoutingDbContext db, TextProtector texts, AccessJournal<RoutingDbContext> journal,
        CaseAccess access, CaseIndex index, CareDirectory directory, CurrentRules rules, TimeProvider clock, CancellationToken ct)
    {
        var own = directory.Party(caller.Organization);
        var (body, problem) = await read((b, errors) => Check(b, transition, own, directory, clock, errors));
        if (body is null) return problem!;
        var now = clock.GetUtcNow();
        var refusal = await writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync([id, .. body.OtherCase is { } otherId ? [otherId] : Array.Empty<Guid>()]);
            var @case = await unit.FindCaseAsync(id);
            if (@case is null || !access.IsVisibleTo(@case, caller)) return Problem.NotFound();
            var actor = access.ActorOf(caller, @case);
            var other = body.OtherCase is { } otherCase ? await unit.FindCaseAsync(otherCase) : null;
            if (IfMatch.Check(http.Request, @case.Version) is { } stale) return stale;
            if (CaseRules.Refusal(transition, @case, actor, now) is { } code)
                return code == ProblemCodes.Forbidden
                    ? Problem.Forbidden()
                    : new Problem(StatusCodes.Status409Conflict, code) { AllowedActions = CaseRules.AllowedActions(@case, actor, now) };
            if (@case.Missing(transition, actor, body) is { } missing) return Problem.Conflict(missing);
            var errors = new FieldErrors();
            if (transition.Action == CaseRules.Close && @case.State == CaseStates.Escalated && body.Decision is null)
                errors.Add("/decision", FieldCodes.DecisionRequired);
            if (body.Clause is not null && @case.Corrected(body, directory) is var corrected)
                CodeLists.CheckClause(body.Clause, corrected.Community, corrected.Agreement, corrected.OccurredOn, errors);
            CheckWithCase(body, transition, @case, directory, errors);
            if (body.OtherCase is not null) CheckOther(transition, @case, other, caller, access, errors);
            if (errors.Any) return Problem.Invalid(errors);
            if (transition.Action == CaseRules.Link)
            {
                await unit.RecordAsync(@case, @case.LinkTo(other!, actor, body.Reason!, now), texts);
                await unit.RecordAsync(other!, other!.LinkTo(@case, actor, body.Reason!, now), texts);
                journal.Append(unit, caller, AccessActions.CaseChanged, [id, other!.Id], transition.Action);
                return null;
            }
            var knowledge = new RoutingKnowledge(directory, rules.Of(body.Organization ?? @case.RespondentOrganization));
            var recorded = @case.Act(transition, actor, body, knowledge, now);
            await unit.RecordAsync(@case, recorded, texts);
            if (transition.Action == CaseRules.HandOver) await index.ReplaceAsync(unit, @case);
            if (transition.Action == CaseRules.Merge)
            {
                await unit.InsertIfNewAsync(new DuplicateRecord
                {
                    Id = id,
                    MainCase = other!.Id,
                    At = now,
                    Reference = @case.Reference,
                    ReporterOrganization = @case.ReporterOrganization,
                    Narrative = @case.Narrative,
                    Comment = recorded.Text,
                    Actor = caller.Subject,
                });
                // What had been merged into it repeats the main case too.
                await unit.Sql.ExecuteAsync("update case_duplicates set main_case = @p2 where main_case = @p1", id, other.Id);
                await unit.RecordAsync(other, other.AddDuplicate(@case.Reference, caller.Subject, now), texts);
            }
            // Triage has its own copy, which a reopening and the search for duplicates go by.
            if (transition.Action is CaseRules.Reclassify or CaseRules.HandOver)
                await unit.EnqueueAsync(new FactsCorrected { DeviationId = id, Version = @case.Version, OccurredAt = now, Facts = @case.Facts });
            journal.Append(unit, caller, AccessActions.CaseChanged, other is null ? [id] : [id, other.Id], transition.Action);
            if (transition.Action == CaseRules.Reopen)
                await unit.EnqueueAsync(new CaseReopened
                {
                    DeviationId = id,
                    Version = @case.Version,
                    OccurredAt = now,
                    Organization = caller.Organization,
                    Case = @case.Changed(recorded),
                    Reason = texts.Protect(recorded.Text!),
                });
            return null;
        }, ct);
        if (refusal is not null) return refusal;
        // Another party or unit may have it now, and then it is not the caller's to read.
        return await CaseView.DetailsAsync(id, http, caller, access, db, journal, clock, ct) is { } details ? TypedResults.Ok(details)
            : TypedResults.NoContent();
    }

    // Most actions need no words, so no body is as good as an empty one.
    private static Task<(CaseAction? Body, Problem? Problem)> ReadAsync(HttpRequest request, Action<CaseAction, FieldErrors> check) =>
        request.ContentLength is 0 or null && request.ContentType is null
            ? Task.FromResult(StrictJson.Check(request.HttpContext, new CaseAction(), ClientJson.Default, new(), check))
            : StrictJson.ReadAsync(request, ClientJson.Default, check);

    /// <summary>Merged is only what one party is to answer; linked is what the caller's party has a part in, and each is answered.</summary>
    private static void CheckOther(Transition transition, Case @case, Case? other, Caller caller, CaseAccess access, FieldErrors errors)
    {
        var isOpen = other is not null && other.Id != @case.Id && access.IsVisibleTo(other, caller)
            && CaseRules.Alive.Contains(other.State, StringComparer.Ordinal);
        if (transition.Action == CaseRules.Merge)
        {
            if (!isOpen || other!.RespondentOrganization != @case.RespondentOrganization) errors.Add("/otherCase", FieldCodes.NoMainCase);
        }
        else if (!isOpen) errors.Add("/otherCase", FieldCodes.NoOpenCase);
        else if (@case.EventId is not null && other!.EventId is not null) errors.Add("/otherCase", FieldCodes.AlreadyLinked);
    }

    /// <summary>What only the case can tell to be right.</summary>
    private static void CheckWithCase(CaseAction b, Transition transition, Case @case, CareDirectory directory, FieldErrors errors)
    {
        var (reporter, respondent) = (directory.Party(@case.ReporterOrganization)!, directory.Party(@case.RespondentOrganization)!);
        if (transition.Action == CaseRules.Return && @case.IsForwarding(respondent) && b.SuggestedUnit is null)
            errors.Add("/suggestedUnit", FieldCodes.Required);
        if (b.Site is not null && respondent.Site(b.Site) is null) errors.Add("/site", FieldCodes.UnknownSite);
        if (LocalMoment.Read(b.OccurredAt) is { } occurred && @case.Facts.DiscoveredAt is { } discovered
            && LocalMoment.IsBefore(discovered, occurred)) errors.Add("/occurredAt", FieldCodes.AfterDiscovered);
        if (b.PatientInformation?.On is { } told && LocalDay.Of(told) < @case.Facts.OccurredOn) errors.Add("/patientInformation/on", FieldCodes.BeforeOccurred);
        // Praise is counted under no clause and with no harm.
        if (@case.IsPraise && b.Clause is not null) errors.Add("/clause", FieldCodes.NotForPraise);
        if (@case.IsPraise && b.ActualHarm is not null) errors.Add("/actualHarm", FieldCodes.NotForPraise);
        if (b.SentOn is { } sent && LocalDay.Of(sent) < NorwegianCalendar.DayOf(@case.ReceivedAt)) errors.Add("/sentOn", FieldCodes.BeforeOccurred);
        if (b.PatientsAffected < @case.Facts.PatientsGiven) errors.Add("/patientsAffected", FieldCodes.FewerThanNamed, @case.Facts.PatientsGiven);
        if (b.Organization is null) return;
        var party = directory.Party(b.Organization)!;
        if (party.OrganizationNumber == reporter.OrganizationNumber) errors.Add("/organization", FieldCodes.OwnOrganization);
        else if (party.OrganizationNumber == respondent.OrganizationNumber) errors.Add("/organization", FieldCodes.NothingToChange);
    }

    private static void Check(CaseAction b, Transition transition, Party? own, CareDirectory directory, TimeProvider clock, FieldErrors errors)
    {
        var action = transition.Action;
        // A suggested unit is one of the party that gets the case.
        var party = action is CaseRules.HandOver ? directory.Party(b.Organization) : own;
        foreach (var (name, value) in Members(b))
            if (value is not null && !CaseRules.MembersOf(action).Contains(name, StringComparer.Ordinal)) errors.Add($"/{name}", FieldCodes.UnknownMember);
        FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors,
            required: action is CaseRules.Return or CaseRules.Transfer or CaseRules.Dispute or CaseRules.Escalate or CaseRules.Reopen or CaseRules.Reclassify
                or CaseRules.EnterInError or CaseRules.HandOver or CaseRules.Reject
                or CaseRules.Merge or CaseRules.Link or CaseRules.Unlink);
        FreeText.CheckOptional(b.Text, "/text", MaxAnswer, errors, required: action is CaseRules.Answer or CaseRules.Thank);
        FreeText.CheckOptional(b.Decision, "/decision", FreeText.MaxLength, errors, required: action is CaseRules.Resolve);
        FreeText.CheckOptional(b.Question, "/question", FreeText.MaxLength, errors, required: action is CaseRules.Ask);
        FreeText.CheckOptional(b.NoMeasuresReason, "/noMeasuresReason", FreeText.MaxLength, errors);
        if (b.SeriousIncidentNotice is { } notice) Check(notice, errors);
        if (b.PatientInformation is { } information) Check(information, clock, errors);
        else if (action is CaseRules.RecordPatientInformation) errors.Add("/patientInformation", FieldCodes.Required);
        if (b.Category is not null && !Vocabulary.Categories.ContainsKey(b.Category)) errors.Add("/category", FieldCodes.UnknownCode);
        if (b.Clause is not null && !AgreementClauses.IsKnown(b.Clause)) errors.Add("/clause", FieldCodes.UnknownCode);
        if (b.ActualHarm is not null && !Vocabulary.Harm.ContainsKey(b.ActualHarm)) errors.Add("/actualHarm", FieldCodes.UnknownCode);
        CodeLists.CheckPatientGroups(b.PatientGroups, errors);
        if (b.PatientsAffected is < 1 or > CodeLists.MaxPatientsAffected)
            errors.Add("/patientsAffected", FieldCodes.OutOfRange, CodeLists.MaxPatientsAffected);
        if (b.OccurredAt is not null) LocalMoment.CheckOccurred(b.OccurredAt, clock.GetUtcNow(), errors);
        if (b.Organization is null && action is CaseRules.HandOver) errors.Add("/organization", FieldCodes.Required);
        else if (b.Organization is not null && directory.Party(b.Organization) is null) errors.Add("/organization", FieldCodes.UnknownOrganization);
        if (b.OtherCase is null && action is (CaseRules.Merge or CaseRules.Link)) errors.Add("/otherCase", FieldCodes.Required);
        if (b.ReasonCode is null && action is CaseRules.Reject) errors.Add("/reasonCode", FieldCodes.Required);
        else if (b.ReasonCode is not null && !Vocabulary.RejectionReasons.ContainsKey(b.ReasonCode)) errors.Add("/reasonCode", FieldCodes.UnknownCode);
        if (b.SentOn is null && action is CaseRules.RecordLetter) errors.Add("/sentOn", FieldCodes.Required);
        else if (b.SentOn is not null && LocalDay.Read(b.SentOn, "/sentOn", errors) > NorwegianCalendar.DayOf(clock.GetUtcNow()))
            errors.Add("/sentOn", FieldCodes.InFuture);
        if (b.Channel is null && action is CaseRules.RecordLetter) errors.Add("/channel", FieldCodes.Required);
        else if (b.Channel is not null && !Vocabulary.LetterChannels.ContainsKey(b.Channel)) errors.Add("/channel", FieldCodes.UnknownCode);
        if (action is CaseRules.Reclassify && b is
            { Category: null, Clause: null, ActualHarm: null, PatientGroups: null, PatientsAffected: null, OccurredAt: null, Site: null })
            errors.Add("", FieldCodes.NothingToChange);
        if (action is CaseRules.Transfer && b.Unit is null) errors.Add("/unit", FieldCodes.Required);
        // Whether the unit is of the case's party is known only with the case; a handler's own party is it.
        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        if (b.Unit is not null && party?.Unit(b.Unit)?.IsOpenOn(today) != true) errors.Add("/unit", FieldCodes.UnknownUnit);
        if (b.SuggestedUnit is not null && party?.Unit(b.SuggestedUnit)?.IsOpenOn(today) != true) errors.Add("/suggestedUnit", FieldCodes.UnknownUnit);
        if (b.ContributingFactors?.Count > Vocabulary.ContributingFactors.Count)
            errors.Add("/contributingFactors", FieldCodes.TooMany, Vocabulary.ContributingFactors.Count);
        foreach (var (index, factor) in (b.ContributingFactors ?? []).Take(Vocabulary.ContributingFactors.Count).Index())
            if (!Vocabulary.ContributingFactors.ContainsKey(factor)) errors.Add($"/contributingFactors/{index}", FieldCodes.UnknownCode);
            else if (b.ContributingFactors!.Take(index).Contains(factor, StringComparer.Ordinal))
                errors.Add($"/contributingFactors/{index}", FieldCodes.Repeated);
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
        ("patientInformation", b.PatientInformation),
        ("category", b.Category), ("clause", b.Clause), ("actualHarm", b.ActualHarm), ("patientGroups", b.PatientGroups),
        ("patientsAffected", b.PatientsAffected),
        ("occurredAt", b.OccurredAt), ("site", b.Site), ("organization", b.Organization), ("reasonCode", b.ReasonCode), ("otherCase", b.OtherCase),
        ("sentOn", b.SentOn), ("channel", b.Channel),
    ];

    private static void Check(SeriousIncidentNotice notice, FieldErrors errors)
    {
        if (notice.Notified is null) errors.Add("/seriousIncidentNotice/notified", FieldCodes.Required);
        else if (notice.Notified is not ("yes" or "no" or "notApplicable")) errors.Add("/seriousIncidentNotice/notified", FieldCodes.UnknownCode);
        FreeText.CheckOptional(notice.Reference, "/seriousIncidentNotice/reference", 100, errors, required: notice.Notified == "yes");
        FreeText.CheckOptional(notice.Reason, "/seriousIncidentNotice/reason", FreeText.MaxLength, errors, required: notice.Notified == "no");
    }

    private static void Check(PatientInformation information, TimeProvider clock, FieldErrors errors)
    {
        const string At = "/patientInformation";
        var (isTold, isNotTold) = (information.Informed == "informed", information.Informed == "notInformed");
        CheckCode(information.Informed, Vocabulary.PatientInformed, "informed", isNeeded: true);
        CheckCode(information.Who, Vocabulary.InformedPersons, "who", isTold);
        CheckCode(information.ReasonCode, Vocabulary.NotInformedReasons, "reasonCode", isNotTold);
        FreeText.CheckOptional(information.By, $"{At}/by", 200, errors, required: isTold);
        FreeText.CheckOptional(information.View, $"{At}/view", FreeText.MaxLength, errors);
        if (information.On is null && isTold) errors.Add($"{At}/on", FieldCodes.Required);
        if (LocalDay.Read(information.On, $"{At}/on", errors) > NorwegianCalendar.DayOf(clock.GetUtcNow())) errors.Add($"{At}/on", FieldCodes.InFuture);
        // Who was not told was told by nobody, on no day; who was, for no reason.
        if (!isTold && information.By is not null) errors.Add($"{At}/by", FieldCodes.Inconsistent);
        if (!isTold && information.On is not null) errors.Add($"{At}/on", FieldCodes.Inconsistent);
        if (!isNotTold && information.ReasonCode is not null) errors.Add($"{At}/reasonCode", FieldCodes.Inconsistent);

        void CheckCode(string? code, IReadOnlyDictionary<string, VocabularyTerm> list, string name, bool isNeeded)
        {
            if (code is null ? isNeeded : !list.ContainsKey(code)) errors.Add($"{At}/{name}", code is null ? FieldCodes.Required : FieldCodes.UnknownCode);
        }
    }

    // «enter-in-error» → EnterInErrorCase
    private static string NameOf(string action) => string.Concat(action.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])) + "Case";
}

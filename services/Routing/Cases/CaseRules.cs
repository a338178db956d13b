using Avvik.Client;
using Avvik.Contracts;

namespace Avvik.Routing.Cases;

/// <summary>Who may take an action on a case.</summary>
internal enum Who
{
    /// <summary>The unit that has it, or a coordinator of its party.</summary>
    Handler,
    /// <summary>Anyone who may report for the reporting party.</summary>
    ReportersParty,
    /// <summary>A handler, and anyone who may report for the reporting party.</summary>
    EitherParty,
    /// <summary>A coordinator of either party.</summary>
    Coordinator,
    /// <summary>A coordinator of the party that is to answer.</summary>
    RespondentsCoordinator,
}

/// <param name="Action">As in the API's path.</param>
/// <param name="From">States in which it may be taken.</param>
/// <param name="To">State after it; null: the one before.</param>
/// <param name="By">Who may take it.</param>
internal sealed record Transition(string Action, string[] From, string? To, Who By);

/// <summary>Who calls, as far as a case's rules need to know.</summary>
/// <param name="OnBehalf">
/// True for the coordinator of the reporter's party when the respondent does not use Avvik: sends it the letter, and enters what it answers.
/// </param>
internal sealed record Actor(string Organization, string? Unit, string Name, bool IsCoordinator, bool IsHandler, bool MayReport, bool OnBehalf = false);

/// <summary>
/// The life of a case as a table: what is not in it cannot be done. What the reporter does by writing (an answer to a question, the one follow-up)
/// and what time does (<see cref="Case.ApplyDue"/>) are not actions of the API, and not here.
/// </summary>
internal static class CaseRules
{
    public const string Acknowledge = "acknowledge", Start = "start", Return = "return", Transfer = "transfer", Ask = "ask", Answer = "answer",
        Accept = "accept", Dispute = "dispute",
        Escalate = "escalate", Resolve = "resolve", Close = "close", Reopen = "reopen", Reclassify = "reclassify", EnterInError = "enter-in-error",
        HandOver = "hand-over", Reject = "reject", Thank = "thank",
        Merge = "merge", Link = "link", Unlink = "unlink", RecordPatientInformation = "record-patient-information", RecordLetter = "record-letter";

    /// <summary>States in which Routing holds the case and it is not final.</summary>
    public static readonly string[] Alive =
        [CaseStates.Routed, CaseStates.Acknowledged, CaseStates.InProgress, CaseStates.AwaitingReporter, CaseStates.Answered, CaseStates.Disputed,
            CaseStates.Escalated];

    // States in which the party can still say that the case is not its own to answer.
    private static readonly string[] Unanswered = [CaseStates.Routed, CaseStates.Acknowledged, CaseStates.InProgress, CaseStates.Escalated];

    // What only a unit of the respondent's own does.
    private static readonly string[] InAUnit = [Acknowledge, Start, Return, Transfer];

    public static IReadOnlyList<Transition> Table { get; } =
    [
        new(Acknowledge, [CaseStates.Routed], CaseStates.Acknowledged, Who.Handler),
        new(Start, [CaseStates.Acknowledged], CaseStates.InProgress, Who.Handler),
        new(Return, [CaseStates.Routed, CaseStates.Acknowledged], CaseStates.Routed, Who.Handler),
        new(Transfer, [CaseStates.InProgress], CaseStates.Routed, Who.Handler),
        new(Ask, [CaseStates.InProgress], CaseStates.AwaitingReporter, Who.Handler),
        new(Answer, [CaseStates.InProgress], CaseStates.Answered, Who.Handler),
        new(Accept, [CaseStates.Answered], CaseStates.Closed, Who.ReportersParty),
        new(Dispute, [CaseStates.Answered], CaseStates.Disputed, Who.ReportersParty),
        new(Escalate, [CaseStates.Disputed], CaseStates.Escalated, Who.Coordinator),
        new(Resolve, [CaseStates.Disputed, CaseStates.Escalated], CaseStates.InProgress, Who.Coordinator),
        new(Close, [CaseStates.Answered, CaseStates.Disputed, CaseStates.Escalated], CaseStates.Closed, Who.Coordinator),
        new(Reopen, [CaseStates.Closed], CaseStates.Triage, Who.Coordinator),
        new(Reclassify, Alive, null, Who.Coordinator),
        new(EnterInError, Alive, CaseStates.EnteredInError, Who.Coordinator),
        new(HandOver, Unanswered, CaseStates.Routed, Who.Coordinator),
        new(Reject, Unanswered, CaseStates.Rejected, Who.RespondentsCoordinator),
        new(Merge, Alive, CaseStates.Duplicate, Who.RespondentsCoordinator),
        new(Link, Alive, null, Who.Coordinator),
        new(Unlink, Alive, null, Who.Coordinator),
        new(Thank, [CaseStates.Routed, CaseStates.Acknowledged, CaseStates.InProgress], CaseStates.Closed, Who.Handler),
        new(RecordPatientInformation, [.. Alive, CaseStates.Closed], null, Who.EitherParty),
        new(RecordLetter, [CaseStates.Routed, CaseStates.Acknowledged, CaseStates.InProgress], CaseStates.InProgress, Who.Handler),
    ];

    /// <summary>Members of the body that an action takes. Another would be lost, so it is refused.</summary>
    public static IReadOnlyList<string> MembersOf(string action) => action switch
    {
        Return => ["reason", "suggestedUnit"],
        Transfer => ["unit", "reason"],
        Ask => ["question"],
        Merge or Link => ["otherCase", "reason"],
        Unlink => ["reason"],
        Thank => ["text"],
        Answer => ["text", "contributingFactors", "measures", "noMeasuresReason", "seriousIncidentNotice"],
        Accept => ["seriousIncidentNotice"],
        Dispute or Escalate or Reopen or EnterInError => ["reason"],
        Resolve => ["decision"],
        Close => ["decision", "seriousIncidentNotice"],
        Reclassify => ["category", "clause", "actualHarm", "patientGroups", "patientsAffected", "occurredAt", "site", "reason"],
        HandOver => ["organization", "suggestedUnit", "reason"],
        Reject => ["reasonCode", "reason"],
        RecordPatientInformation => ["patientInformation"],
        RecordLetter => ["sentOn", "channel"],
        _ => [],
    };

    public static Transition? Find(string action) => Table.FirstOrDefault(t => t.Action == action);

    public static IReadOnlyList<string> AllowedActions(Case @case, Actor actor, DateTimeOffset now) =>
        [.. Table.Where(t => Refusal(t, @case, actor, now) is null).Select(t => t.Action)];

    /// <summary>The actions that are not allowed now, each with the problem code that a call would be refused with.</summary>
    public static IReadOnlyList<RefusedAction> RefusedActions(Case @case, Actor actor, DateTimeOffset now) =>
        [.. Table.Where(t => Concerns(t, actor)).Select(t => (t.Action, Code: Refusal(t, @case, actor, now))).Where(r => r.Code is not null)
            .Select(r => new RefusedAction(r.Action, r.Code!))];

    // A letter is recorded for a party that does not use Avvik, and what a unit does with a case here is not.
    private static bool Concerns(Transition transition, Actor actor) =>
        transition.Action == RecordLetter ? actor.OnBehalf : !actor.OnBehalf || !InAUnit.Contains(transition.Action, StringComparer.Ordinal);

    /// <summary>Why the actor may not, as a problem code; null when they may.</summary>
    public static string? Refusal(Transition transition, Case @case, Actor actor, DateTimeOffset now) =>
        !transition.From.Contains(@case.State, StringComparer.Ordinal) ? ProblemCodes.ActionNotAllowed
        : transition.Action == Unlink && @case.EventId is null ? ProblemCodes.ActionNotAllowed
        : !Concerns(transition, actor) ? ProblemCodes.ActionNotAllowed
        : transition.Action == RecordLetter ? null
        // Praise is read and thanked: nobody works on it.
        : @case.IsPraise ? transition.Action is Start or RecordPatientInformation ? ProblemCodes.ActionNotAllowed : RefusalOf(transition, @case, actor, now)
        : transition.Action == Thank ? ProblemCodes.ActionNotAllowed
        : RefusalOf(transition, @case, actor, now);

    private static string? RefusalOf(Transition transition, Case @case, Actor actor, DateTimeOffset now) =>
        // Who has answered has taken the case as its own.
        transition.Action is HandOver or Reject && @case.AnsweredAt is not null ? ProblemCodes.ActionNotAllowed
        : RefusalOf(transition.By, @case, @case.Unit, actor) is { } refusal ? refusal
        : transition.Action == Reopen && now > @case.ReopenUntil ? ProblemCodes.ReopenTooLate
        : null;

    /// <summary>Why the actor is not the one who may, when it is the handlers of a unit who may.</summary>
    public static string? RefusalOf(Who who, Case @case, string unit, Actor actor) => who switch
    {
        Who.Handler or Who.RespondentsCoordinator when actor.OnBehalf => null,
        Who.Handler when actor.Organization != @case.RespondentOrganization => ProblemCodes.Forbidden,
        Who.Handler when actor.IsCoordinator => null,
        Who.Handler when !actor.IsHandler => ProblemCodes.Forbidden,
        // A token that names no unit is for a party that is not divided into units.
        Who.Handler => actor.Unit is null || actor.Unit == unit ? null : ProblemCodes.OtherUnit,
        Who.ReportersParty => actor.Organization == @case.ReporterOrganization && actor.MayReport ? null : ProblemCodes.Forbidden,
        Who.EitherParty => RefusalOf(actor.Organization == @case.ReporterOrganization ? Who.ReportersParty : Who.Handler, @case, unit, actor),
        Who.Coordinator => actor.IsCoordinator && (actor.Organization == @case.RespondentOrganization || actor.Organization == @case.ReporterOrganization)
            ? null : ProblemCodes.Forbidden,
        Who.RespondentsCoordinator => actor.IsCoordinator && actor.Organization == @case.RespondentOrganization ? null : ProblemCodes.Forbidden,
    };
}

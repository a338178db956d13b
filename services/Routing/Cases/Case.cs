using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Hosting.Calendar;
using Avvik.Routing.RoutingRules;

namespace Avvik.Routing.Cases;

/// <summary>Inputs of a routing decision: the directory and the respondent's own rules.</summary>
internal sealed record RoutingKnowledge(CareDirectory Directory, PartyRules Rules);

/// <summary>The duty to notify of a serious event. Each party answers for itself, and no answer replaces another.</summary>
/// <param name="From">Receipt, or when the harm was raised or the case reopened.</param>
/// <param name="Given">Every answer of either party, oldest first.</param>
internal sealed record NoticeDuty(DateTimeOffset From, IReadOnlyList<PartyNotice> Given)
{
    /// <summary>What a party has last answered since the duty began; null when it has not.</summary>
    public SeriousIncidentNotice? AnswerOf(string organization) => Given.LastOrDefault(given => given.Organization == organization && given.At >= From)?.Notice;

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    /// <summary>Rows from before there was one notice for each party hold a single answer.</summary>
    public static NoticeDuty FromJson(string json)
    {
        if (JsonSerializer.Deserialize<NoticeDuty>(json, JsonSerializerOptions.Web) is { Given: not null } duty) return duty;
        return new(default, [new("", null, default, JsonSerializer.Deserialize(json, ClientJson.Default.SeriousIncidentNotice)!)]);
    }

    /// <summary>With what a row from before did not say: the duty began at receipt, and the answer counted as the respondent's.</summary>
    public NoticeDuty Completed(DateTimeOffset receivedAt, string respondent) =>
        From == default ? new(receivedAt, [.. Given.Select(given => given with { Organization = respondent, At = receivedAt })]) : this;
}

/// <summary>Words that come with a triaged deviation.</summary>
/// <param name="Comment">The coordinator's, to the reporter.</param>
internal sealed record CaseTexts(
    string Narrative, string? ImmediateAction = null, string? SuggestedMeasure = null, string? ReporterProfession = null, string? MessageId = null,
        string? Comment = null, string? UnknownSite = null);

/// <summary>
/// A case: one for both parties. Each accepted action, and each thing that time does, raises the version by one, appends one line of history and
/// is one event. Plain rules: no clock, no storage.
/// </summary>
internal sealed partial class Case
{
    private readonly List<Measure> _measures = [];
    private Deadlines? _deadlines;

    private Case() { }

    public Guid Id { get; private set; }
    public int Version { get; private set; }
    public string State { get; private set; } = CaseStates.Routed;
    /// <summary>Good collaboration: sent, read, thanked, and perhaps a good story; no deviation, so nothing of a deviation is asked of anyone.</summary>
    public bool IsPraise => Facts.Kind == Vocabulary.Praise;
    /// <summary>True in a final state; a column of its own for the worklist's index.</summary>
    public bool IsFinal { get; private set; }
    public string Unit { get; private set; } = "";
    public string Reference { get; private set; } = "";
    public string Community { get; private set; } = "";
    public string ReporterOrganization { get; private set; } = "";
    /// <summary>Unit of whoever reported it; null when none is known. A column of its own, since it decides who may see the case.</summary>
    public string? ReporterUnit { get; private set; }
    public string RespondentOrganization { get; private set; } = "";
    public string Category { get; private set; } = "";
    public string ActualHarm { get; private set; } = "";
    /// <summary>Degree of harm, for sorting: 0 unknown … 6 death.</summary>
    public int HarmRank { get; private set; }
    public string Priority { get; private set; } = "";
    public DateTimeOffset ReceivedAt { get; private set; }
    /// <summary>From when the answer time runs: receipt, or when the case came back to be answered again; later by what it stood still.</summary>
    public DateTimeOffset ClockStartedAt { get; private set; }
    public DateTimeOffset DueAt { get; private set; }
    public DateTimeOffset AcknowledgeBy { get; private set; }
    public DateTimeOffset? AcknowledgedAt { get; private set; }
    public DateTimeOffset? AnsweredAt { get; private set; }
    public DateTimeOffset? ClosedAt { get; private set; }
    /// <summary>The next moment at which time does something to the case; null when only people will.</summary>
    public DateTimeOffset? NextDueAt { get; private set; }
    /// <summary>When its newest line of history was written.</summary>
    public DateTimeOffset ChangedAt { get; private set; }
    /// <summary>Returns to a wrong recipient; a transfer inside the party is none.</summary>
    public int Hops { get; private set; }
    public IReadOnlyList<UnitHop> UnitHops { get; private set; } = [];
    /// <summary>Parties that handed it over to another, oldest first: organisation numbers.</summary>
    public IReadOnlyList<string> EarlierRespondents { get; private set; } = [];
    /// <summary>Letters to a respondent that does not use Avvik, oldest first.</summary>
    public IReadOnlyList<SentLetter> Letters { get; private set; } = [];
    /// <summary>Code of <c>rejectionReasons</c>, when a coordinator rejected it after it was routed.</summary>
    public string? RejectionReason { get; private set; }
    public int Disputes { get; private set; }
    public int Escalations { get; private set; }
    public int Reopenings { get; private set; }
    public int FollowUps { get; private set; }
    /// <summary>Triage's changes of the case since it was first reopened that are in its history, by Triage's own numbers.</summary>
    public IReadOnlyList<int> TriageChanges { get; private set; } = [];
    /// <summary>Lessons that both parties have approved.</summary>
    public int Lessons { get; private set; }
    /// <summary>Steps of the answer time's ladder that have been taken: reminders, the leader's, escalation.</summary>
    public int Reminders { get; private set; }
    public bool AcknowledgeReminded { get; private set; }
    public bool NoticeReminded { get; private set; }
    public bool ReporterWarned { get; private set; }
    public DateTimeOffset? AskedAt { get; private set; }
    public string? Question { get; private set; }
    /// <summary>Why the reporter's party does not agree with the current answer.</summary>
    public string? Disagreement { get; private set; }
    /// <summary>What is stored of <see cref="Duty"/>; null while nobody has answered and nothing has changed since receipt.</summary>
    public NoticeDuty? Notice { get; private set; }
    /// <summary>What either party has recorded of telling patient and next of kin, oldest first; null before the first.</summary>
    public IReadOnlyList<PatientInformationRecord>? PatientInformation { get; private set; }
    /// <summary>Every closing so far; a reopening keeps it.</summary>
    public IReadOnlyList<CaseClosing> Closings { get; private set; } = [];
    public Guid? MainCase { get; private set; }
    /// <summary>The event that it is a report of, when others are too: linked cases share it.</summary>
    public Guid? EventId { get; private set; }
    public string Rule { get; private set; } = "";
    public int RuleVersion { get; private set; }
    public IReadOnlyList<string> Reasons { get; private set; } = [];
    public DeviationFacts Facts { get; private set; } = null!;
    public string Narrative { get; private set; } = "";
    public string? ImmediateAction { get; private set; }
    public string? SuggestedMeasure { get; private set; }
    public string? ReporterProfession { get; private set; }
    /// <summary>Keyed tokens of the words that it is found by (<see cref="Search.WordTokens"/>).</summary>
    public int[]? Words { get; set; }
    /// <summary>False until it is in the text index; then it is put there (<see cref="Search.IndexBackfill"/>).</summary>
    public bool IsIndexed { get; set; }
    /// <summary>Of the electronic message concerned.</summary>
    public string? MessageId { get; private set; }
    /// <summary>The site that the reporter named and the directory does not know; null once it has been corrected.</summary>
    public string? UnknownSite { get; private set; }
    /// <summary>The current answer without its measures, which are rows of their own (<see cref="CurrentAnswer"/>).</summary>
    public CaseAnswer? Answer { get; private set; }
    public IReadOnlyList<Measure> Measures => _measures;

    /// <summary>Last moment at which it may be reopened; null while it is not closed.</summary>
    public DateTimeOffset? ReopenUntil => ClosedAt?.AddMonths(Deadlines.ReopenMonths);

    /// <summary>A closed case was reopened, and Triage decides about it. Other changes of it still raise the version.</summary>
    public bool IsWithTriage => Reopenings > 0 && AskedAt is null && State is CaseStates.Triage or CaseStates.AwaitingReporter;

    private Deadlines Deadlines => _deadlines ??= Vocabulary.DeadlinesOf(Community, Facts.Agreement);

    public static (Case Case, CaseEventRecord Event) Open(DeviationTriaged triaged, CaseTexts texts, RoutingKnowledge knowledge, DateTimeOffset now)
    {
        var facts = triaged.Facts;
        var @case = new Case
        {
            Id = triaged.DeviationId,
            Version = triaged.Version,
            Reference = facts.Reference,
            Community = facts.Community,
            ReporterOrganization = facts.ReporterOrganization,
            ReporterUnit = facts.ReporterUnit,
            RespondentOrganization = facts.RespondentOrganization,
            ReceivedAt = facts.ReceivedAt,
            Narrative = texts.Narrative,
            ImmediateAction = texts.ImmediateAction,
            SuggestedMeasure = texts.SuggestedMeasure,
            ReporterProfession = texts.ReporterProfession,
            MessageId = texts.MessageId,
            UnknownSite = texts.UnknownSite,
        };
        return (@case, @case.Route(triaged, texts.Comment, clockFrom: facts.ReceivedAt, knowledge, now));
    }

    /// <summary>
    /// Triage's answer to a reopening. Null when nothing waits for it: it is an earlier reopening's, or this one has been routed or ended. Whatever else has
    /// happened to the case since it was reopened does not matter.
    /// </summary>
    public CaseEventRecord? RouteAgain(DeviationTriaged triaged, string? comment, RoutingKnowledge knowledge, DateTimeOffset now) =>
        IsWithTriage && (triaged.Reopening is { } reopening ? reopening == Reopenings : triaged.Version > Version)
            ? Route(triaged, comment, clockFrom: now, knowledge, now) : null;

    private CaseEventRecord Route(DeviationTriaged triaged, string? comment, DateTimeOffset clockFrom, RoutingKnowledge knowledge, DateTimeOffset now)
    {
        var (unit, decision) = UnitRules.Decide(triaged.Facts, triaged.Unit, knowledge.Directory, knowledge.Rules, NorwegianCalendar.DayOf(now));
        Classify(triaged.Facts, triaged.Reasons, clockFrom);
        StartClock(clockFrom);
        (Priority, RuleVersion) = (triaged.Priority, decision.Version);
        AssignUnit(unit.Code, decision.Rule, now);
        return Record("routed", CaseStates.Routed, triaged.TriagedBy, triaged.Actor, comment, now);
    }

    public CaseChanged Changed(CaseEventRecord recorded) => Changed(recorded.Action, recorded.Organization, recorded.At);

    /// <summary>The current state for a replay; nothing has happened.</summary>
    public CaseSnapshotPublished Snapshot(DateTimeOffset now) =>
        new() { DeviationId = Id, Version = Version, OccurredAt = now, Case = Changed("snapshot", null, now) };

    private CaseChanged Changed(string action, string? organization, DateTimeOffset at) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = at,
        Action = action,
        Organization = organization,
        State = State,
        Facts = Facts,
        Unit = Unit,
        DueAt = DueAt,
        ReminderPercent = action == Reminded ? Deadlines.ReminderPercent[Reminders - 1] : null,
        AcknowledgedAt = AcknowledgedAt,
        AnsweredAt = AnsweredAt,
        ClosedAt = ClosedAt,
        Hops = Hops,
        UnitHops = UnitHops,
        EarlierRespondents = EarlierRespondents,
        RejectionReason = RejectionReason,
        ContributingFactors = Answer?.ContributingFactors,
        Disputes = Disputes,
        Escalations = Escalations,
        Reopenings = Reopenings,
        Measures = Answer is null ? null : [.. _measures.Select(m => m.Fact)],
        Lessons = Lessons,
        PatientInformed = PatientInformation is not { Count: > 0 } told ? null : told.Any(i => i.Information.Informed == "informed") ? "informed"
            : told[^1].Information.Informed,
        MainCase = MainCase,
        EventId = EventId,
    };

    /// <summary>The current answer with its measures.</summary>
    public CaseAnswer? CurrentAnswer() => Answer is null ? null : Answer with { Measures = [.. _measures.OrderBy(m => m.Id).Select(m => m.View())] };

    /// <summary>The duty to notify of a serious event, and what the parties have answered; null when the harm never was serious.</summary>
    private NoticeDuty? Duty => Notice?.Completed(ReceivedAt, RespondentOrganization) ?? (Harm.IsSerious(ActualHarm) ? new(ReceivedAt, []) : null);

    /// <summary>The respondent has still to say whether it has notified. Lowering the harm does not lift the duty.</summary>
    public bool AwaitsNotice => Duty is { } duty && duty.AnswerOf(RespondentOrganization) is null;

    /// <summary>Whom to notify and by when; null when the harm never was serious. Who answered for a party is for that party's eyes.</summary>
    public SeriousIncident? SeriousIncident(string? reader = null)
    {
        if (Duty is not { } duty) return null;
        var from = NorwegianCalendar.DayOf(duty.From);
        var rule = Vocabulary.SeriousIncidentRuleOn(from);
        return new(rule.Recipients, NorwegianCalendar.AddWorkingDays(from, rule.WorkingDays), rule.Label, duty.AnswerOf(RespondentOrganization),
            [.. duty.Given.Select(given => given.Organization == reader ? given : given with { Actor = null })]);
    }

    private void Classify(DeviationFacts facts, IEnumerable<string> reasons, DateTimeOffset from)
    {
        // Worse than it was known to be: a duty of its own, with its own time. No duty goes away because the harm is lowered.
        if (Harm.IsSerious(facts.ActualHarm) && Harm.Rank(facts.ActualHarm) > HarmRank) RenewNoticeDuty(from);
        else Notice = Duty;
        // Triage's may be from before more patients were named.
        Facts = facts.WithPatientsGiven(Facts?.PatientsGiven ?? 0);
        Category = facts.Category ?? throw new InvalidOperationException("A triaged deviation has a category.");
        (ActualHarm, HarmRank) = (facts.ActualHarm, Harm.Rank(facts.ActualHarm));
        Reasons = [.. reasons];
    }

    private void RenewNoticeDuty(DateTimeOffset from) => (Notice, NoticeReminded) = (new(from, Duty?.Given ?? []), false);

    /// <summary>The time to answer begins (again).</summary>
    private void StartClock(DateTimeOffset at) => (ClockStartedAt, DueAt, Reminders) = (at, DueAfter(at), 0);

    private DateTimeOffset DueAfter(DateTimeOffset at) =>
        NorwegianCalendar.DeadlineAfter(at, IsPraise ? Deadlines.PraiseDays : Deadlines.AnswerCalendarDays);

    private void AssignUnit(string unit, string rule, DateTimeOffset now)
    {
        (Unit, Rule, AcknowledgedAt, AcknowledgeReminded) = (unit, rule, null, false);
        AcknowledgeBy = NorwegianCalendar.AddWorkingDays(now, Deadlines.AcknowledgeWorkingDays);
    }

    private CaseEventRecord Record(string action, string to, string? organization, string? actor, string? text, DateTimeOffset now)
    {
        (Version, State, IsFinal) = (Version + 1, to, CaseStates.IsFinal(to));
        NextDueAt = Next()?.At;
        // Clocks of two instances differ.
        if (now > ChangedAt) ChangedAt = now;
        return new CaseEventRecord
        {
            CaseId = Id,
            Version = Version,
            At = now,
            Action = action,
            Organization = organization,
            Actor = actor,
            State = to,
            Unit = Unit,
            Text = text
        };
    }
}

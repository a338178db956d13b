using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Hosting.Calendar;
using Avvik.Routing.RoutingRules;

namespace Avvik.Routing.Cases;

/// <summary>What routing goes by at one moment: the directory, and the respondent's own rules.</summary>
internal sealed record RoutingKnowledge(CareDirectory Directory, PartyRules Rules);

/// <summary>Words that come with a triaged deviation.</summary>
/// <param name="Comment">The coordinator's, to the reporter.</param>
internal sealed record CaseTexts(string Narrative, string? ImmediateAction = null, string? SuggestedMeasure = null, string? Comment = null);

/// <summary>
/// A case: one for both parties. Each accepted action, and each thing that time does, raises the version by one, appends one line of history and
/// is one event. Plain rules: no clock, no storage.
/// </summary>
internal sealed partial class Case
{
    private readonly List<Measure> _measures = [];
    private DeviationFacts? _facts;
    private Deadlines? _deadlines;

    private Case() { }

    public Guid Id { get; private set; }
    public int Version { get; private set; }
    public string State { get; private set; } = CaseStates.Routed;
    /// <summary>What the state says; a column of its own, so that the worklist's index has what is left to do in one place.</summary>
    public bool IsFinal { get; private set; }
    public string Unit { get; private set; } = "";
    public string Reference { get; private set; } = "";
    public string Community { get; private set; } = "";
    public string ReporterOrganization { get; private set; } = "";
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
    /// <summary>Returns to a wrong recipient; a transfer inside the party is none.</summary>
    public int Hops { get; private set; }
    public string UnitHops { get; private set; } = "[]";
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
    /// <summary>Why the reporter's party does not agree with the answer that stands.</summary>
    public string? Disagreement { get; private set; }
    /// <summary>The answer to «varslet?».</summary>
    public string? Notice { get; private set; }
    /// <summary>Every closing so far; a reopening keeps it.</summary>
    public string Closings { get; private set; } = "[]";
    public Guid? MainCase { get; private set; }
    public string Rule { get; private set; } = "";
    public int RuleVersion { get; private set; }
    public string Reasons { get; private set; } = "[]";
    public string Facts { get; private set; } = "";
    public string Narrative { get; private set; } = "";
    public string? ImmediateAction { get; private set; }
    public string? SuggestedMeasure { get; private set; }
    public string? Answer { get; private set; }
    public IReadOnlyList<Measure> Measures => _measures;

    public bool IsSerious => Harm.IsSerious(ActualHarm);

    /// <summary>Last moment at which it may be reopened; null while it is not closed.</summary>
    public DateTimeOffset? ReopenUntil => ClosedAt?.AddMonths(Deadlines.ReopenMonths);

    /// <summary>A closed case was reopened, and Triage decides about it. What happens to it here meanwhile is numbered on.</summary>
    public bool IsWithTriage => Reopenings > 0 && AskedAt is null && State is CaseStates.Triage or CaseStates.AwaitingReporter;

    private Deadlines Deadlines => _deadlines ??= Vocabulary.DeadlinesOf(Community, ReadFacts().Agreement);

    public DeviationFacts ReadFacts() => _facts ??= JsonSerializer.Deserialize(Facts, ContractJson.Default.DeviationFacts)!;

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
            RespondentOrganization = facts.RespondentOrganization,
            ReceivedAt = facts.ReceivedAt,
            Narrative = texts.Narrative,
            ImmediateAction = texts.ImmediateAction,
            SuggestedMeasure = texts.SuggestedMeasure,
        };
        return (@case, @case.Route(triaged, texts.Comment, clockFrom: facts.ReceivedAt, knowledge, now));
    }

    /// <summary>
    /// Triage's answer to a reopening. Null when nothing waits for it: it is an earlier reopening's, or this one has been routed or ended. Whatever else has
    /// happened to the case since it was reopened does not matter.
    /// </summary>
    public CaseEventRecord? RouteAgain(DeviationTriaged triaged, string? comment, RoutingKnowledge knowledge, DateTimeOffset now) =>
        IsWithTriage && (triaged.Reopening is { } reopening ? reopening == Reopenings : triaged.Version > Version) ? Route(triaged, comment, clockFrom: now, knowledge, now) : null;

    private CaseEventRecord Route(DeviationTriaged triaged, string? comment, DateTimeOffset clockFrom, RoutingKnowledge knowledge, DateTimeOffset now)
    {
        var (unit, decision) = UnitRules.Decide(triaged.Facts, triaged.Unit, knowledge.Directory, knowledge.Rules, NorwegianCalendar.DayOf(now));
        Classify(triaged.Facts, triaged.Reasons);
        StartClock(clockFrom);
        (Priority, RuleVersion) = (triaged.Priority, decision.Version);
        GiveTo(unit.Code, decision.Rule, now);
        return Record("routed", CaseStates.Routed, triaged.TriagedBy, null, comment, now);
    }

    public CaseChanged Changed(CaseEventRecord recorded) => Changed(recorded.Action, recorded.Organization, recorded.At);

    /// <summary>How it stands, for those who count; nothing has happened.</summary>
    public CaseSnapshotPublished Snapshot(DateTimeOffset now) => new() { DeviationId = Id, Version = Version, OccurredAt = now, Case = Changed("snapshot", null, now) };

    private CaseChanged Changed(string action, string? organization, DateTimeOffset at) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = at,
        Action = action,
        Organization = organization,
        State = State,
        Facts = ReadFacts(),
        Unit = Unit,
        DueAt = DueAt,
        AcknowledgedAt = AcknowledgedAt,
        AnsweredAt = AnsweredAt,
        ClosedAt = ClosedAt,
        Hops = Hops,
        UnitHops = ReadUnitHops(),
        ContributingFactors = ReadAnswer()?.ContributingFactors,
        Disputes = Disputes,
        Escalations = Escalations,
        Reopenings = Reopenings,
        Measures = Answer is null ? null : [.. _measures.Select(m => m.Fact)],
        Lessons = Lessons,
        MainCase = MainCase,
    };

    /// <summary>The answer that stands, with its measures as they stand.</summary>
    public CaseAnswer? ReadAnswer() => Answer is null ? null : JsonSerializer.Deserialize(Answer, ClientJson.Default.CaseAnswer)! with
    {
        Measures = [.. _measures.OrderBy(m => m.Id).Select(m => m.View())],
    };

    private UnitHop[] ReadUnitHops() => UnitHops == "[]" ? [] : JsonSerializer.Deserialize<UnitHop[]>(UnitHops)!;

    public SeriousIncidentNotice? ReadNotice() => Notice is null ? null : JsonSerializer.Deserialize(Notice, ClientJson.Default.SeriousIncidentNotice);

    /// <summary>Whom to notify and by when; null when the harm is not serious.</summary>
    public SeriousIncident? SeriousIncident()
    {
        if (!IsSerious) return null;
        var received = NorwegianCalendar.DayOf(ReceivedAt);
        var rule = Vocabulary.SeriousIncidentRuleOn(received);
        return new(rule.Recipients, NorwegianCalendar.AddWorkingDays(received, rule.WorkingDays), rule.Label, ReadNotice());
    }

    public IReadOnlyList<CaseClosing> ReadClosings() => JsonSerializer.Deserialize(Closings, ClientJson.Default.IReadOnlyListCaseClosing)!;

    private void Classify(DeviationFacts facts, IEnumerable<string> reasons)
    {
        (_facts, Facts) = (facts, JsonSerializer.Serialize(facts, ContractJson.Default.DeviationFacts));
        Category = facts.Category ?? throw new InvalidOperationException("A triaged deviation has a category.");
        (ActualHarm, HarmRank) = (facts.ActualHarm, Harm.Rank(facts.ActualHarm));
        Reasons = JsonSerializer.Serialize(reasons);
    }

    /// <summary>The time to answer begins (again).</summary>
    private void StartClock(DateTimeOffset at) => (ClockStartedAt, DueAt, Reminders) = (at, NorwegianCalendar.AddDays(at, Deadlines.AnswerCalendarDays), 0);

    private void GiveTo(string unit, string rule, DateTimeOffset now)
    {
        (Unit, Rule, AcknowledgedAt, AcknowledgeReminded) = (unit, rule, null, false);
        AcknowledgeBy = NorwegianCalendar.AddWorkingDays(now, Deadlines.AcknowledgeWorkingDays);
    }

    private CaseEventRecord Record(string action, string to, string? organization, string? actor, string? text, DateTimeOffset now)
    {
        (Version, State, IsFinal) = (Version + 1, to, CaseStates.IsFinal(to));
        NextDueAt = Next()?.At;
        return new CaseEventRecord { CaseId = Id, Version = Version, At = now, Action = action, Organization = organization, Actor = actor, State = to, Unit = Unit, Text = text };
    }
}

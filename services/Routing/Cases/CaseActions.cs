using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Hosting.Calendar;

namespace Avvik.Routing.Cases;

/// <summary>Actions of people on a case.</summary>
internal sealed partial class Case
{
    /// <summary>As the history names a message that does not move the case.</summary>
    public const string ReporterMessage = "reporterMessage", LessonApproved = "lessonApproved";

    /// <summary>As the history names a message that asks for a closed case to be reopened.</summary>
    public const string ReopeningAsked = "reopeningAsked";

    private const string Forwarded = "forwarded", Reminded = "reminded";

    // How a unit was chosen without anybody saying so: what was typed wrong decided it, and what is right decides again.
    private static readonly string[] AutomaticRules = ["respondentUnit", "partyRule", "categoryService", "site", "fallback"];

    /// <summary>True when a return is the fallback unit's placing of what no rule could place.</summary>
    public bool IsForwarding(Party respondent) => Unit == respondent.FallbackUnit.Code;

    /// <summary>What an action still needs that only the case can tell, as a problem code; null when nothing is missing.</summary>
    public string? Missing(Transition transition, Actor actor, CaseAction body) =>
        transition.To == CaseStates.Closed && AwaitsNotice && (body.SeriousIncidentNotice is null || Notifier(transition, actor) != RespondentOrganization)
            ? ProblemCodes.SeriousIncidentNoticeRequired : null;

    // Whoever answers for a party that does not use Avvik, or closes without its answer, says for it whether it has notified.
    private string Notifier(Transition transition, Actor actor) =>
        actor.OnBehalf && transition.Action is CaseRules.Answer or CaseRules.Close ? RespondentOrganization : actor.Organization;

    /// <summary>Takes an action that <see cref="CaseRules.Refusal"/> and <see cref="Missing"/> have nothing against, and whose body has what it
    /// needs.</summary>
    public CaseEventRecord Act(Transition transition, Actor actor, CaseAction body, RoutingKnowledge knowledge, DateTimeOffset now)
    {
        var (to, directory) = (transition.To ?? State, knowledge.Directory);
        var (action, words) = (PastTense(transition.Action), body.Question ?? body.Text ?? body.Decision ?? body.Reason);
        if (body.SeriousIncidentNotice is { } notice)
            Notice = new(Duty?.From ?? now, [.. Duty?.Given ?? [], new(Notifier(transition, actor), actor.Name, now, notice)]);
        switch (transition.Action)
        {
            case CaseRules.Acknowledge:
                AcknowledgedAt = now;
                break;
            case CaseRules.Return:
                var own = directory.Party(RespondentOrganization)!;
                var unit = (own.Unit(body.SuggestedUnit) is { } suggested && suggested.IsOpenOn(NorwegianCalendar.DayOf(now)) ? suggested
                    : own.FallbackUnit).Code;
                // To place what nobody could place is the fallback unit's work: nobody was the wrong recipient.
                if (IsForwarding(own))
                {
                    action = Forwarded;
                    AssignUnit(unit, Forwarded, now);
                    break;
                }
                Hops++;
                UnitHops = [.. UnitHops, new(Unit, unit)];
                AssignUnit(unit, "returned", now);
                // A ball that nobody keeps is for the coordinators of both parties.
                if (Hops > Deadlines.MaxWrongRecipientHops) (to, Escalations) = (CaseStates.Escalated, Escalations + 1);
                break;
            case CaseRules.Transfer:
                AssignUnit(body.Unit!, "transferred", now);
                break;
            case CaseRules.Ask:
                (AskedAt, Question, ReporterWarned) = (now, body.Question, false);
                break;
            case CaseRules.Answer or CaseRules.Thank:
                GiveAnswer(body, directory.Party(RespondentOrganization)!, now);
                break;
            case CaseRules.Dispute:
                (Disagreement, Disputes) = (body.Reason, Disputes + 1);
                break;
            case CaseRules.Escalate:
                Escalations++;
                break;
            case CaseRules.Resolve:
                StartClock(now);
                break;
            case CaseRules.Reopen:
                (ClosedAt, Reopenings) = (null, Reopenings + 1);
                if (Duty is not null) RenewNoticeDuty(now);
                break;
            case CaseRules.Reclassify:
                (to, words) = Correct(body, to, knowledge, now);
                break;
            case CaseRules.HandOver:
                (to, words) = HandOver(body, knowledge, now);
                break;
            case CaseRules.Merge:
                MainCase = body.OtherCase;
                break;
            case CaseRules.Unlink:
                EventId = null;
                break;
            case CaseRules.Reject:
                (RejectionReason, words) = (body.ReasonCode, $"{Vocabulary.RejectionReasons[body.ReasonCode!].Label}: {body.Reason}");
                break;
            case CaseRules.RecordPatientInformation:
                var information = body.PatientInformation!;
                PatientInformation = [.. PatientInformation ?? [], new(actor.Organization, actor.Name, now, information)];
                words = WordsOf(information);
                break;
            case CaseRules.RecordLetter:
                words = RecordLetter(body, now);
                break;
        }
        // The line names who wrote it; whose words they are, they say themselves.
        if (actor.OnBehalf && transition is { By: Who.Handler or Who.RespondentsCoordinator, Action: not CaseRules.RecordLetter })
            words = Texts.Message("onBehalf", directory.Party(RespondentOrganization)!.Name, words ?? "");
        if (to == CaseStates.Closed) Close(actor.Organization, body.Decision, now);
        else if (CaseStates.IsFinal(to)) ClosedAt = now;
        return Record(action, to, actor.Organization, actor.Name, words, now);
    }

    /// <summary>
    /// The reporter wrote: the answer that was waited for, the one follow-up to an answer, or something that the unit is to read before it does anything
    /// else. What was written before the question or the answer is about something else, whenever it arrives.
    /// </summary>
    public CaseEventRecord ReporterWrote(string organization, string text, DateTimeOffset writtenAt, DateTimeOffset now, bool asksReopening = false,
        bool acceptsAnswer = false)
    {
        if (acceptsAnswer)
        {
            // What answer was accepted, only its time tells: one that was given since has not been read.
            if (State != CaseStates.Answered || writtenAt < AnsweredAt) return Record(ReporterMessage, State, organization, null, text, writtenAt);
            // As for every other way to close: «varslet?» is still to be answered.
            if (AwaitsNotice) return Record("accepted", State, organization, null, null, now);
            Close(organization, null, now);
            return Record("accepted", CaseStates.Closed, organization, null, null, now);
        }
        if (State == CaseStates.AwaitingReporter && AskedAt is { } asked && writtenAt >= asked)
        {
            // The deadline is postponed by the time that the question was open.
            var stood = now - asked;
            (ClockStartedAt, DueAt, AskedAt, Question) = (ClockStartedAt + stood, NorwegianCalendar.Postpone(DueAt, stood), null, null);
            return Record("reporterAnswered", CaseStates.InProgress, organization, null, null, now);
        }
        if (State == CaseStates.Answered && FollowUps == 0 && writtenAt >= AnsweredAt)
        {
            FollowUps++;
            StartClock(now);
            return Record("followedUp", CaseStates.InProgress, organization, null, null, now);
        }
        return Record(asksReopening && State == CaseStates.Closed ? ReopeningAsked : ReporterMessage, State, organization, null, text, writtenAt);
    }

    /// <summary>The reporter of a duplicate wrote. Another party's name is not for the reporter of this case.</summary>
    public CaseEventRecord ReporterOfDuplicateWrote(string organization, string text, DateTimeOffset writtenAt) =>
        Record(ReporterMessage, State, organization == ReporterOrganization ? organization : null, null, text, writtenAt);

    /// <summary>The reporter's party named more patients; null when so many were known.</summary>
    public CaseEventRecord? AddPatients(int named, string organization, DateTimeOffset at)
    {
        var before = Facts.PatientsGiven;
        if (named <= before) return null;
        Facts = Facts.WithPatientsGiven(named);
        return Record("patientsAdded", State, organization, null, Texts.Message("changed.patientsGiven", before, named), at);
    }

    /// <summary>The reporter withdrew it, whoever has it.</summary>
    public CaseEventRecord Withdraw(string organization, string reason, DateTimeOffset now)
    {
        ClosedAt = now;
        return Record("withdrawn", CaseStates.Withdrawn, organization, null, reason, now);
    }

    /// <summary>It and another case are reports of one event: each is answered, and together they count as one event.</summary>
    public CaseEventRecord LinkTo(Case other, Actor actor, string reason, DateTimeOffset now)
    {
        EventId ??= other.EventId ?? Guid.CreateVersion7(now);
        return Record("linked", State, actor.Organization, actor.Name, $"{other.Reference}: {reason}", now);
    }

    /// <summary>A coordinator found in triage that it repeats another.</summary>
    public CaseEventRecord Merge(Guid mainCase, string? comment, DateTimeOffset now, string? actor = null)
    {
        (ClosedAt, MainCase) = (now, mainCase);
        return Record("duplicate", CaseStates.Duplicate, RespondentOrganization, actor, comment, now);
    }

    /// <summary>Another deviation repeats this one.</summary>
    public CaseEventRecord AddDuplicate(string reference, string? actor, DateTimeOffset now) =>
        Record("duplicateAdded", State, RespondentOrganization, actor, reference, now);

    /// <summary>Replaces each text by what is left of it.</summary>
    public void Strike(Func<string, string> strike)
    {
        string? Optional(string? text) => text is null ? null : strike(text);
        Narrative = strike(Narrative);
        (ImmediateAction, SuggestedMeasure, ReporterProfession) = (Optional(ImmediateAction), Optional(SuggestedMeasure), Optional(ReporterProfession));
        (MessageId, UnknownSite, Question, Disagreement) = (Optional(MessageId), Optional(UnknownSite), Optional(Question), Optional(Disagreement));
        if (Answer is { } answer) Answer = answer with { Text = strike(answer.Text), NoMeasuresReason = Optional(answer.NoMeasuresReason) };
        Closings = [.. Closings.Select(c => c with
        {
            Decision = Optional(c.Decision),
            RespondentsView = Optional(c.RespondentsView),
            ReportersView = Optional(c.ReportersView),
        })];
        if (Notice is { } notice)
            Notice = notice with
            {
                Given = [.. notice.Given.Select(g => g with
                {
                    Notice = g.Notice with { Reference = Optional(g.Notice.Reference), Reason = Optional(g.Notice.Reason) },
                })],
            };
        PatientInformation = PatientInformation?.Select(i => i with
        {
            Information = i.Information with { By = Optional(i.Information.By), View = Optional(i.Information.View) },
        }).ToList();
        foreach (var measure in _measures) measure.Strike(strike);
    }

    /// <summary>A passage was struck; the words that are kept are why.</summary>
    public CaseEventRecord Redacted(string organization, string reason, DateTimeOffset now) => Record("redacted", State, organization, null, reason, now);

    /// <summary>Both parties have approved what is to be learnt from it.</summary>
    public CaseEventRecord AddLesson(string title, string organization, string actor, DateTimeOffset now)
    {
        Lessons++;
        return Record(LessonApproved, State, organization, actor, title, now);
    }

    /// <summary>One party has taken the lesson back; the words that are kept are why.</summary>
    public CaseEventRecord WithdrawLesson(bool wasApproved, string reason, string organization, string actor, DateTimeOffset now)
    {
        if (wasApproved) Lessons--;
        return Record("lessonWithdrawn", State, organization, actor, reason, now);
    }

    /// <summary>
    /// Follows what Triage did with a reopened case; null when it is in the history already. What arrives after a later change is added to the history,
    /// and its words reach the reporter, but the state stays.
    /// </summary>
    public CaseEventRecord? Follow(ReopenedCaseChanged change, string? text)
    {
        if (TriageChanges.Contains(change.Version) || (change.State == CaseStates.Withdrawn && State == CaseStates.Withdrawn)) return null;
        var isLatest = IsWithTriage && (change.Reopening ?? Reopenings) == Reopenings && TriageChanges.All(earlier => earlier < change.Version);
        TriageChanges = [.. TriageChanges, change.Version];
        if (isLatest && CaseStates.IsFinal(change.State)) ClosedAt = change.OccurredAt;
        return Record(change.Action, isLatest ? change.State : State, change.Organization, change.Actor, text, change.OccurredAt);
    }

    /// <summary>Its unit has closed: another of the party takes over, and has its own time to acknowledge. No hop: nobody was wrong.</summary>
    public CaseEventRecord Move(string unit, DateTimeOffset now)
    {
        AssignUnit(unit, "moved", now);
        return Record("moved", State, null, null, null, now);
    }

    /// <summary>Measures that are not done and were in a closed unit's list are in another's.</summary>
    public CaseEventRecord MoveMeasures(string from, string unit, DateTimeOffset now)
    {
        foreach (var measure in _measures.Where(m => m.Unit == from && m.IsPending)) measure.Unit = unit;
        return Record("measuresMoved", State, null, null, null, now);
    }

    /// <summary>A measure's next state, when <see cref="Measure.MayFollow"/> it.</summary>
    public CaseEventRecord ChangeMeasure(Measure measure, string state, string? note, Actor actor, DateOnly today, DateTimeOffset now)
    {
        measure.TransitionTo(state, note, today);
        return Record(state switch
        {
            Measure.InProgress => "measureStarted",
            Measure.Done => "measureDone",
            Measure.EffectChecked => "measureEffectChecked",
            _ => "measureCancelled",
        }, State, actor.Organization, actor.Name, note, now);
    }

    /// <summary>The last day for the answer that a letter of today asks for: until one is sent, the respondent's time has not begun.</summary>
    public DateOnly LetterAnswerBy(DateTimeOffset now) => LastDayBefore(State == CaseStates.Routed ? DueAfter(now) : DueAt);

    private string RecordLetter(CaseAction body, DateTimeOffset now)
    {
        var sentOn = LocalDay.Of(body.SentOn!);
        // Another letter reminds of the first.
        if (State == CaseStates.Routed) StartClock(sentOn == NorwegianCalendar.DayOf(now) ? now : NorwegianCalendar.StartOf(sentOn));
        Letters = [.. Letters, new(sentOn, body.Channel!, now)];
        return Texts.Message("letterSent", Written(sentOn), Vocabulary.LetterChannels[body.Channel!].Label, Written(LastDayBefore(DueAt)));
    }

    // A deadline is the end of its day.
    private static DateOnly LastDayBefore(DateTimeOffset due) => NorwegianCalendar.DayOf(due.AddMilliseconds(-1));

    private static string Written(DateOnly day) => day.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture);

    private void GiveAnswer(CaseAction body, Party party, DateTimeOffset now)
    {
        AnsweredAt = now;
        Disagreement = null;
        Answer = new(body.Text!, body.ContributingFactors ?? [], [], body.NoMeasuresReason);
        // After those of an earlier answer, which stand.
        _measures.AddRange((body.Measures ?? []).Select(m => new Measure
        {
            Id = Guid.CreateVersion7(now),
            CaseId = Id,
            Description = m.Description!,
            Owner = m.Owner!,
            Unit = party.Unit(m.Owner)?.Code ?? Unit,
            DueOn = LocalDay.Of(m.DueDate!),
        }));
    }

    /// <summary>In bokmål, as the history keeps it. What patient or next of kin said themselves stands in the case only.</summary>
    private static string WordsOf(PatientInformation i)
    {
        var words = i.Informed switch
        {
            "informed" => Texts.Message("patientInformation.informed", Vocabulary.InformedPersons[i.Who!].Label,
                Written(LocalDay.Of(i.On!)), i.By),
            "notInformed" => Texts.Message("patientInformation.notInformed", Vocabulary.NotInformedReasons[i.ReasonCode!].Label),
            _ => Texts.Message("patientInformation.notApplicable"),
        };
        return i.View is null ? words : $"{words}\n{Texts.Message("patientInformation.view")}";
    }

    private void Close(string? organization, string? decision, DateTimeOffset now)
    {
        ClosedAt = now;
        Closings = [.. Closings, new(now, Version + 1, organization, decision, Answer?.Text, Disagreement)];
    }

    private static string PastTense(string action) => action switch
    {
        CaseRules.Acknowledge => "acknowledged",
        CaseRules.Start => "started",
        CaseRules.Return => "returned",
        CaseRules.Transfer => "transferred",
        CaseRules.Ask => "asked",
        CaseRules.Answer => "answered",
        CaseRules.Accept => "accepted",
        CaseRules.Dispute => "disputed",
        CaseRules.Escalate => "escalated",
        CaseRules.Resolve => "resolved",
        CaseRules.Close => "closed",
        CaseRules.Reopen => "reopened",
        CaseRules.Reclassify => "reclassified",
        CaseRules.EnterInError => "enteredInError",
        CaseRules.HandOver => "handedOver",
        CaseRules.Reject => "rejected",
        CaseRules.Thank => "thanked",
        CaseRules.RecordLetter => "letterSent",
        CaseRules.Merge => "duplicate",
        CaseRules.Unlink => "unlinked",
        CaseRules.RecordPatientInformation => "patientInformationRecorded",
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Every action has a past tense."),
    };
}

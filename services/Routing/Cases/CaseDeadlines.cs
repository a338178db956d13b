using Avvik.Contracts;
using Avvik.Hosting.Calendar;

namespace Avvik.Routing.Cases;

/// <summary>Deadlines of a case. Reminders are lines of its history, seen by both parties: each party's timeliness is open to the other.</summary>
internal sealed partial class Case
{
    /// <param name="At">When it comes due.</param>
    /// <param name="Action">As in the history.</param>
    /// <param name="Effect">What it changes besides the state, so that it is done once.</param>
    /// <param name="To">State after it; null: the one before.</param>
    /// <param name="Text">Words that belong to it.</param>
    private sealed record ScheduledTransition(DateTimeOffset At, string Action, Action<DateTimeOffset> Effect, string? To = null, string? Text = null);

    /// <summary>
    /// Does, one after another, all that has come due, however long ago: what an outage put off is caught up, each thing once. Lazy: the case is as
    /// after a line when that line is handed out.
    /// </summary>
    public IEnumerable<CaseEventRecord> ApplyDue(DateTimeOffset now)
    {
        while (Next() is { } next && next.At <= now)
        {
            next.Effect(now);
            yield return Record(next.Action, next.To ?? State, null, null, next.Text, now);
        }
    }

    /// <summary>The first thing that will happen when nobody does anything.</summary>
    private ScheduledTransition? Next() => PendingDeadlines().MinBy(c => c.At);

    private IEnumerable<ScheduledTransition> PendingDeadlines()
    {
        var deadlines = Deadlines;
        if (IsPraise && State is (CaseStates.Routed or CaseStates.Acknowledged or CaseStates.InProgress))
        {
            // Nobody is late with a thank you: one friendly word halfway, and then it has been delivered.
            if (Reminders == 0) yield return new(ClockStartedAt + (DueAt - ClockStartedAt) / 2, "praiseWaiting", _ => Reminders++);
            else yield return new(DueAt, "closed", now => Close(null, null, now), CaseStates.Closed, Texts.Message("praiseDelivered"));
            yield break;
        }
        if (State == CaseStates.Routed && !AcknowledgeReminded) yield return new(AcknowledgeBy, "acknowledgeOverdue", _ => AcknowledgeReminded = true);
        if (State is CaseStates.Routed or CaseStates.Acknowledged or CaseStates.InProgress && NextOfLadder(deadlines) is { } step) yield return step;
        if (State == CaseStates.AwaitingReporter && AskedAt is { } asked)
        {
            if (!ReporterWarned) yield return new(NorwegianCalendar.DeadlineAfter(asked, deadlines.ReporterWarningDays), "reporterReminded", _ =>
                ReporterWarned = true);
            yield return new(NorwegianCalendar.DeadlineAfter(asked, deadlines.ReporterAnswerDays), "rejected", now => ClosedAt = now,
                CaseStates.Rejected, Texts.Message("reporterSilent", deadlines.ReporterAnswerDays));
        }
        // A serious event is not closed by silence: «varslet?» is still to be answered.
        if (State == CaseStates.Answered && AnsweredAt is { } answered && !AwaitsNotice)
            yield return new(NorwegianCalendar.DeadlineAfter(answered, deadlines.AutoCloseDays), "closed", now => Close(null, null, now),
                CaseStates.Closed, Texts.Message("nobodyObjected", deadlines.AutoCloseDays));
        if (CaseRules.Alive.Contains(State, StringComparer.Ordinal) && !NoticeReminded && AwaitsNotice && SeriousIncident() is { } incident)
            yield return new(NorwegianCalendar.StartOf(incident.NotifyBy.AddDays(1)), "noticeOverdue", _ => NoticeReminded = true);
        if (State is CaseStates.Rejected or CaseStates.Withdrawn or CaseStates.Duplicate or CaseStates.EnteredInError) yield break;
        foreach (var measure in _measures.Where(m => m.IsPending && !m.Reminded))
            yield return new(NorwegianCalendar.StartOf(measure.DueOn.AddDays(1)), "measureOverdue", _ => measure.Remind(), Text: measure.Description);
    }

    // The answer time ends when a day does, so the days after it are counted from the day that ends there.
    private DateTimeOffset AfterDue(int days) => NorwegianCalendar.DeadlineAfter(DueAt.AddMilliseconds(-1), days);

    /// <summary>The answer time's ladder: reminders at shares of it, the unit's leader some days after it, then the coordinators of both parties.</summary>
    private ScheduledTransition? NextOfLadder(Deadlines deadlines)
    {
        if (Reminders < deadlines.ReminderPercent.Count)
        {
            var percent = deadlines.ReminderPercent[Reminders];
            return new(ClockStartedAt + (DueAt - ClockStartedAt) * percent / 100, Reminded, _ => Reminders++, Text: $"{percent} %");
        }
        return (Reminders - deadlines.ReminderPercent.Count) switch
        {
            0 => new(AfterDue(deadlines.LeaderReminderDays), "leaderReminded", _ => Reminders++),
            1 => new(AfterDue(deadlines.EscalationDays), "escalated", _ => (Reminders, Escalations) = (Reminders + 1, Escalations + 1), CaseStates.Escalated),
            _ => null,
        };
    }
}

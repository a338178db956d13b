using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;

namespace Avvik.Triage.Assessments;

/// <summary>Deadlines of an assessment that waits.</summary>
internal sealed partial class Assessment
{
    /// <param name="At">When it comes due.</param>
    /// <param name="Do">What it does; the words that belong to it, if any.</param>
    private sealed record ScheduledTransition(DateTimeOffset At, Func<DateTimeOffset, (CaseChanged Changed, string? Text)> Do);

    private Deadlines Deadlines => Vocabulary.DeadlinesOf(Community, Facts.Agreement);

    /// <summary>Does all that has come due, in order and each once, also what came due during an outage.</summary>
    public IEnumerable<(CaseChanged Changed, string? Text)> ApplyDue(DateTimeOffset now)
    {
        while (Next() is { } next && next.At <= now) yield return next.Do(now);
    }

    private ScheduledTransition? Next() => PendingDeadlines().MinBy(c => c.At);

    private IEnumerable<ScheduledTransition> PendingDeadlines()
    {
        if (State == CaseStates.Triage && !OverdueReminded) yield return new(DueAt, now =>
        {
            OverdueReminded = true;
            TransitionTo(State, Open);
            return (Changed("triageOverdue", null, now), null);
        });
        if (State != CaseStates.AwaitingReporter || AskedAt is not { } asked) yield break;
        var deadlines = Deadlines;
        if (!ReporterWarned) yield return new(NorwegianCalendar.DeadlineAfter(asked, deadlines.ReporterWarningDays), now =>
        {
            ReporterWarned = true;
            TransitionTo(State, Open);
            return (Changed("reporterReminded", null, now), null);
        });
        yield return new(NorwegianCalendar.DeadlineAfter(asked, deadlines.ReporterAnswerDays), now =>
            (End("rejected", CaseStates.Rejected, null, now), Texts.Message("reporterSilent", deadlines.ReporterAnswerDays)));
    }

    private void StartClock(DateTimeOffset from)
    {
        (DueAt, OverdueReminded) = (NorwegianCalendar.AddWorkingDays(from, Deadlines.TriageWorkingDays), false);
        NextDueAt = Next()?.At;
    }
}

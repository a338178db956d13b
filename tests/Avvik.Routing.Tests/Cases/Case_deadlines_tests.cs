using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Routing.Cases;

namespace Avvik.Routing.Tests.Cases;

public sealed class Case_deadlines_tests
{
    // A Thursday in summer, 10:30 in Oslo.
    private static readonly DateTimeOffset Received = Given.ReceivedAt;
    private static readonly Actor Coordinator = People.All["respondentsCoordinator"];

    private static Case Open(string harm = "mild") =>
        Case.Open(Given.Triaged(f => f with { ActualHarm = harm }), new(Given.Narrative), Given.Knowledge, Received).Case;

    private static CaseEventRecord Act(Case @case, string action, DateTimeOffset at, CaseAction? body = null) =>
        @case.Act(CaseRules.Find(action)!, Coordinator, body ?? new(), Given.Knowledge, at);

    private static Case Answered(DateTimeOffset at, string harm = "mild", CaseAction? body = null)
    {
        var @case = Open(harm);
        Act(@case, "acknowledge", at);
        Act(@case, "start", at);
        Act(@case, "answer", at, body ?? new() { Text = "Svar", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle" });
        return @case;
    }

    /// <summary>The end of a day in Oslo in 2026.</summary>
    private static DateTimeOffset EndOf(int month, int day) => NorwegianCalendar.StartOf(new DateOnly(2026, month, day).AddDays(1)).ToUniversalTime();

    private static string[] ApplyDue(Case @case, DateTimeOffset at) => [.. @case.ApplyDue(at).Select(r => $"{r.Action} {r.Text}".Trim())];

    [Fact]
    public void Untouched_case_reminds_and_is_escalated_to_the_coordinators()
    {
        var @case = Open();
        // The third working day after Thursday is Tuesday: over when Wednesday begins in Oslo.
        Assert.Equal(new DateTimeOffset(2026, 8, 25, 22, 0, 0, TimeSpan.Zero), @case.NextDueAt);
        Assert.Empty(ApplyDue(@case, @case.NextDueAt!.Value.AddMilliseconds(-1)));
        Assert.Equal(["acknowledgeOverdue"], ApplyDue(@case, @case.NextDueAt.Value));
        var time = EndOf(9, 10) - Received;
        Assert.Equal((Received + time, Received + time * 0.5), (@case.DueAt, @case.NextDueAt));
        Assert.Equal(["reminded 50 %"], ApplyDue(@case, Received + time * 0.5));
        Assert.Equal(["reminded 80 %"], ApplyDue(@case, Received + time * 0.8));
        Assert.Equal(["reminded 100 %"], ApplyDue(@case, EndOf(9, 10)));
        // The third day is a Sunday.
        Assert.Empty(ApplyDue(@case, EndOf(9, 14).AddMilliseconds(-1)));
        Assert.Equal(["leaderReminded"], ApplyDue(@case, EndOf(9, 14)));
        Assert.Empty(ApplyDue(@case, EndOf(9, 24).AddMilliseconds(-1)));
        Assert.Equal(["escalated"], ApplyDue(@case, EndOf(9, 24)));
        Assert.Equal((CaseStates.Escalated, 1, null), (@case.State, @case.Escalations, @case.NextDueAt));
        // The coordinators' decision gives new time, with reminders of its own.
        Act(@case, "resolve", Received.AddDays(40), new() { Decision = "Tynset svarer." });
        Assert.Equal((EndOf(10, 20), Received.AddDays(40) + (EndOf(10, 20) - Received.AddDays(40)) * 0.5), (@case.DueAt, @case.NextDueAt));
    }

    [Fact]
    public void Deadlines_that_passed_in_an_outage_are_done_once_each()
    {
        var @case = Open();
        Assert.Equal(["acknowledgeOverdue", "reminded 50 %", "reminded 80 %", "reminded 100 %", "leaderReminded", "escalated"],
            ApplyDue(@case, Received.AddDays(90)));
        Assert.Empty(ApplyDue(@case, Received.AddDays(90)));
        Assert.Equal(9, @case.Version);
    }

    [Fact]
    public void New_unit_has_its_own_time_to_acknowledge()
    {
        var @case = Open();
        Act(@case, "acknowledge", Received.AddDays(1));
        Assert.Equal(Received + (EndOf(9, 10) - Received) * 0.5, @case.NextDueAt);
        Act(@case, "start", Received.AddDays(1));
        Act(@case, "transfer", Received.AddDays(2), new() { Unit = "si-habilitering", Reason = "Hører hjemme der." });
        // Three working days after a Saturday: Wednesday.
        Assert.Equal(new DateTimeOffset(2026, 8, 26, 22, 0, 0, TimeSpan.Zero), @case.NextDueAt);
        Assert.Null(@case.AcknowledgedAt);
        // The answer time is the party's, and continues.
        Assert.Equal(EndOf(9, 10), @case.DueAt);
    }

    [Fact]
    public void Question_without_an_answer_warns_once_and_then_rejects()
    {
        var @case = Open();
        Act(@case, "acknowledge", Received);
        Act(@case, "start", Received);
        Act(@case, "ask", Received.AddDays(3), new() { Question = "Hvilken avdeling?" });
        // Asked on a Sunday; the days end on Sundays too, and the deadlines on the Mondays after.
        Assert.Empty(ApplyDue(@case, EndOf(8, 31).AddMilliseconds(-1)));
        Assert.Equal(["reporterReminded"], ApplyDue(@case, EndOf(8, 31)));
        Assert.Empty(ApplyDue(@case, EndOf(9, 7).AddMilliseconds(-1)));
        Assert.Equal(["rejected Avvist fordi spørsmålet ikke ble besvart innen 14 dager."], ApplyDue(@case, EndOf(9, 7)));
        Assert.Equal((CaseStates.Rejected, EndOf(9, 7), null), (@case.State, @case.ClosedAt, @case.NextDueAt));
    }

    [Fact]
    public void Answer_that_nobody_objects_to_is_closed()
    {
        var @case = Answered(Received.AddDays(3));
        Assert.Empty(ApplyDue(@case, EndOf(9, 7).AddMilliseconds(-1)));
        Assert.Equal(["closed Lukket fordi ingen hadde innvendinger innen 14 dager etter svaret."], ApplyDue(@case, EndOf(9, 7)));
        Assert.Equal((CaseStates.Closed, null, "Svar"), (@case.State, @case.Closings[0].Organization, @case.Closings[0].RespondentsView));
    }

    [Fact]
    public void Serious_event_is_not_closed_by_silence_and_its_notice_is_asked_for_once()
    {
        var @case = Open("death");
        // To be notified without delay: late when the day is over.
        Assert.Equal(["noticeOverdue"], ApplyDue(@case, new(2026, 8, 20, 22, 0, 0, TimeSpan.Zero)));
        var answered = Answered(Received.AddDays(1), "death");
        Assert.Equal(["noticeOverdue"], ApplyDue(answered, Received.AddDays(300)));
        Assert.Equal(CaseStates.Answered, answered.State);
        var notified = Answered(Received.AddHours(1), "death",
            new()
            {
                Text = "Svar",
                ContributingFactors = ["capacity"],
                NoMeasuresReason = "Engangstilfelle",
                SeriousIncidentNotice = new() { Notified = "yes", Reference = "2026/1" }
            });
        Assert.StartsWith("closed", Assert.Single(ApplyDue(notified, Received.AddDays(300))), StringComparison.Ordinal);
    }

    [Fact]
    public void Late_measure_is_reported_once_also_after_closing()
    {
        var @case = Answered(Received.AddDays(1),
            body: new()
            {
                Text = "Svar",
                ContributingFactors = ["capacity"],
                Measures = [new() { Description = "Ny rutine", Owner = "si-habilitering", DueDate = "2026-10-01" },
                new() { Description = "Ny mal", Owner = "Fagsjef", DueDate = "2026-10-15" }]
            });
        Act(@case, "close", Received.AddDays(2));
        @case.ChangeMeasure(@case.Measures[1], "cancelled", "Ikke behov.", Coordinator, new(2026, 9, 1), Received.AddDays(12));
        Assert.Empty(ApplyDue(@case, new(2026, 10, 1, 21, 59, 59, TimeSpan.Zero)));
        Assert.Equal(["measureOverdue Ny rutine"], ApplyDue(@case, new(2026, 10, 1, 22, 0, 0, TimeSpan.Zero)));
        Assert.Empty(ApplyDue(@case, new(2027, 10, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(CaseStates.Closed, @case.State);
    }

    [Fact]
    public void Agreement_may_set_some_deadlines_and_has_the_defaults_for_the_rest()
    {
        Assert.Equal(Vocabulary.Deadlines with { AnswerCalendarDays = 14 },
            new DeadlinesDocument { AnswerCalendarDays = 14 }.Over(Vocabulary.Deadlines));
        Assert.Equal([25, 75], new DeadlinesDocument { ReminderPercent = [25, 75] }.Over(Vocabulary.Deadlines).ReminderPercent);
        Assert.Equal(Vocabulary.Deadlines.AnswerCalendarDays, Vocabulary.DeadlinesOf("innlandet", "innlandet-2024").AnswerCalendarDays);
    }

    [Theory]
    // A Sunday morning: 21 days later is a Sunday too.
    [InlineData("2026-11-29T06:03:00Z", "2026-12-21T23:00:00Z")]
    // The clock is set back on the way.
    [InlineData("2026-10-20T08:00:00Z", "2026-11-10T23:00:00Z")]
    // 21 days later is Maundy Thursday: the Tuesday after Easter.
    [InlineData("2026-03-12T09:00:00Z", "2026-04-07T22:00:00Z")]
    // Late in the evening in UTC is the next day in Oslo.
    [InlineData("2026-08-20T22:30:00Z", "2026-09-11T22:00:00Z")]
    public void Answer_is_due_at_the_end_of_a_working_day_in_Oslo(string received, string due)
    {
        var at = DateTimeOffset.Parse(received, System.Globalization.CultureInfo.InvariantCulture);
        var @case = Case.Open(Given.Triaged(f => f with { ReceivedAt = at }), new(Given.Narrative), Given.Knowledge, at).Case;
        Assert.Equal(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture), @case.DueAt);
        // Also when it stood still for some hours.
        Act(@case, "acknowledge", at);
        Act(@case, "start", at);
        Act(@case, "ask", at, new() { Question = "Hvilken avdeling?" });
        @case.ReporterWrote(Given.Hamar, "Avdeling B.", at.AddHours(3), at.AddHours(3));
        Assert.Equal(TimeOnly.MinValue, TimeOnly.FromDateTime(NorwegianCalendar.LocalTimeOf(@case.DueAt).DateTime));
        Assert.True(NorwegianCalendar.IsWorkingDay(NorwegianCalendar.DayOf(@case.DueAt.AddMilliseconds(-1))));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Routing.Cases;

namespace Avvik.Routing.Tests.Cases;

public sealed class Case_deadlines_tests
{
    // A Thursday in summer, 10:30 in Oslo.
    private static readonly DateTimeOffset Received = Given.ReceivedAt;
    private static readonly Actor Coordinator = People.All["respondentsCoordinator"];

    private static Case Open(string harm = "mild") => Case.Open(Given.Triaged(f => f with { ActualHarm = harm }), new(Given.Narrative), Given.Knowledge, Received).Case;

    private static CaseEventRecord Act(Case @case, string action, DateTimeOffset at, CaseAction? body = null) => @case.Act(CaseRules.Find(action)!, Coordinator, body ?? new(), Given.Knowledge.Directory, at);

    private static Case Answered(DateTimeOffset at, string harm = "mild", CaseAction? body = null)
    {
        var @case = Open(harm);
        Act(@case, "acknowledge", at);
        Act(@case, "start", at);
        Act(@case, "answer", at, body ?? new() { Text = "Svar", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle" });
        return @case;
    }

    private static string[] Wake(Case @case, DateTimeOffset at) => [.. @case.Wake(at).Select(r => $"{r.Action} {r.Text}".Trim())];

    [Fact]
    public void What_nobody_touches_reminds_more_and_more_and_ends_with_the_coordinators()
    {
        var @case = Open();
        // The third working day after Thursday is Tuesday: over when Wednesday begins in Oslo.
        Assert.Equal(new DateTimeOffset(2026, 8, 25, 22, 0, 0, TimeSpan.Zero), @case.NextDueAt);
        Assert.Empty(Wake(@case, @case.NextDueAt!.Value.AddMilliseconds(-1)));
        Assert.Equal(["acknowledgeOverdue"], Wake(@case, @case.NextDueAt.Value));
        Assert.Equal(Received.AddDays(10.5), @case.NextDueAt);
        Assert.Equal(["reminded 50 %"], Wake(@case, Received.AddDays(10.5)));
        Assert.Equal(["reminded 80 %"], Wake(@case, Received.AddDays(16.8)));
        Assert.Equal(["reminded 100 %"], Wake(@case, Received.AddDays(21)));
        Assert.Equal(["leaderReminded"], Wake(@case, Received.AddDays(24)));
        Assert.Empty(Wake(@case, Received.AddDays(35).AddMilliseconds(-1)));
        Assert.Equal(["escalated"], Wake(@case, Received.AddDays(35)));
        Assert.Equal((CaseStates.Escalated, 1, null), (@case.State, @case.Escalations, @case.NextDueAt));
        // The coordinators' decision gives new time, with reminders of its own.
        Act(@case, "resolve", Received.AddDays(40), new() { Decision = "Tynset svarer." });
        Assert.Equal((Received.AddDays(61), Received.AddDays(50.5)), (@case.DueAt, @case.NextDueAt));
    }

    [Fact]
    public void What_an_outage_put_off_is_caught_up_each_thing_once()
    {
        var @case = Open();
        Assert.Equal(["acknowledgeOverdue", "reminded 50 %", "reminded 80 %", "reminded 100 %", "leaderReminded", "escalated"], Wake(@case, Received.AddDays(90)));
        Assert.Empty(Wake(@case, Received.AddDays(90)));
        Assert.Equal(9, @case.Version);
    }

    [Fact]
    public void Who_acknowledges_in_time_is_not_reminded_of_it_and_a_new_unit_has_time_of_its_own()
    {
        var @case = Open();
        Act(@case, "acknowledge", Received.AddDays(1));
        Assert.Equal(Received.AddDays(10.5), @case.NextDueAt);
        Act(@case, "start", Received.AddDays(1));
        Act(@case, "transfer", Received.AddDays(2), new() { Unit = "si-habilitering", Reason = "Hører hjemme der." });
        // Three working days after a Saturday: Wednesday.
        Assert.Equal(new DateTimeOffset(2026, 8, 26, 22, 0, 0, TimeSpan.Zero), @case.NextDueAt);
        Assert.Null(@case.AcknowledgedAt);
        // The time to answer is the party's, and goes on.
        Assert.Equal(Received.AddDays(21), @case.DueAt);
    }

    [Fact]
    public void A_question_that_is_not_answered_warns_once_and_then_rejects()
    {
        var @case = Open();
        Act(@case, "acknowledge", Received);
        Act(@case, "start", Received);
        Act(@case, "ask", Received.AddDays(3), new() { Question = "Hvilken avdeling?" });
        Assert.Equal(["reporterReminded"], Wake(@case, Received.AddDays(10)));
        Assert.Empty(Wake(@case, Received.AddDays(17).AddMilliseconds(-1)));
        Assert.Equal(["rejected Avvist fordi spørsmålet ikke ble besvart innen 14 dager."], Wake(@case, Received.AddDays(17)));
        Assert.Equal((CaseStates.Rejected, Received.AddDays(17), null), (@case.State, @case.ClosedAt, @case.NextDueAt));
    }

    [Fact]
    public void What_nobody_objects_to_is_closed()
    {
        var @case = Answered(Received.AddDays(3));
        Assert.Empty(Wake(@case, Received.AddDays(17).AddMilliseconds(-1)));
        Assert.Equal(["closed Lukket fordi ingen hadde innvendinger innen 14 dager etter svaret."], Wake(@case, Received.AddDays(17)));
        Assert.Equal((CaseStates.Closed, null, "Svar"), (@case.State, @case.ReadClosings()[0].Organization, @case.ReadClosings()[0].RespondentsView));
    }

    [Fact]
    public void A_serious_event_is_not_closed_by_silence_and_its_notice_is_asked_for_once()
    {
        var @case = Open("death");
        // To be notified without delay: late when the day is over.
        Assert.Equal(["noticeOverdue"], Wake(@case, new(2026, 8, 20, 22, 0, 0, TimeSpan.Zero)));
        var answered = Answered(Received.AddDays(1), "death");
        Assert.Equal(["noticeOverdue"], Wake(answered, Received.AddDays(300)));
        Assert.Equal(CaseStates.Answered, answered.State);
        var notified = Answered(Received.AddHours(1), "death", new() { Text = "Svar", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle", SeriousIncidentNotice = new() { Notified = "yes", Reference = "2026/1" } });
        Assert.StartsWith("closed", Assert.Single(Wake(notified, Received.AddDays(300))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_measure_that_is_late_is_told_of_once_also_after_closing()
    {
        var @case = Answered(Received.AddDays(1), body: new() { Text = "Svar", ContributingFactors = ["capacity"], Measures = [new() { Description = "Ny rutine", Owner = "si-habilitering", DueDate = "2026-10-01" }, new() { Description = "Ny mal", Owner = "Fagsjef", DueDate = "2026-10-15" }] });
        Act(@case, "close", Received.AddDays(2));
        @case.ChangeMeasure(@case.Measures[1], "cancelled", "Ikke behov.", Coordinator, new(2026, 9, 1), Received.AddDays(12));
        Assert.Empty(Wake(@case, new(2026, 10, 1, 21, 59, 59, TimeSpan.Zero)));
        Assert.Equal(["measureOverdue Ny rutine"], Wake(@case, new(2026, 10, 1, 22, 0, 0, TimeSpan.Zero)));
        Assert.Empty(Wake(@case, new(2027, 10, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(CaseStates.Closed, @case.State);
    }

    [Fact]
    public void An_agreement_sets_what_it_wants_otherwise_and_the_rest_is_as_for_all()
    {
        Assert.Equal(Vocabulary.Deadlines with { AnswerCalendarDays = 14 }, Vocabulary.WithDefaults(new() { ["answerCalendarDays"] = 14 }) with { ReminderPercent = Vocabulary.Deadlines.ReminderPercent });
        Assert.Equal([25, 75], Vocabulary.WithDefaults(new() { ["reminderPercent"] = new JsonArray(25, 75) }).ReminderPercent);
        // What is misspelled must not pass for the default.
        Assert.Throws<JsonException>(() => Vocabulary.WithDefaults(new() { ["answerDays"] = 14 }));
        Assert.Equal(Vocabulary.Deadlines.AnswerCalendarDays, Vocabulary.DeadlinesOf("innlandet", "innlandet-2024").AnswerCalendarDays);
    }

    [Fact]
    public void The_due_time_is_the_same_time_of_day_also_when_the_clock_is_changed_on_the_way()
    {
        var received = new DateTimeOffset(2026, 10, 20, 8, 0, 0, TimeSpan.Zero);
        var @case = Case.Open(Given.Triaged(f => f with { ReceivedAt = received }), new(Given.Narrative), Given.Knowledge, received).Case;
        // Ten in the morning in summer time, ten in the morning in winter time.
        Assert.Equal(new DateTimeOffset(2026, 11, 10, 9, 0, 0, TimeSpan.Zero), @case.DueAt);
    }
}

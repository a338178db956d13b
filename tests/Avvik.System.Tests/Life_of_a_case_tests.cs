using System.Net;
using Avvik.Client;
using Avvik.Testing;
using Microsoft.Data.Sqlite;

namespace Avvik.System.Tests;

/// <summary>
/// Each row of the table of a case's life (services/Routing/README.md), through the gateway with everybody's own token. Those that are in
/// <see cref="Journey_tests"/> are not told again. Where time does it, time is moved for that case, in its own row.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class Life_of_a_case_tests(RunningSystem system)
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709", Unit = "si-elverum-hamar";
    // Synthetic: the month is 85.
    private const string Number = "13857510059";
    private const long Day = 24 * 60 * 60 * 1000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly CaseAction Answer = new()
    {
        Text = "Rutinen er endret.",
        ContributingFactors = ["capacity"],
        Measures = [new() { Description = "Ny rutine", Owner = Unit, DueDate = "2027-03-01" }]
    };

    private Task<IAvvikClient> NurseAsync() => system.ClientAsync(Hamar, "reporter");
    private Task<IAvvikClient> HandlerAsync(string unit = Unit) => system.ClientAsync(SykehusetInnlandet, "handler", unit);
    private Task<IAvvikClient> CoordinatorAsync(string organization = SykehusetInnlandet) => system.ClientAsync(organization, "coordinator");

    [Fact]
    public async Task Reporter_answers_a_question_from_triage()
    {
        var (nurse, coordinator) = (await NurseAsync(), await CoordinatorAsync());
        var id = await WaitingAsync(nurse, coordinator);
        Assert.Equal("awaitingReporter", (await coordinator.DecideAsync(id, new() { Decision = "ask", Question = "Hva gjaldt det?" })).State);
        await StatusAsync(nurse, id, "awaitingReporter");
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(id)).Timeline.Any(e => e is { Event: "asked", Text: "Hva gjaldt det?" }), Soon);
        await nurse.WriteMessageAsync(id, "Medisinlisten manglet.");
        await Eventually.IsTrue(async () => (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.Any(i => i.Id == id && i.State == "triage"
            && i.Answers.SequenceEqual(["Medisinlisten manglet."])), Soon);
        await coordinator.DecideAsync(id, new() { Decision = "route", Category = "medication" });
        await StatusAsync(nurse, id, "routed");
        Assert.Equal(["asked", "queued", "reporterAnswered", "reporterMessage", "routed", "submitted"],
            (await nurse.GetDeviationAsync(id)).Timeline.Select(e => e.Event).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Unanswered_question_from_triage_is_reminded_then_rejected()
    {
        var (nurse, coordinator) = (await NurseAsync(), await CoordinatorAsync());
        var id = await WaitingAsync(nurse, coordinator);
        await coordinator.DecideAsync(id, new() { Decision = "ask", Question = "Hva gjaldt det?" });
        await MoveTimeAsync("triage", $"update assessments set asked_at = asked_at - {12 * Day}, next_due_at = 0 where id = @id", id);
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(id)).Timeline.Any(e => e.Event == "reporterReminded"), Soon);
        Assert.Equal("awaitingReporter", (await nurse.GetDeviationAsync(id)).State);
        await MoveTimeAsync("triage", $"update assessments set asked_at = asked_at - {12 * Day}, next_due_at = 0 where id = @id", id);
        await StatusAsync(nurse, id, "rejected");
        await Eventually.IsTrue(async () =>
            (await nurse.GetDeviationAsync(id)).Timeline.Any(e => e.Text == "Avvist fordi spørsmålet ikke ble besvart innen 14 dager."), Soon);
    }

    [Fact]
    public async Task Duplicate_is_merged_and_both_reporters_follow_the_case()
    {
        var (nurse, coordinator, handler) = (await NurseAsync(), await CoordinatorAsync(), await HandlerAsync());
        var other = await system.ClientAsync("864950582", "reporter");
        var main = await RoutedAsync(nurse, handler);
        var id = await WaitingAsync(other, coordinator);
        Assert.Equal("duplicate", (await coordinator.DecideAsync(id, new() { Decision = "duplicate", MainCase = main.Case.Id })).State);
        await StatusAsync(other, id, "duplicate");
        await Eventually.IsTrue(async () => (await handler.GetCaseAsync(main.Case.Id)).Duplicates.Any(d => d.Id == id && d.Narrative is not null), Soon);
        await AnsweredAsync(handler, main.Case.Id);
        await Eventually.IsTrue(async () => (await other.GetDeviationAsync(id)).Timeline.Any(e => e is { Event: "answered", Text: "Rutinen er endret." }),
            Soon);
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(main.Case.Id)).Timeline.Any(e => e.Event == "duplicateAdded"), Soon);
    }

    [Fact]
    public async Task Third_return_escalates_to_the_coordinators()
    {
        var (nurse, coordinator) = (await NurseAsync(), await CoordinatorAsync());
        var id = (await RoutedAsync(nurse, await HandlerAsync())).Case.Id;
        await ActAsync(await HandlerAsync(), id, "return", new() { Reason = "Feil enhet.", SuggestedUnit = "si-tynset" });
        await ActAsync(await HandlerAsync("si-tynset"), id, "return", new() { Reason = "Feil enhet.", SuggestedUnit = Unit });
        await ActAsync(await HandlerAsync(), id, "return", new() { Reason = "Fortsatt feil enhet." });
        var escalated = await coordinator.GetCaseAsync(id);
        Assert.Equal(("escalated", 3), (escalated.Case.State, escalated.Case.Hops));
        Assert.Equal("inProgress", (await ActAsync(await CoordinatorAsync(Hamar), id, "resolve", new() { Decision = "Elverum-Hamar svarer." })).Case.State);
        // And once more, and closed by decision.
        await MoveTimeAsync("routing", "update cases set state = 'escalated' where id = @id", id);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Assert.ThrowsAsync<AvvikProblemException>(() => ActAsync(coordinator, id, "close"))).Status);
        Assert.Equal("closed", (await ActAsync(coordinator, id, "close", new() { Decision = "Avklart i møte." })).Case.State);
        await StatusAsync(nurse, id, "closed");
        await Eventually.IsTrue(async () => await system.CountAsync("statistics",
            $"select count(*) from facts where deviation_id = '{id.ToString().ToUpperInvariant()}' and hops = 3 and state = 'closed'") == 1, Soon);
    }

    [Fact]
    public async Task Unit_asks_the_reporter_and_transfers_within_its_party()
    {
        var (nurse, handler) = (await NurseAsync(), await HandlerAsync());
        var id = (await RoutedAsync(nurse, handler)).Case.Id;
        await ActAsync(handler, id, "acknowledge");
        await ActAsync(handler, id, "start");
        Assert.Equal("awaitingReporter", (await ActAsync(handler, id, "ask", new() { Question = "Hvilken avdeling?" })).Case.State);
        await StatusAsync(nurse, id, "awaitingReporter");
        await nurse.WriteMessageAsync(id, "Medisinsk sengepost.");
        await Eventually.IsTrue(async () => (await handler.GetCaseAsync(id)).Case.State == "inProgress", Soon);
        await ActAsync(handler, id, "transfer", new() { Unit = "si-tynset", Reason = "Hører hjemme der." });
        var transferred = await (await HandlerAsync("si-tynset")).GetCaseAsync(id);
        Assert.Equal(("routed", "si-tynset", 0), (transferred.Case.State, transferred.Case.Unit, transferred.Case.Hops));
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(id)).Case?.Unit == "si-tynset", Soon);
    }

    [Fact]
    public async Task Unanswered_question_from_the_unit_rejects_the_case()
    {
        var (nurse, handler) = (await NurseAsync(), await HandlerAsync());
        var id = (await RoutedAsync(nurse, handler)).Case.Id;
        await ActAsync(handler, id, "acknowledge");
        await ActAsync(handler, id, "start");
        await ActAsync(handler, id, "ask", new() { Question = "Hvilken avdeling?" });
        await MoveTimeAsync("routing", $"update cases set asked_at = asked_at - {24 * Day}, next_due_at = 0 where id = @id", id);
        await StatusAsync(nurse, id, "rejected");
        Assert.Equal(["reporterReminded", "rejected"], (await handler.GetCaseAsync(id)).Timeline.TakeLast(2).Select(e => e.Action));
    }

    [Fact]
    public async Task Disputed_answer_is_escalated_and_closed_with_both_views()
    {
        var (nurse, handler, theirs, ours) = (await NurseAsync(), await HandlerAsync(), await CoordinatorAsync(), await CoordinatorAsync(Hamar));
        var id = (await RoutedAsync(nurse, handler)).Case.Id;
        await AnsweredAsync(handler, id);
        await StatusAsync(nurse, id, "answered");
        await nurse.WriteMessageAsync(id, "Hva med helgene?");
        await Eventually.IsTrue(async () => (await handler.GetCaseAsync(id)).Case.State == "inProgress", Soon);
        await ActAsync(handler, id, "answer", Answer with { Text = "Også i helgene.", Measures = null, NoMeasuresReason = "Samme tiltak." });
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(id)) is { State: "answered" } d && d.Timeline.Count(e => e.Event == "answered") == 2,
            Soon);
        Assert.Equal("urn:avvik:problem:followUpUsed",
            (await Assert.ThrowsAsync<AvvikProblemException>(() => nurse.WriteMessageAsync(id, "Og nettene?"))).Problem.GetProperty("type").GetString());

        Assert.Equal("disputed", (await ActAsync(nurse, id, "dispute", new() { Reason = "Stemmer ikke." })).Case.State);
        Assert.Equal("inProgress", (await ActAsync(theirs, id, "resolve", new() { Decision = "Se på det igjen." })).Case.State);
        await ActAsync(handler, id, "answer", Answer with { Text = "Nå er det sjekket." });
        await ActAsync(nurse, id, "dispute", new() { Reason = "Stemmer fortsatt ikke." });
        Assert.Equal("escalated", (await ActAsync(ours, id, "escalate", new() { Reason = "Partene må møtes." })).Case.State);
        Assert.Equal("inProgress", (await ActAsync(theirs, id, "resolve", new() { Decision = "Møte avholdt." })).Case.State);
        await ActAsync(handler, id, "answer", Answer with { Text = "Avtalt ny rutine." });
        await ActAsync(nurse, id, "dispute", new() { Reason = "Vi er uenige." });
        var closed = await ActAsync(theirs, id, "close");
        Assert.Equal(("closed", "Avtalt ny rutine.", "Vi er uenige."),
            (closed.Case.State, Assert.Single(closed.Closings).RespondentsView, closed.Closings[0].ReportersView));
        await StatusAsync(nurse, id, "closed");
    }

    [Fact]
    public async Task Answer_without_objection_closes_after_fourteen_days()
    {
        var (nurse, handler) = (await NurseAsync(), await HandlerAsync());
        var id = (await RoutedAsync(nurse, handler)).Case.Id;
        await AnsweredAsync(handler, id);
        await MoveTimeAsync("routing", $"update cases set answered_at = answered_at - {24 * Day}, next_due_at = 0 where id = @id", id);
        await StatusAsync(nurse, id, "closed");
        await Eventually.IsTrue(async () =>
            (await nurse.GetDeviationAsync(id)).Timeline.Any(e => e.Text == "Lukket fordi ingen hadde innvendinger innen 14 dager etter svaret."), Soon);
    }

    [Fact]
    public async Task Reopened_case_is_triaged_again_and_routed_elsewhere()
    {
        var (nurse, handler, coordinator) = (await NurseAsync(), await HandlerAsync(), await CoordinatorAsync());
        var id = (await RoutedAsync(nurse, handler)).Case.Id;
        await AnsweredAsync(handler, id);
        Assert.Equal("closed", (await ActAsync(coordinator, id, "close")).Case.State);
        Assert.Equal("triage", (await ActAsync(await CoordinatorAsync(Hamar), id, "reopen", new() { Reason = "Det skjedde igjen." })).Case.State);
        await Eventually.IsTrue(async () =>
            (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.Any(i => i.Id == id && i.ReopenedBecause == "Det skjedde igjen."), Soon);
        await coordinator.DecideAsync(id, new() { Decision = "route", Unit = "si-tynset" });
        await Eventually.IsTrue(async () => (await coordinator.GetCaseAsync(id)) is { Case: { State: "routed", Unit: "si-tynset" }, Closings.Count: 1 }, Soon);
        // The case is there for a unit's own people once their unit has it.
        Assert.Equal(id, (await (await HandlerAsync("si-tynset")).GetCaseAsync(id)).Case.Id);
        await StatusAsync(nurse, id, "routed");
    }

    [Fact]
    public async Task Case_entered_in_error_is_not_counted()
    {
        var (nurse, coordinator) = (await NurseAsync(), await CoordinatorAsync());
        var id = (await RoutedAsync(nurse, await HandlerAsync())).Case.Id;
        await ActAsync(coordinator, id, "reclassify", new() { Category = "medication", Reason = "Gjelder legemidler." });
        Assert.Equal("enteredInError", (await ActAsync(coordinator, id, "enter-in-error", new() { Reason = "Meldt på feil part." })).Case.State);
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(id)) is { State: "enteredInError", Category: "medication" }, Soon);

        var waiting = await WaitingAsync(nurse, coordinator);
        await coordinator.DecideAsync(waiting, new() { Decision = "enterInError", Comment = "Prøvemelding." });
        await StatusAsync(nurse, waiting, "enteredInError");
    }

    [Fact]
    public async Task Measure_is_followed_up_after_closing_and_in_the_change_feed()
    {
        var (nurse, handler) = (await NurseAsync(), await HandlerAsync());
        var (ours, theirs) = (await system.ClientAsync(Hamar, "client"), await system.ClientAsync(SykehusetInnlandet, "client"));
        var (oursFrom, theirsFrom) = ((await ours.ListChangesAsync(new() { Cursor = "latest" })).NextCursor,
            (await theirs.ListChangesAsync(new() { Cursor = "latest" })).NextCursor);
        var id = (await RoutedAsync(nurse, handler)).Case.Id;
        await AnsweredAsync(handler, id);
        var closed = await ActAsync(nurse, id, "accept");
        var measure = closed.Answer!.Measures[0].Id!.Value;
        Assert.Contains((await handler.ListMeasuresAsync(new() { Unit = Unit, Limit = 200 })).Items, m => m.CaseId == id);
        foreach (var (state, note) in new[] { ("inProgress", null), ("done", "Innført."), ("effectChecked", "Ingen nye avvik.") })
            await handler.ChangeMeasureAsync(id, (await handler.GetCaseAsync(id)).Case.Version, measure, new() { State = state, Note = note });

        string[] expected = ["routed", "acknowledged", "started", "answered", "accepted", "measureStarted", "measureDone", "measureEffectChecked"];
        foreach (var (client, from) in new[] { (ours, oursFrom), (theirs, theirsFrom) })
        {
            var (seen, cursor) = (new SortedDictionary<int, string>(), from);
            await Eventually.IsTrue(async () =>
            {
                var changes = await client.ListChangesAsync(new() { Cursor = cursor, Wait = 5 });
                foreach (var change in changes.Items.Where(c => c.Id == id)) seen[change.Version] = change.Event;
                cursor = changes.NextCursor;
                return seen.Count >= expected.Length;
            }, Soon);
            Assert.Equal(expected, seen.Values);
        }
    }

    [Fact]
    public async Task Unit_that_gave_a_case_away_may_not_open_the_envelope_any_more()
    {
        var (nurse, handler) = (await NurseAsync(), await HandlerAsync());
        var id = (await RoutedAsync(nurse, handler, new() { IdentifierType = "fnr", Identifier = Number })).Case.Id;
        // Reporting has heard of the unit.
        async Task<bool> IsKnownAsync() =>
            await system.CountAsync("reporting", $"select count(*) from deviations where id = '{id}' collate nocase and unit = '{Unit}'") == 1;
        await Eventually.IsTrue(IsKnownAsync, Soon);
        await ActAsync(handler, id, "acknowledge");
        await ActAsync(handler, id, "start");
        Assert.Equal(Number, (await handler.OpenEnvelopeAsync(id, "handleCase")).Identifier);
        await system.StopBrokerAsync();
        try
        {
            await ActAsync(handler, id, "transfer", new() { Unit = "si-tynset", Reason = "Hører hjemme der." });
            // Reporting does not know yet, and Routing is asked.
            Assert.True(await IsKnownAsync());
            var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => handler.OpenEnvelopeAsync(id, "handleCase"));
            Assert.Equal(HttpStatusCode.NotFound, refused.Status);
        }
        finally { await system.StartBrokerAsync(); }
    }

    private static async Task<CaseDetails> RoutedAsync(IAvvikClient nurse, IAvvikClient handler, Patient? patient = null)
    {
        var receipt = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with
        {
            Category = "dischargeSummary",
            ActualHarm = "mild",
            Patient = patient,
            Respondent = new() { OrganizationNumber = SykehusetInnlandet, Unit = Unit }
        });
        CaseDetails? details = null;
        await Eventually.IsTrue(async () =>
        {
            try { return (details = await handler.GetCaseAsync(receipt.Id)) is not null; }
            catch (AvvikProblemException notYet) when (notYet.Status == HttpStatusCode.NotFound) { return false; }
        }, Soon);
        return details!;
    }

    private static async Task<Guid> WaitingAsync(IAvvikClient nurse, IAvvikClient coordinator)
    {
        var receipt = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Narrative = "Dette var ikke bra i det hele tatt." });
        await Eventually.IsTrue(async () => (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.Any(i => i.Id == receipt.Id), Soon);
        return receipt.Id;
    }

    private static async Task AnsweredAsync(IAvvikClient handler, Guid id)
    {
        await ActAsync(handler, id, "acknowledge");
        await ActAsync(handler, id, "start");
        Assert.Equal("answered", (await ActAsync(handler, id, "answer", Answer)).Case.State);
    }

    private static async Task<CaseDetails> ActAsync(IAvvikClient client, Guid id, string action, CaseAction? body = null) =>
        await client.ActAsync(id, (await client.GetCaseAsync(id)).Case.Version, action, body ?? new());

    private static Task StatusAsync(IAvvikClient nurse, Guid id, string status) => Eventually.IsTrue(async () =>
        (await nurse.GetDeviationAsync(id)).State == status, Soon, async () => $"{(await nurse.GetDeviationAsync(id)).State}, not {status}");

    /// <summary>For one case, in its own row, beside the running service.</summary>
    private async Task MoveTimeAsync(string service, string sql, Guid id)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(system.Data, "db", service + ".db")};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@id", id);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}

using System.Net;
using Avvik.Client;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>From the reporter's POST to the quarter's figure, with everybody's own token, through the one door.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Journey_tests(RunningSystem system)
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709", Bodø = "972418013";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Deviation_is_answered_accepted_and_counted()
    {
        var nurse = await system.ClientAsync(Hamar, "reporter");
        var handler = await system.ClientAsync(SykehusetInnlandet, "handler", "si-elverum-hamar");
        var submission = Corpus.Lines[0].Submission.Fresh() with { Category = "dischargeSummary" };

        var receipt = await nurse.SubmitAsync(submission);
        Assert.Equal("submitted", receipt.State);
        Assert.StartsWith("AVV-", receipt.Reference, StringComparison.Ordinal);

        var row = await InWorklistAsync(handler, receipt.Id, "unit=si-elverum-hamar&sort=-receivedAt&limit=200");
        Assert.Equal(("routed", "5", "si-elverum-hamar"), (row.State, row.Clause, row.Unit));

        var details = await handler.GetCaseAsync(receipt.Id);
        Assert.Equal(submission.Narrative, details.Narrative);
        Assert.Equal(["acknowledge", "record-patient-information", "return"], details.AllowedActions.Order());

        details = await handler.ActAsync(receipt.Id, details.Case.Version, "acknowledge");
        details = await handler.ActAsync(receipt.Id, details.Case.Version, "start");
        details = await handler.ActAsync(receipt.Id, details.Case.Version, "answer", new()
        {
            Text = "Epikrisen ble liggende til godkjenning. Avdelingen har innført daglig kontroll.",
            ContributingFactors = ["procedureNotFollowed"],
            Measures = [new() { Description = "Daglig kontroll av ikke godkjente epikriser", Owner = "Seksjonsleder", DueDate = "2027-03-01" }],
        });
        Assert.Equal("answered", details.Case.State);
        Assert.Equal(["record-patient-information"], details.AllowedActions);

        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(receipt.Id)).State == "answered", Soon);
        var answered = await nurse.GetDeviationAsync(receipt.Id);
        Assert.Equal(["submitted", "routed", "acknowledged", "started", "answered"], answered.Timeline.Select(e => e.Event));
        await Eventually.IsTrue(async () =>
            (await nurse.GetDeviationAsync(receipt.Id)).Timeline[^1].Text?.StartsWith("Epikrisen ble liggende", StringComparison.Ordinal) == true, Soon);

        var asReporter = await nurse.GetCaseAsync(receipt.Id);
        Assert.Equal(["accept", "dispute", "record-patient-information"], asReporter.AllowedActions);
        var closed = await nurse.ActAsync(receipt.Id, asReporter.Case.Version, "accept");
        Assert.Equal("closed", closed.Case.State);

        var coordinator = await system.ClientAsync(SykehusetInnlandet, "coordinator");
        await Eventually.IsTrue(async () =>
            (await coordinator.GetStatisticsAsync(new() { By = ["unit", "state"], Category = ["dischargeSummary"] })).Rows.Any(r =>
            r.Dimensions!["unit"].GetString() == "si-elverum-hamar" && r.Dimensions["state"].GetString() == "closed" && r.Count.Value >= 1), Soon);
    }

    [Fact]
    public async Task Unclassifiable_deviation_waits_for_a_coordinator()
    {
        var nurse = await system.ClientAsync(Hamar, "reporter");
        var coordinator = await system.ClientAsync(SykehusetInnlandet, "coordinator");
        var receipt = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Narrative = "Dette var ikke bra i det hele tatt." });

        await Eventually.IsTrue(async () => (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.Any(i => i.Id == receipt.Id), Soon);
        var item = (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.Single(i => i.Id == receipt.Id);
        Assert.Contains(item.Flags, f => f.Code == "noCategory");
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(receipt.Id)).State == "triage", Soon);

        // The reporter's own coordinator has nothing to say in it, and is not told of it.
        var other = await system.ClientAsync(Hamar, "coordinator");
        Assert.DoesNotContain((await other.ListTriageAsync(new() { Limit = 200 })).Items, i => i.Id == receipt.Id);
        Assert.Equal(HttpStatusCode.NotFound,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => other.DecideAsync(receipt.Id, new() { Decision = "route", Category = "other" }))).Status);

        var outcome = await coordinator.DecideAsync(receipt.Id,
            new() { Decision = "route", Category = "coordination", Unit = "si-habilitering", Comment = "Gjelder samarbeid om opptrening." });
        Assert.Equal("routed", outcome.State);
        await Eventually.IsTrue(async () =>
            (await nurse.GetDeviationAsync(receipt.Id)) is { State: "routed", Category: "coordination", Case.Unit: "si-habilitering" }, Soon);
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(receipt.Id)).Timeline.Any(e => e.Text == "Gjelder samarbeid om opptrening."), Soon);
        Assert.Equal(HttpStatusCode.Conflict,
            (await Assert.ThrowsAsync<AvvikProblemException>(() =>
            coordinator.DecideAsync(receipt.Id, new() { Decision = "reject", ReasonCode = "test", Comment = "Nei" }))).Status);
    }

    [Fact]
    public async Task Rejection_in_triage_is_explained_to_the_reporter_and_counted()
    {
        var nurse = await system.ClientAsync(Hamar, "reporter");
        var coordinator = await system.ClientAsync(SykehusetInnlandet, "coordinator");
        var receipt = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Narrative = "Vi er uenige med ledelsen vår." });
        await Eventually.IsTrue(async () => (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.Any(i => i.Id == receipt.Id), Soon);

        await coordinator.DecideAsync(receipt.Id, new() { Decision = "reject", ReasonCode = "internal", Comment = "Gjelder bare egen virksomhet." });

        await Eventually.IsTrue(async () =>
            (await nurse.GetDeviationAsync(receipt.Id)) is { State: "rejected", Timeline: [.., { Text: "Intern sak: Gjelder bare egen virksomhet." }] }, Soon);
        await Eventually.IsTrue(async () => await system.CountAsync("statistics",
            $"select count(*) from facts where deviation_id = '{receipt.Id.ToString().ToUpperInvariant()}' and state = 'rejected'") == 1, Soon);
    }

    [Fact]
    public async Task Severe_harm_goes_to_the_unit_at_once_and_to_the_coordinator()
    {
        var nurse = await system.ClientAsync(Hamar, "reporter");
        var coordinator = await system.ClientAsync(SykehusetInnlandet, "coordinator");
        var receipt = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Category = "medication", ActualHarm = "severe" });

        var row = await InWorklistAsync(coordinator, receipt.Id, "sort=-receivedAt&limit=200");
        Assert.Equal("urgent", row.Priority);
        var item = (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.Single(i => i.Id == receipt.Id);
        // Others have reported in the same words.
        Assert.Contains("seriousHarm", item.Flags.Select(f => f.Code));

        Assert.Equal("routed", (await coordinator.DecideAsync(receipt.Id, new() { Decision = "route" })).State);
        Assert.DoesNotContain((await coordinator.ListTriageAsync(new() { Limit = 200 })).Items, i => i.Id == receipt.Id);
    }

    [Fact]
    public async Task Third_party_cannot_see_the_case()
    {
        var nurse = await system.ClientAsync(Hamar, "reporter");
        var receipt = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Category = "medication" });
        await InWorklistAsync(await system.ClientAsync(SykehusetInnlandet, "coordinator"), receipt.Id, "sort=-receivedAt&limit=200");

        foreach (var (organization, role) in new[] { (Bodø, "coordinator"), ("864950582", "coordinator"), ("983974910", "handler") })
        {
            var stranger = await system.ClientAsync(organization, role);
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => stranger.GetCaseAsync(receipt.Id))).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => stranger.GetDeviationAsync(receipt.Id))).Status);
            Assert.Equal(HttpStatusCode.NotFound,
                (await Assert.ThrowsAsync<AvvikProblemException>(() => stranger.ActAsync(receipt.Id, 3, "acknowledge"))).Status);
            Assert.Empty((await stranger.ListCasesAsync(new() { Q = receipt.Reference })).Items);
        }
    }

    [Fact]
    public async Task Reporter_withdraws_what_waits_and_what_a_unit_has()
    {
        var nurse = await system.ClientAsync(Hamar, "reporter");
        var waiting = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Narrative = "Dette må vi se på." });
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(waiting.Id)).State == "triage", Soon);
        Assert.Equal("withdrawn", (await nurse.WithdrawAsync(waiting.Id, "Meldt ved en feil.")).State);
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(waiting.Id)).Timeline.Any(e => e.Event == "withdrawn"), Soon);
        var coordinator = await system.ClientAsync(SykehusetInnlandet, "coordinator");
        Assert.DoesNotContain((await coordinator.ListTriageAsync(new() { Limit = 200 })).Items, i => i.Id == waiting.Id);

        var routed = await nurse.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Category = "medication" });
        await Eventually.IsTrue(async () => (await nurse.GetDeviationAsync(routed.Id)).State == "routed", Soon);
        Assert.Equal("withdrawn", (await nurse.WithdrawAsync(routed.Id, "Gjaldt en annen pasient.")).State);
        await Eventually.IsTrue(async () => (await coordinator.GetCaseAsync(routed.Id)).Case.State == "withdrawn", Soon);
    }

    private static async Task<CaseRow> InWorklistAsync(IAvvikClient client, Guid id, string query)
    {
        CaseRow? row = null;
        await Eventually.IsTrue(async () =>
            (row = (await client.ListCasesAsync(QueryRecords.Of<CaseQuery>(query))).Items.FirstOrDefault(c => c.Id == id)) is not null, Soon);
        return row!;
    }
}

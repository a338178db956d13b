using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Measures;

public sealed class Measure_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static async Task<CaseDetails> ClosedAsync(ServiceUnderTest<Program> service, params (string Owner, string DueDate)[] measures)
    {
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        await coordinator.ActAsync(id, 3, "acknowledge");
        await coordinator.ActAsync(id, 4, "start");
        await coordinator.ActAsync(id, 5, "answer",
            new()
            {
                Text = "Rutinen er endret.",
                ContributingFactors = ["capacity"],
                Measures = [.. measures.Select(m => new Measure { Description = $"Tiltak hos {m.Owner}", Owner = m.Owner, DueDate = m.DueDate })]
            });
        return await coordinator.ActAsync(id, 6, "close");
    }

    private static async Task<(HttpStatusCode, string)> RefusalAsync(Task<CaseDetails> call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => call);
        return (refused.Status, refused.Problem.GetProperty("type").GetString()!["urn:avvik:problem:".Length..]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Owner_changes_a_measure_after_the_case_is_closed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var closed = await ClosedAsync(service, ("si-habilitering", "2026-10-01"));
        var (id, measure) = (closed.Case.Id, closed.Answer!.Measures[0].Id!.Value);
        var owner = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-habilitering");

        Assert.Equal((HttpStatusCode.Conflict, ProblemCodes.OtherUnit),
            await RefusalAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset")
            .ChangeMeasureAsync(id, 7, measure, new() { State = "inProgress" })));
        Assert.Equal((HttpStatusCode.Forbidden, ProblemCodes.Forbidden),
            await RefusalAsync(service.ClientAs(Given.Hamar, Roles.Coordinator).ChangeMeasureAsync(id, 7, measure, new() { State = "inProgress" })));
        Assert.Equal((HttpStatusCode.NotFound, ProblemCodes.NotFound),
            await RefusalAsync(service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator)
            .ChangeMeasureAsync(id, 7, measure, new() { State = "inProgress" })));
        Assert.Equal((HttpStatusCode.Conflict, ProblemCodes.MeasureStateNotAllowed),
            await RefusalAsync(owner.ChangeMeasureAsync(id, 7, measure, new() { State = "done" })));
        Assert.Equal((HttpStatusCode.PreconditionFailed, ProblemCodes.StaleVersion),
            await RefusalAsync(owner.ChangeMeasureAsync(id, 6, measure, new() { State = "inProgress" })));
        Assert.Equal((HttpStatusCode.NotFound, ProblemCodes.NotFound),
            await RefusalAsync(owner.ChangeMeasureAsync(id, 7, Guid.CreateVersion7(), new() { State = "inProgress" })));

        await owner.ChangeMeasureAsync(id, 7, measure, new() { State = "inProgress" });
        await owner.ChangeMeasureAsync(id, 8, measure, new() { State = "done", Note = "Innført." });
        Assert.Equal((HttpStatusCode.BadRequest, ProblemCodes.InvalidRequest),
            await RefusalAsync(owner.ChangeMeasureAsync(id, 9, measure, new() { State = "effectChecked" })));
        var details = await owner.ChangeMeasureAsync(id, 9, measure, new() { State = "effectChecked", Note = "Ingen nye avvik." });

        Assert.Equal((CaseStates.Closed, 10, "effectChecked", "Ingen nye avvik."),
            (details.Case.State, details.Case.Version, details.Answer!.Measures[0].State, details.Answer.Measures[0].Note));
        Assert.Equal(["measureStarted", "measureDone", "measureEffectChecked"], details.Timeline.TakeLast(3).Select(e => e.Action));
        // The other party sees it as well.
        Assert.Equal("effectChecked", (await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(id)).Answer!.Measures[0].State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Overdue_measure_is_in_its_owners_list(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt.AddHours(1));
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var closed = await ClosedAsync(service, ("si-habilitering", "2026-09-01"), ("Fagsjef", "2026-09-02"), ("si-habilitering", "2026-12-01"));
        clock.Advance(TimeSpan.FromDays(30));
        var client = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-habilitering");

        Assert.Equal([("2026-09-01", true), ("2026-12-01", false)],
            (await client.ListMeasuresAsync(new() { Unit = "si-habilitering" })).Items.Select(r => (r.Measure.DueDate, r.Overdue)));
        var late = (await client.ListMeasuresAsync(new() { Overdue = true })).Items;
        // A role is no unit: it is in the list of the unit that answered.
        Assert.Equal([("si-habilitering", closed.Case.Id), ("si-tynset", closed.Case.Id)], late.Select(r => (r.Unit, r.CaseId)));
        Assert.Equal("2026-12-01", Assert.Single((await client.ListMeasuresAsync(new() { Overdue = false })).Items).Measure.DueDate);
        var first = await client.ListMeasuresAsync(new() { Limit = 2 });
        Assert.Equal("2026-12-01", Assert.Single((await client.ListMeasuresAsync(new() { Limit = 2, Cursor = first.NextCursor })).Items).Measure.DueDate);
        Assert.Empty((await service.ClientAs(Given.Hamar, Roles.Coordinator).ListMeasuresAsync()).Items);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => client.ListMeasuresAsync(new() { State = "burnt", Cursor = "x" }))).Status);
    }
}

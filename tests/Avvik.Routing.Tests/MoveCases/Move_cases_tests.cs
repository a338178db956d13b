using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Routing.MoveCases;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Routing.Tests.MoveCases;

public sealed class Move_cases_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static Task<int> MoveAsync(ServiceUnderTest<Program> service) => service.Services.GetServices<IHostedService>().OfType<ClosedUnitWatch>().Single()
        .MoveAsync(CancellationToken.None);

    [Theory, MemberData(nameof(Engines))]
    public async Task Open_cases_of_a_closed_unit_move_to_its_successor_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var (open, working, ended) = (await service.ReceivedAsync(service.Triaged()), await service.ReceivedAsync(service.Triaged()),
            await service.ReceivedAsync(service.Triaged()));
        await coordinator.ActAsync(working.DeviationId, 3, "acknowledge");
        await coordinator.ActAsync(ended.DeviationId, 3, "enter-in-error", new() { Reason = "Feil." });
        await coordinator.ChangeUnitNowAsync("si-tynset",
            new() { Name = "Divisjon Tynset", ClosedOn = "2026-08-22", Successor = "si-prehospital", Reason = "Slås sammen." });
        Assert.Equal(0, await MoveAsync(service));
        // Midnight in Norway.
        clock.Advance(new DateTimeOffset(2026, 8, 21, 22, 0, 0, TimeSpan.Zero) - clock.GetUtcNow());
        await MoveAsync(service);
        Assert.Equal(0, await MoveAsync(service));

        foreach (var (id, state) in new[] { (open.DeviationId, CaseStates.Routed), (working.DeviationId, CaseStates.Acknowledged) })
        {
            var details = await coordinator.GetCaseAsync(id);
            Assert.Equal(("si-prehospital", state, "moved", 0), (details.Case.Unit, details.Case.State, details.Routing.Rule, details.Case.Hops));
            Assert.Single(details.Timeline, e => e is { Action: "moved", Organization: null });
        }
        Assert.Equal("si-tynset", (await coordinator.GetCaseAsync(ended.DeviationId)).Case.Unit);
        Assert.Equal(2, (await database.SentAsync()).OfType<CaseChanged>().Count(c => c.Action == "moved"));
        // And what comes now finds another.
        Assert.Equal("si-samhandling", (await coordinator.GetCaseAsync((await service.ReceivedAsync(service.Triaged())).DeviationId)).Case.Unit);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Pending_measures_move_from_a_closed_unit_also_of_closed_cases(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        foreach (var (action, body) in new (string, CaseAction?)[]
        {
            ("acknowledge", null),
            ("start", null),
            ("answer", new()
            {
                Text = "Rutinen er endret.",
                ContributingFactors = ["capacity"],
                Measures = [new() { Description = "Ny rutine", Owner = "si-tynset", DueDate = "2026-12-01" },
                    new() { Description = "Ny mal", Owner = "si-tynset", DueDate = "2026-12-01" }],
            }),
            ("close", null),
        }) await coordinator.ActNowAsync(id, action, body);
        var (kept, dropped) = (await coordinator.GetCaseAsync(id)).Answer!.Measures is [var first, var second] ? (first.Id!.Value, second.Id!.Value) : default;
        await coordinator.ChangeMeasureAsync(id, (await coordinator.GetCaseAsync(id)).Case.Version, dropped,
            new() { State = "cancelled", Note = "Ikke behov." });
        await coordinator.ChangeUnitNowAsync("si-tynset",
            new() { Name = "Divisjon Tynset", ClosedOn = "2026-08-22", Successor = "si-prehospital", Reason = "Slås sammen." });
        clock.Advance(TimeSpan.FromDays(3));
        await MoveAsync(service);
        Assert.Equal(0, await MoveAsync(service));

        Assert.Equal([kept], (await coordinator.ListMeasuresAsync(new() { Unit = "si-prehospital" })).Items.Select(m => m.Measure.Id!.Value));
        Assert.Equal([dropped], (await coordinator.ListMeasuresAsync(new() { Unit = "si-tynset" })).Items.Select(m => m.Measure.Id!.Value));
        var details = await coordinator.GetCaseAsync(id);
        Assert.Equal(("si-tynset", CaseStates.Closed), (details.Case.Unit, details.Case.State));
        Assert.Single(details.Timeline, e => e is { Action: "measuresMoved", Organization: null });
    }

    [Fact]
    public async Task One_of_several_instances_moves_a_case()
    {
        const int Cases = 40;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var first = new ServiceUnderTest<Program>(database, clock);
        for (var i = 0; i < Cases; i++) await first.ReceiveAsync(first.Triaged());
        await first.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
            .ChangeUnitNowAsync("si-tynset", new() { Name = "Tynset", ClosedOn = "2026-08-20", Reason = "Nedlagt." });
        await using var second = new ServiceUnderTest<Program>(database, clock);
        using var _ = second.CreateClient();
        await Task.WhenAll(MoveAsync(first), MoveAsync(second));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from cases where unit = 'si-samhandling'") == Cases,
            TimeSpan.FromSeconds(30));
        Assert.Equal(Cases, (await database.SentAsync()).OfType<CaseChanged>().Count(c => c.Action == "moved"));
    }
}

using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.SetRoutingRules;

public sealed class Routing_rules_tests
{
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Party_rules_are_versioned_and_named_in_each_decision(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (ours, theirs) = (service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator), service.ClientAs(Given.Hamar, Roles.Coordinator));
        Assert.Equal((1, 0), (await ours.GetRoutingRulesAsync()) is var none ? (none.Version, none.Rules.Count) : default);
        var set = await ours.SetRulesNowAsync(
            new() { Rules = [new() { Category = "dischargeSummary", Unit = "si-habilitering" }], Reason = "Prøveordning." });
        Assert.Equal((2, "test-person", "Prøveordning."), (set.Version, set.ChangedBy, set.Reason));
        var first = await service.ReceivedAsync(service.Triaged());
        await ours.SetRulesNowAsync(new() { Rules = [], Reason = "Over." });
        var second = await service.ReceivedAsync(service.Triaged());

        Assert.Equal(("si-habilitering", new RoutingDecision("partyRule", 2)), (await ours.GetCaseAsync(first.DeviationId)) is var a ? (a.Case.Unit, a.Routing)
            : default);
        Assert.Equal(("si-tynset", new RoutingDecision("site", 3)), (await ours.GetCaseAsync(second.DeviationId)) is var b ? (b.Case.Unit, b.Routing)
            : default);
        Assert.Equal("si-habilitering", Assert.Single((await ours.GetRoutingRulesAsync(2)).Rules).Unit);
        Assert.Empty((await theirs.GetRoutingRulesAsync()).Rules);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => theirs.GetRoutingRulesAsync(2))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.As(Given.SykehusetInnlandet, Roles.Handler).GetAsync("/api/v1/routing-rules")).StatusCode);
    }

    [Fact]
    public async Task Invalid_routing_rules_are_refused_one_by_one()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => coordinator.SetRulesNowAsync(new()
        {
            Rules =
            [
                new() { Category = "medication", Unit = "3403-lege" },
                new() { Category = "x", Kind = "y", ActualHarm = "z", Site = "Oslo", Unit = "si-tynset" },
                new() { Kind = "risk", Unit = "si-tynset" },
                new() { Kind = "risk", Category = "privacy", Unit = "si-habilitering" },
                new() { Kind = "risk", Unit = "si-tynset" },
            ],
            Reason = "Fordi.",
        }));
        Assert.Equal(["/rules/0/unit unknownUnit", "/rules/1/category unknownCode", "/rules/1/kind unknownCode", "/rules/1/actualHarm unknownCode",
            "/rules/1/site unknownSite", "/rules/3 neverMatches", "/rules/4 neverMatches"],
            refused.Problem.GetProperty("errors").EnumerateArray().Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}"));
        Assert.Equal(1, (await coordinator.GetRoutingRulesAsync()).Version);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Simulation_applies_other_rules_to_past_cases(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var (discharge, medication) = (service.Triaged(), service.Triaged(f => f with { Category = "medication" }));
        await service.ReceiveAsync(discharge, medication,
            service.Triaged(f => f with { RespondentOrganization = Given.Nordlandssykehuset, Community = "lofoten-vesteralen-salten", RespondentSite = null }));
        var simulated = await coordinator.SimulateRoutingRulesAsync(
            new() { Rules = [new() { Category = "medication", Unit = "si-habilitering" }, new() { Unit = "si-tynset" }] });
        Assert.Equal(2, simulated.Examined);
        Assert.Equal((medication.DeviationId, "si-tynset", "si-habilitering", "partyRule"), Assert.Single(simulated.Moved) is var m
            ? (m.Id, m.From, m.To, m.Rule) : default);
        Assert.Equal(1, (await coordinator.SimulateRoutingRulesAsync(new() { Rules = [], Last = 1 })).Examined);
        Assert.Equal(1, (await coordinator.GetRoutingRulesAsync()).Version);
    }

    [Fact]
    public async Task Routing_rules_reach_other_instances_within_five_seconds()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var first = new ServiceUnderTest<Program>(database);
        await using var second = new ServiceUnderTest<Program>(database);
        var (here, there) = (first.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator), second.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator));
        await there.GetDirectoryAsync();
        await here.ChangeUnitNowAsync("si-ny", new() { Name = "Ny enhet", Reason = "Ny." });
        await here.SetRulesNowAsync(new() { Rules = [new() { Category = "dischargeSummary", Unit = "si-ny" }], Reason = "Ny." });
        var clock = global::System.Diagnostics.Stopwatch.StartNew();
        await Eventually.IsTrue(async () =>
        {
            var triaged = await second.ReceivedAsync(second.Triaged());
            return (await there.GetCaseAsync(triaged.DeviationId)).Case.Unit == "si-ny";
        }, TimeSpan.FromSeconds(30));
        // Generous for a busy machine.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, 3 * FiveSeconds);
    }
}

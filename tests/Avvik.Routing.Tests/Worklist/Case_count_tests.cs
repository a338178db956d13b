using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Worklist;

public sealed class Case_count_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Counts_are_of_the_partys_open_cases_by_state(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var cases = Enumerable.Range(0, 3).Select(_ => service.Triaged()).ToList();
        await service.ReceiveAsync(cases);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var acknowledged = await coordinator.ActAsync(cases[0].DeviationId, 3, "acknowledge");

        foreach (var party in new[] { Given.SykehusetInnlandet, Given.Hamar })
        {
            var counts = await service.ClientAs(party, Roles.Coordinator).CountCasesAsync();
            Assert.Equal(3, counts.Open);
            Assert.Equal([new CaseCount("routed", 2), new CaseCount("acknowledged", 1)], counts.States);
        }
        Assert.Equal(0, (await coordinator.CountCasesAsync(new() { Unit = "si-gjovik-lillehammer" })).Open);
        Assert.Equal(3, (await coordinator.CountCasesAsync(new() { Unit = acknowledged.Case.Unit })).Open);
        Assert.Equal(0, (await service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator).CountCasesAsync()).Open);
    }

    [Fact]
    public async Task Action_that_is_not_allowed_says_why()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = await service.ReceivedAsync(service.Triaged());
        var reader = await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(triaged.DeviationId);
        Assert.Contains(new RefusedAction("acknowledge", "forbidden"), reader.RefusedActions);
        Assert.Contains(new RefusedAction("accept", ProblemCodes.ActionNotAllowed), reader.RefusedActions);
        Assert.Empty(reader.RefusedActions.Select(r => r.Action).Intersect(reader.AllowedActions));
    }
}

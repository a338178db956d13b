using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.WithdrawCase;

public sealed class Withdraw_case_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawal_ends_the_case_once_and_shows_its_reason_to_both(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        await service.ReceiveAsync(service.Withdrawn(id));
        await service.ReceiveAsync(service.Withdrawn(id));

        Assert.Equal([(3, "routed"), (4, "withdrawn")], (await database.SentAsync()).OfType<CaseChanged>().Select(c => (c.Version, c.Action)));
        var details = await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).GetCaseAsync(id);
        Assert.Equal((CaseStates.Withdrawn, Given.Hamar, "Meldt to ganger."),
            (details.Case.State, details.Timeline[^1].Organization, details.Timeline[^1].Text));
        Assert.Empty(details.AllowedActions);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawal_that_arrives_before_its_case_ends_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = service.Triaged();
        await service.ReceiveAsync(service.Withdrawn(triaged.DeviationId));
        await service.ReceiveAsync(service.Withdrawn(triaged.DeviationId));
        Assert.Empty(await database.SentAsync());
        await service.ReceiveAsync(triaged);
        await service.ReceiveAsync(triaged);

        Assert.Equal([(3, CaseStates.Routed), (4, CaseStates.Withdrawn)], (await database.SentAsync()).OfType<CaseChanged>().Select(c => (c.Version, c.State)));
        Assert.Equal(0, await database.CountAsync("select count(*) from early_withdrawals"));
        Assert.Equal(2, await database.CountAsync("select count(*) from case_events"));
    }
}

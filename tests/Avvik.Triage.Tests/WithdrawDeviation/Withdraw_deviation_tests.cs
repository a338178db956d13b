using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.WithdrawDeviation;

public sealed class Withdraw_deviation_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static DeviationWithdrawn Withdrawal(Guid id) =>
        new() { DeviationId = id, Version = 2, OccurredAt = Given.ReceivedAt.AddMinutes(5), Organization = Given.Hamar, Reason = new("k1.sealed") };

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawn_deviation_leaves_the_queue_and_cannot_be_decided(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Waiting());
        await service.ReceiveAsync(Withdrawal(submitted.DeviationId), Withdrawal(submitted.DeviationId));

        var withdrawn = Assert.IsType<CaseChanged>(Assert.Single((await database.SentAsync()).Skip(1)));
        Assert.Equal(("withdrawn", CaseStates.Withdrawn, 3, Given.Hamar), (withdrawn.Action, withdrawn.State, withdrawn.Version, withdrawn.Organization));
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        Assert.Empty((await coordinator.ListTriageAsync()).Items);
        var refused = await Assert.ThrowsAsync<Client.AvvikProblemException>(() =>
            coordinator.DecideAsync(submitted.DeviationId, new() { Decision = "route", Category = "medication" }));
        Assert.EndsWith(ProblemCodes.AlreadyDecided, refused.Problem.GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawal_that_arrives_before_its_deviation_ends_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = service.Submitted();
        await service.ReceiveAsync(Withdrawal(submitted.DeviationId));
        await service.ReceiveAsync(Withdrawal(submitted.DeviationId));
        Assert.Empty(await database.SentAsync());
        await service.ReceiveAsync(submitted);
        await service.ReceiveAsync(submitted);

        var withdrawn = Assert.IsType<CaseChanged>(Assert.Single(await database.SentAsync()));
        Assert.Equal(("withdrawn", CaseStates.Withdrawn, 3), (withdrawn.Action, withdrawn.State, withdrawn.Version));
        Assert.Equal(0, await database.CountAsync("select count(*) from early_withdrawals"));
    }

    [Fact]
    public async Task Withdrawal_ends_a_deviation_that_another_instance_is_assessing()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var first = new ServiceUnderTest<Program>(database);
        await using var second = new ServiceUnderTest<Program>(database);
        var submitted = first.Waiting();
        var coordinator = second.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        // It has asked for withdrawals, and not committed.
        await using var held = await HeldStatement.HoldAsync(database, "delete on early_withdrawals");
        var assessing = first.ReceiveAsync(submitted);
        await held.HeldAsync();
        var withdrawal = second.ReceiveAsync(Withdrawal(submitted.DeviationId));
        await held.DoneOrWaitingAsync(withdrawal);
        await held.ReleaseAsync();
        await Task.WhenAll(assessing, withdrawal);

        Assert.Empty((await coordinator.ListTriageAsync()).Items);
        Assert.Equal(CaseStates.Withdrawn, (await database.SentAsync()).OfType<CaseChanged>().MaxBy(c => c.Version)!.State);
    }

    [Fact]
    public async Task Withdrawal_of_a_routed_deviation_is_left_to_routing()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submitted = await service.ReceivedAsync(service.Submitted());
        await service.ReceiveAsync(Withdrawal(submitted.DeviationId));
        Assert.IsType<DeviationTriaged>(Assert.Single(await database.SentAsync()));
        // A reopening may be on its way.
        Assert.Equal(1, await database.CountAsync("select count(*) from early_withdrawals"));
    }
}

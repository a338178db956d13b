using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Cases.Tests;

/// <summary>The reporter was told «withdrawn», so the case ends so, whichever service has it and in any order of events.</summary>
public sealed class Withdrawal_tests
{
    private static readonly int[][] Orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawal_ends_a_deviation_that_triage_asked_about(DatabaseProvider provider)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        var id = Guid.CreateVersion7(both.Clock.GetUtcNow());
        await both.SubmitAsync(id);
        await both.TriageCoordinator.DecideAsync(id, new() { Decision = "ask", Question = "Når?" });
        both.Withdraw(id);
        await both.SettleAsync(0);
        Assert.Equal(CaseStates.Withdrawn, both.Changes.MaxBy(c => c.Version)!.State);
        Assert.Empty((await both.TriageCoordinator.ListTriageAsync()).Items);
        await both.PassAsync(TimeSpan.FromDays(30));
        Assert.Equal(CaseStates.Withdrawn, both.Changes.MaxBy(c => c.Version)!.State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawal_ends_a_reopened_case_whatever_arrives_first(DatabaseProvider provider)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        foreach (var order in Orders) await VerifyAsync(both, order, beforeWithdrawal: _ => Task.CompletedTask);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Withdrawal_ends_a_case_that_was_just_routed_again_whatever_arrives_first(DatabaseProvider provider)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        foreach (var order in Orders)
            await VerifyAsync(both, order, beforeWithdrawal: async id =>
            {
                await both.SettleAsync(0);
                await both.TriageCoordinator.DecideAsync(id, new() { Decision = "route" });
                await both.CollectAsync();
                Assert.IsType<DeviationTriaged>(Assert.Single(both.InFlight).Message);
            });
    }

    private static async Task VerifyAsync(TriageAndRouting both, int[] order, Func<Guid, Task> beforeWithdrawal)
    {
        var id = Guid.CreateVersion7(both.Clock.GetUtcNow());
        await both.CloseAsync(id);
        await both.ActAsync(id, "reopen", new() { Reason = "Det skjedde igjen." });
        Assert.IsType<CaseReopened>(Assert.Single(both.InFlight).Message);
        await beforeWithdrawal(id);
        both.Withdraw(id);
        var three = both.InFlight.ToArray();
        Assert.Equal(2, three.Count(d => d.Message is DeviationWithdrawn));
        foreach (var index in order) await both.DeliverAsync(three[index]);
        await both.SettleAsync(0);

        var details = await both.Coordinator.GetCaseAsync(id);
        Assert.Equal(CaseStates.Withdrawn, details.Case.State);
        Assert.Single(details.Timeline, e => e.State == CaseStates.Withdrawn);
        Assert.Empty((await both.TriageCoordinator.ListTriageAsync()).Items);
        Assert.Equal(0, await both.ParkedAsync());
    }
}

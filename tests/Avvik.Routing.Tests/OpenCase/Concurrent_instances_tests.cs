using Avvik.Contracts;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.OpenCase;

/// <summary>Two instances on one PostgreSQL database, each at one event of the same deviation: neither sees what the other has not committed.</summary>
public sealed class Concurrent_instances_tests
{
    [Fact]
    public async Task Withdrawal_ends_a_case_that_another_instance_is_opening()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var first = new ServiceUnderTest<Program>(database);
        await using var second = new ServiceUnderTest<Program>(database);
        var (triaged, client) = (first.Triaged(), second.ClientAs(Given.Hamar, Roles.Coordinator));
        // It has asked for what came before the case, and not committed.
        await using var held = await HeldStatement.HoldAsync(database, "insert on case_events");
        var opening = first.ReceiveAsync(triaged);
        await held.HeldAsync();
        var withdrawal = second.ReceiveAsync(second.Withdrawn(triaged.DeviationId));
        await held.DoneOrWaitingAsync(withdrawal);
        await held.ReleaseAsync();
        await Task.WhenAll(opening, withdrawal);

        Assert.Equal(CaseStates.Withdrawn, (await client.GetCaseAsync(triaged.DeviationId)).Case.State);
    }

    [Fact]
    public async Task Duplicate_is_added_to_a_case_that_another_instance_is_opening()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var first = new ServiceUnderTest<Program>(database);
        await using var second = new ServiceUnderTest<Program>(database);
        var (triaged, client) = (first.Triaged(), second.ClientAs(Given.Hamar, Roles.Coordinator));
        // As above.
        await using var held = await HeldStatement.HoldAsync(database, "insert on case_events");
        var opening = first.ReceiveAsync(triaged);
        await held.HeldAsync();
        var merge = second.ReceiveAsync(new DeviationMerged
        {
            DeviationId = Guid.CreateVersion7(),
            Version = 3,
            OccurredAt = Given.ReceivedAt,
            MainCase = triaged.DeviationId,
            Reference = "AVV-2026-000002",
            ReporterOrganization = Given.Hamar,
            Narrative = second.Protect("Vi så det samme."),
        });
        await held.DoneOrWaitingAsync(merge);
        await held.ReleaseAsync();
        await Task.WhenAll(opening, merge);

        Assert.Contains("duplicateAdded", (await client.GetCaseAsync(triaged.DeviationId)).Timeline.Select(e => e.Action));
    }
}

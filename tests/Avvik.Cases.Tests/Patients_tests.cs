using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Cases.Tests;

/// <summary>How many patients a report names only rises, whichever service has it and in any order of events.</summary>
public sealed class Patients_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Patients_added_in_triage_are_in_its_queue_and_in_the_case(DatabaseProvider provider)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        for (var seed = 0; seed < 4; seed++)
        {
            var id = Guid.CreateVersion7(both.Clock.GetUtcNow());
            await both.SubmitAsync(id);
            Add(both, id, 500);
            Add(both, id, 1000);
            if (seed == 0)
            {
                await both.SettleAsync(seed);
                Assert.Equal(1000, Assert.Single((await both.TriageCoordinator.ListTriageAsync()).Items).PatientsAffected);
                Assert.Equal((CaseStates.Triage, "patientsAdded", 1000),
                    both.Changes.MaxBy(c => c.Version) is { } c ? (c.State, c.Action, c.Facts.PatientsGiven) : default);
            }
            await both.TriageCoordinator.DecideAsync(id, new() { Decision = "route", Category = "medication" });
            await both.SettleAsync(seed);
            var seen = await both.Coordinator.GetCaseAsync(id);
            Assert.Equal((1000, 1000), (seen.PatientsGiven, seen.Case.PatientsAffected));
        }
        Assert.Equal(0, await both.ParkedAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Patients_added_to_a_reopened_case_are_kept_whatever_arrives_first(DatabaseProvider provider)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        for (var seed = 0; seed < 4; seed++)
        {
            var id = Guid.CreateVersion7(both.Clock.GetUtcNow());
            await both.CloseAsync(id);
            await both.ActAsync(id, "reopen", new() { Reason = "Flere er berørt." });
            Assert.IsType<CaseReopened>(Assert.Single(both.InFlight).Message);
            Add(both, id, 2118);
            await both.SettleAsync(seed);
            await both.TriageCoordinator.DecideAsync(id, new() { Decision = "route" });
            await both.SettleAsync(seed);
            await both.ActAsync(id, "reclassify", new() { PatientsAffected = 2200, Reason = "Talt på nytt." });
            await both.SettleAsync(seed);
            var seen = await both.Coordinator.GetCaseAsync(id);
            Assert.Equal((CaseStates.Routed, 2118, 2200), (seen.Case.State, seen.PatientsGiven, seen.Case.PatientsAffected));
            Assert.Equal((2118, 2200), both.Changes.Where(c => c.DeviationId == id).MaxBy(c => c.Version)!.Facts is var f
                ? (f.PatientsGiven, f.PatientsAffected!.Value) : default);
        }
        Assert.Equal(0, await both.ParkedAsync());
    }

    private static void Add(TriageAndRouting both, Guid id, int named) => both.Publish(new PatientsAdded
    {
        DeviationId = id,
        Version = named,
        OccurredAt = both.Clock.GetUtcNow(),
        Organization = TriageAndRouting.Hamar,
    });
}

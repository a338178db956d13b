using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.AddPatients;

/// <summary>The case has the number of patients, and never who they are.</summary>
public sealed class Patients_affected_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static PatientsAdded Added(Guid id, int named) =>
        new() { DeviationId = id, Version = named, OccurredAt = Given.ReceivedAt.AddMinutes(named), Organization = Given.Hamar };

    [Theory, MemberData(nameof(Engines))]
    public async Task Added_patients_are_a_change_that_both_parties_see(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { PatientsGiven = 2, PatientsAffected = 2118 }))).DeviationId;
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        Assert.Equal(2118, Assert.Single((await coordinator.ListCasesAsync(new())).Items).PatientsAffected);
        await service.ReceiveAsync(Added(id, 502), Added(id, 502), Added(id, 402));
        foreach (var party in new[] { Given.SykehusetInnlandet, Given.Hamar })
        {
            var seen = await service.ClientAs(party, Roles.Coordinator).GetCaseAsync(id);
            Assert.Equal((4, 502, 2118, "patientsAdded"), (seen.Case.Version, seen.PatientsGiven, seen.Case.PatientsAffected, seen.Timeline[^1].Action));
        }
        // More than anybody said are named: so many are affected.
        await service.ReceiveAsync(Added(id, 2119));
        Assert.Equal(2119, (await coordinator.GetCaseAsync(id)).Case.PatientsAffected);
        var facts = (await database.SentAsync()).OfType<CaseChanged>().Last().Facts;
        Assert.Equal((2119, 2118), (facts.PatientsGiven, facts.PatientsAffected));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Patients_that_arrive_before_the_case_are_in_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var triaged = service.Triaged(f => f with { HasPatient = false });
        await service.ReceiveAsync(Added(triaged.DeviationId, 3));
        await service.ReceiveAsync(Added(triaged.DeviationId, 2));
        await service.ReceiveAsync(triaged);
        var seen = await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).GetCaseAsync(triaged.DeviationId);
        Assert.Equal((true, 3, 3), (seen.HasPatient, seen.PatientsGiven, seen.Case.PatientsAffected));
        Assert.Equal(["routed", "patientsAdded"], seen.Timeline.Select(e => e.Action));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Number_is_corrected_with_a_reason_and_what_it_was(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { PatientsGiven = 2 }))).DeviationId;
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var (number, code) in new[] { (1, "fewerThanNamed"), (0, "outOfRange"), (1_000_001, "outOfRange") })
        {
            var refused = await Assert.ThrowsAsync<AvvikProblemException>(() =>
                coordinator.ActAsync(id, 3, "reclassify", new() { PatientsAffected = number, Reason = "Talt på nytt." }));
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "/patientsAffected", code), (refused.Status, refused.Errors[0].Pointer, refused.Errors[0].Code));
        }
        var corrected = await coordinator.ActAsync(id, 3, "reclassify", new() { PatientsAffected = 2118, Reason = "Talt på nytt." });
        Assert.Equal(2118, corrected.Case.PatientsAffected);
        Assert.Equal("Talt på nytt.\nAntall berørte pasienter: 2 → 2\u00a0118", corrected.Timeline[^1].Text);
        Assert.Equal(2118, Assert.Single((await database.SentAsync()).OfType<FactsCorrected>()).Facts.PatientsAffected);
        // The action that has no use for it says so.
        var unknown = await Assert.ThrowsAsync<AvvikProblemException>(() => coordinator.ActAsync(id, 4, "acknowledge", new() { PatientsAffected = 3 }));
        Assert.Equal((HttpStatusCode.BadRequest, "unknownMember"), (unknown.Status, unknown.Errors[0].Code));
    }
}

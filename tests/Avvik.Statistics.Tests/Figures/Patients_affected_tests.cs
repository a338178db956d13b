using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Figures;

[Collection(nameof(StatisticsServices))]
public sealed class Patients_affected_tests(StatisticsServices services)
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Patients_of_own_deviations_that_concern_several_are_added_up(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        var first = Guid.CreateVersion7();
        await service.ReceiveAsync(
        [
            Given.Case(f => f with { PatientsAffected = 2118, PatientGroups = ["frailElderly"] }),
            Given.Case(f => f with { PatientsGiven = 3, HasPatient = true, Category = "dischargeSummary" }),
            // One patient, nobody known, good collaboration, and what never was a deviation.
            Given.Case(f => f with { HasPatient = true }), Given.Case(), Given.Case(f => f with { Kind = "goodPractice", PatientsAffected = 9 }),
            Given.Case(f => f with { PatientsAffected = 50 }, state: CaseStates.Withdrawn),
            // Two reports of one event.
            Given.Case(f => f with { PatientsAffected = 10 }) with { EventId = first },
            Given.Case(f => f with { PatientsAffected = 12 }) with { EventId = first },
            // Another party's, and another quarter's.
            Given.Case(f => f with { PatientsAffected = 77, ReporterOrganization = StatisticsService.Ringsaker }),
            Given.Case(f => f with { PatientsAffected = 70, ReceivedAt = f.ReceivedAt.AddMonths(-3) }),
        ]);
        Assert.Equal(2118 + 3 + 12, (await service.AskAsync("")).Patients?.Affected);
        Assert.Equal(3, (await service.AskAsync("category=dischargeSummary")).Patients?.Affected);
        Assert.Equal(2118, (await service.AskAsync("by=category&patientGroup=frailElderly")).Patients?.Affected);
        // The trust answers them all.
        Assert.Equal(2118 + 3 + 12 + 77, (await service.AskAsync("", StatisticsService.InnlandetTrust)).Patients?.Affected);
    }
}

using System.Net;
using System.Net.Http.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Figures;

[Collection(nameof(StatisticsServices))]
public sealed class Patient_information_tests(StatisticsServices services)
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Own_deviations_with_harm_are_counted_by_what_is_recorded(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        static CaseChanged Harmed(string harm, string? informed, Func<DeviationFacts, DeviationFacts>? facts = null) =>
            Given.Case(f => (facts?.Invoke(f) ?? f) with { ActualHarm = harm }) with { PatientInformed = informed };
        var late = Harmed("death", "notInformed", f => f with { Category = "dischargeSummary" });
        await service.ReceiveAsync(
        [
            Harmed("mild", "informed"), Harmed("mild", null), Harmed("severe", "notApplicable"), Harmed("severe", "informed"),
            late, late with { Version = late.Version + 1, PatientInformed = "informed" },
            // No harm, and what never was a deviation.
            Harmed("none", "informed"), Harmed("death", "informed", f => f with { Kind = "goodPractice" }),
            Harmed("death", "informed") with { State = CaseStates.Withdrawn },
            // Another party's, and another quarter's.
            Harmed("death", "notInformed", f => f with { ReporterOrganization = StatisticsService.Ringsaker }),
            Harmed("death", "informed", f => f with { ReceivedAt = f.ReceivedAt.AddMonths(-3) }),
        ]);
        async Task<string[]> AskAsync(string organization, string query)
        {
            using var http = service.As(organization, Roles.Coordinator);
            var figures = (await http.GetFromJsonAsync($"/api/v1/statistics/patient-information?{query}", ClientJson.Default.PatientInformationFigures))!;
            return [.. figures.Rows.Append(figures.Total).Select(r =>
                $"{r.Harm} {r.Count}: {r.Informed} {r.NotInformed} {r.NotApplicable} {r.NotRecorded} {r.InformedPercent}")];
        }

        Assert.Equal(["mild 2: 1 0 0 1 50", "moderate 0: 0 0 0 0 ", "severe 2: 1 0 1 0 100", "death 1: 1 0 0 0 100", " 5: 3 0 1 1 75"],
            await AskAsync(StatisticsService.Hamar, ""));
        Assert.Equal(" 1: 1 0 0 0 100", (await AskAsync(StatisticsService.Hamar, "category=dischargeSummary"))[^1]);
        Assert.Equal(["severe 2: 1 0 1 0 100", " 2: 1 0 1 0 100"],
            (await AskAsync(StatisticsService.Hamar, "harm=severe")).Where(r => !r.Contains(" 0: ", StringComparison.Ordinal)));
        // The trust answers them all.
        Assert.Equal("death 2: 1 1 0 0 50", (await AskAsync(StatisticsService.InnlandetTrust, ""))[3]);
        using var ssu = service.As(StatisticsService.Hamar, Roles.Ssu);
        Assert.Equal(HttpStatusCode.Forbidden, (await ssu.GetAsync("/api/v1/statistics/patient-information")).StatusCode);
        using var coordinator = service.As(StatisticsService.Hamar, Roles.Coordinator);
        Assert.Equal(HttpStatusCode.BadRequest, (await coordinator.GetAsync("/api/v1/statistics/patient-information?scope=community")).StatusCode);
    }
}

using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.ReportingActivity;

public sealed class Reporting_activity_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Activity_counts_the_partys_own_reports_of_the_quarter(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now.AddMonths(-3));
        await using var service = new ServiceUnderTest<Program>(database, clock);
        Task SubmitAsync(string? unit, string? profession, string occurredAt, string organization = Given.Hamar) => service
            .ClientAs(organization, Roles.Reporter, unit)
            .SubmitAsync(Given.Submission with { OccurredAt = occurredAt, Reporter = new() { Profession = profession } });
        // In the quarter before: the unit has reported, though not in this one.
        await SubmitAsync("3403-tildeling", "Lege", "2026-05-01");
        clock.Advance(Given.Now - clock.GetUtcNow());
        await SubmitAsync("3403-sykepleie", "Sykepleier", "2026-08-20");
        await SubmitAsync("3403-sykepleie", "sykepleier ", "2026-08-18");
        await SubmitAsync("3403-sykepleie", "Sykepleier", "2026-08-10");
        await SubmitAsync(null, null, "2026-07-20");
        await SubmitAsync(null, "Lege", "2026-08-20", Given.Ringsaker);

        var coordinator = service.ClientAs(Given.Hamar, Roles.Coordinator);
        var activity = await coordinator.GetReportingActivityAsync("2026-Q3");

        Assert.Equal(("2026-Q3", 4, 2, 31), (activity.Quarter, activity.Reports, activity.MedianDaysToReport, activity.P90DaysToReport));
        Assert.Equal([new("Sykepleier", 3), new(null, 1)], activity.EmployeeGroups);
        Assert.Equal(new("3403-sykepleie", 3, true), activity.Units[0]);
        Assert.Contains(new UnitActivity(null, 1, true), activity.Units);
        Assert.Contains(new UnitActivity("3403-tildeling", 0, true), activity.Units);
        var silent = activity.Units.Where(u => u is { Unit: not null, HasReported: false }).ToList();
        Assert.NotEmpty(silent);
        Assert.Equal(Math.Round(100m * silent.Count / activity.Units.Count(u => u.Unit is not null), 1, MidpointRounding.AwayFromZero),
            activity.PercentOfUnitsThatNeverReported);

        Assert.Equal(1, (await coordinator.GetReportingActivityAsync("2026-Q2")).Reports);
        Assert.Null((await coordinator.GetReportingActivityAsync("2026-Q1")).MedianDaysToReport);
        Assert.Equal(HttpStatusCode.UnprocessableEntity,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => coordinator.GetReportingActivityAsync("2026-Q5"))).Status);
    }
}

using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.ReopenedCases;

public sealed class Reopened_cases_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static CaseReopened Reopened(ServiceUnderTest<Program> service, DeviationSubmitted submitted, int version) => new()
    {
        DeviationId = submitted.DeviationId,
        Version = version,
        OccurredAt = Given.ReceivedAt.AddDays(30),
        Organization = Given.Hamar,
        Reason = service.Protect("Det skjedde igjen."),
        Case = new()
        {
            DeviationId = submitted.DeviationId,
            Version = version,
            OccurredAt = Given.ReceivedAt.AddDays(30),
            Action = "reopened",
            State = CaseStates.Triage,
            Facts = submitted.Facts with { Category = "medication" },
            Unit = "si-tynset",
            AnsweredAt = Given.ReceivedAt.AddDays(3),
            Hops = 2,
            Reopenings = 1,
        },
    };

    [Theory, MemberData(nameof(Engines))]
    public async Task A_reopened_case_waits_for_a_coordinator_and_goes_on_where_its_versions_were(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddDays(30)));
        var submitted = await service.ReceivedAsync(service.Submitted());
        var reopened = Reopened(service, submitted, 9);
        await service.ReceiveAsync(reopened, reopened);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var item = Assert.Single((await coordinator.ListTriageAsync()).Items);
        Assert.Equal((CaseStates.Triage, "medication", "Det skjedde igjen.", "reopened"), (item.State, item.Category, item.ReopenedBecause, Assert.Single(item.Flags).Code));

        Assert.Equal(CaseStates.Routed, (await coordinator.DecideAsync(submitted.DeviationId, new() { Decision = "route", Unit = "si-habilitering" })).State);
        var triaged = (await database.SentAsync()).OfType<DeviationTriaged>().Last();
        Assert.Equal((10, "medication", "si-habilitering"), (triaged.Version, triaged.Facts.Category, triaged.Unit));
        // Routing told of the reopening, and tells of the routing: nothing of it comes from here.
        Assert.DoesNotContain(await database.SentAsync(), e => e is CaseChanged or ReopenedCaseChanged);
        // What is older than what is known is late.
        await service.ReceiveAsync(Reopened(service, submitted, 8));
        Assert.Empty((await coordinator.ListTriageAsync()).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_becomes_of_it_here_is_told_to_all_with_what_had_been_counted_and_to_the_one_who_has_the_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddDays(30)));
        var submitted = await service.ReceivedAsync(service.Submitted());
        await service.ReceiveAsync(Reopened(service, submitted, 9));
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        await coordinator.DecideAsync(submitted.DeviationId, new() { Decision = "askReporter", Question = "Når?" });
        await service.ReceiveAsync(new ReporterAnswered { DeviationId = submitted.DeviationId, Version = 1, OccurredAt = Given.ReceivedAt.AddDays(31), Organization = Given.Hamar, Text = service.Protect("I går.") });
        await coordinator.DecideAsync(submitted.DeviationId, new() { Decision = "reject", ReasonCode = "internal", Comment = "Egen rutine." });

        var sent = await database.SentAsync();
        Assert.Equal([(10, "asked"), (11, "reporterAnswered"), (12, "rejected")], sent.OfType<CaseChanged>().Select(c => (c.Version, c.Action)));
        Assert.All(sent.OfType<CaseChanged>(), c => Assert.Equal((2, Given.ReceivedAt.AddDays(3), "si-tynset", 1), (c.Hops, c.AnsweredAt, c.Unit, c.Reopenings)));
        Assert.Equal([(10, "awaitingReporter"), (11, "triage"), (12, "rejected")], sent.OfType<ReopenedCaseChanged>().Select(c => (c.Version, c.State)));
    }
}

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

    private static CaseReopened Reopened(ServiceUnderTest<Program> service, DeviationSubmitted submitted, int version, int reopenings = 1) => new()
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
            Reopenings = reopenings,
        },
    };

    [Theory, MemberData(nameof(Engines))]
    public async Task Reopened_case_waits_for_a_coordinator_who_answers_that_reopening(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddDays(30)));
        var submitted = await service.ReceivedAsync(service.Submitted());
        var reopened = Reopened(service, submitted, 9);
        await service.ReceiveAsync(reopened, reopened);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var item = Assert.Single((await coordinator.ListTriageAsync()).Items);
        Assert.Equal((CaseStates.Triage, "medication", "Det skjedde igjen.", "reopened"),
            (item.State, item.Category, item.ReopenedBecause, Assert.Single(item.Flags).Code));

        Assert.Equal(CaseStates.Routed, (await coordinator.DecideAsync(submitted.DeviationId, new() { Decision = "route", Unit = "si-habilitering" })).State);
        var triaged = (await database.SentAsync()).OfType<DeviationTriaged>().Last();
        Assert.Equal((1, "medication", "si-habilitering"), (triaged.Reopening, triaged.Facts.Category, triaged.Unit));
        // Routing publishes the reopening and the routing; Triage publishes neither.
        Assert.DoesNotContain(await database.SentAsync(), e => e is CaseChanged or ReopenedCaseChanged);
        // The same reopening again, under another version too, is decided; the next is not.
        await service.ReceiveAsync(Reopened(service, submitted, 12));
        Assert.Empty((await coordinator.ListTriageAsync()).Items);
        await service.ReceiveAsync(Reopened(service, submitted, 12, reopenings: 2));
        Assert.Single((await coordinator.ListTriageAsync()).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Changes_of_a_reopened_case_go_to_routing_alone_and_name_the_reopening(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddDays(30)));
        var submitted = await service.ReceivedAsync(service.Submitted());
        await service.ReceiveAsync(Reopened(service, submitted, 9));
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        await coordinator.DecideAsync(submitted.DeviationId, new() { Decision = "ask", Question = "Når?" });
        await service.ReceiveAsync(
            new ReporterAnswered
            {
                DeviationId = submitted.DeviationId,
                Version = 1,
                OccurredAt = Given.ReceivedAt.AddDays(31),
                Organization = Given.Hamar,
                Text = service.Protect("I går.")
            });
        await coordinator.DecideAsync(submitted.DeviationId, new() { Decision = "reject", ReasonCode = "internal", Comment = "Egen rutine." });

        var sent = await database.SentAsync();
        Assert.Empty(sent.OfType<CaseChanged>());
        Assert.Empty(sent.OfType<ReporterInformed>());
        var changes = sent.OfType<ReopenedCaseChanged>().ToList();
        Assert.Equal([("asked", "awaitingReporter", 1), ("reporterAnswered", "triage", 1), ("rejected", "rejected", 1)],
            changes.Select(c => (c.Action, c.State, c.Reopening)));
        Assert.Equal(changes.Select(c => c.Version).Distinct().Order(), changes.Select(c => c.Version));
        Assert.Equal("Når?", service.Reveal(changes[0].Text!.Value));
    }
}

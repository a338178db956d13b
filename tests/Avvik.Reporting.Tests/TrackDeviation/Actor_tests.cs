using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.TrackDeviation;

/// <summary>Who did it, on every line: for the own party in the timeline, and for auditors in the access log.</summary>
public sealed class Actor_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Timeline_and_log_name_who_submitted_wrote_and_withdrew(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var she = service.ClientAs(Given.Hamar, Roles.Reporter, subject: "kari");
        var coordinator = service.ClientAs(Given.Hamar, Roles.Coordinator, subject: "ola");
        var deviation = await she.SubmitAsync(Given.Submission);
        await coordinator.WriteMessageAsync(deviation.Id, "Epikrisen er fortsatt ikke kommet.");
        await she.WithdrawAsync(deviation.Id, "Meldt to ganger.");
        await service.ReceiveAsync(deviation.Changed(2, "routed", CaseStates.Routed), deviation.Changed(3, "withdrawn", CaseStates.Withdrawn, Given.Hamar));

        Assert.Equal(["submitted kari", "routed ", "withdrawn kari", "reporterMessage ola"],
            (await coordinator.GetDeviationAsync(deviation.Id)).Timeline.Select(e => $"{e.Event} {e.Actor}"));
        var log = (await service.ClientAs(Given.Hamar, Roles.Auditor).ListAccessLogAsync("reporting", new() { Deviation = deviation.Id })).Items;
        Assert.Equal(["messageWritten ola", "deviationWithdrawn kari"],
            log.Where(l => l.Action is "messageWritten" or "deviationWithdrawn").Select(l => $"{l.Action} {l.Subject}").Reverse());
    }

    [Fact]
    public async Task Confidential_reporter_is_no_actor_for_others()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var she = service.ClientAs(Given.Hamar, Roles.Reporter, "3403-lege", "kari");
        var (colleague, coordinator) = (service.ClientAs(Given.Hamar, Roles.Reporter, "3403-lege", "ola"), service.ClientAs(Given.Hamar, Roles.Coordinator));
        var deviation = await she.SubmitAsync(Given.Submission with { ReportingUnit = "3403-lege", Reporter = new() { Name = "Kari", Confidential = true } });
        await she.WriteMessageAsync(deviation.Id, "Epikrisen er kommet.");
        Task<Deviation> SeenAsync(IAvvikClient by) => by.GetDeviationAsync(deviation.Id);
        Assert.Equal(["kari", "kari"], (await SeenAsync(she)).Timeline.Select(e => e.Actor));
        Assert.Equal([null, null], (await SeenAsync(colleague)).Timeline.Select(e => e.Actor));
        // A coordinator opens the name for a purpose.
        Assert.Equal([null, null], (await SeenAsync(coordinator)).Timeline.Select(e => e.Actor));
        Assert.Equal([null, null], Assert.Single((await coordinator.ListDeviationsAsync()).Items).Timeline.Select(e => e.Actor));
    }
}

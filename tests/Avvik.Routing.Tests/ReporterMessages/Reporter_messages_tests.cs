using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.ReporterMessages;

public sealed class Reporter_messages_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task What_the_reporter_writes_is_in_the_timeline_once_also_when_it_comes_before_the_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = service.Triaged();
        ReporterAnswered Message(int number, string text) => new() { DeviationId = triaged.DeviationId, Version = number, OccurredAt = Given.ReceivedAt.AddMinutes(number), Organization = Given.Hamar, Text = service.Protect(text) };
        var (first, second) = (Message(1, "Det gjaldt to pasienter."), Message(2, "Nå er det rettet."));
        await service.ReceiveAsync(second);
        await service.ReceiveAsync([triaged, first, second, first]);

        var details = await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).GetCaseAsync(triaged.DeviationId);
        Assert.Equal(["Det gjaldt to pasienter.", "Nå er det rettet."], details.Timeline.Where(e => e.Action == "reporterMessage").Select(e => e.Text));
        Assert.Single(await database.SentAsync());
    }
}

using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.MergeCase;

public sealed class Merge_case_tests
{
    private const string Elverum = "952857991";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static DeviationMerged Merged(ServiceUnderTest<Program> service, Guid id, Guid main, string organization = Given.Hamar) => new()
    {
        DeviationId = id,
        Version = 3,
        OccurredAt = Given.ReceivedAt.AddHours(1),
        MainCase = main,
        Reference = "AVV-2026-000002",
        ReporterOrganization = organization,
        Narrative = service.Protect("Vi så det samme."),
        Actor = "coordinator-7",
    };

    [Theory, MemberData(nameof(Engines))]
    public async Task Duplicate_is_added_to_its_case_whichever_arrives_first(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (early, late) = (service.Triaged(), service.Triaged());
        await service.ReceiveAsync(late);
        foreach (var main in new[] { early, late })
        {
            var merged = Merged(service, Guid.CreateVersion7(), main.DeviationId);
            await service.ReceiveAsync(merged);
            await service.ReceiveAsync(merged);
        }
        await service.ReceiveAsync(early);
        foreach (var main in new[] { early, late })
        {
            var details = await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset").GetCaseAsync(main.DeviationId);
            Assert.Equal([("routed", null), ("duplicateAdded", "AVV-2026-000002")], details.Timeline.Select(e => (e.Action, e.Text)));
            Assert.Equal("coordinator-7", details.Timeline[^1].Actor);
            Assert.Equal((Given.Hamar, "Vi så det samme."), Assert.Single(details.Duplicates) is var d ? (d.ReporterOrganization, d.Narrative) : default);
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Duplicate_case_ends_and_points_to_its_main_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (main, own) = (service.Triaged(), service.Triaged());
        await service.ReceiveAsync(main, own);
        await service.ReceiveAsync(Merged(service, own.DeviationId, main.DeviationId));
        var ended = (await database.SentAsync()).OfType<CaseChanged>().Last(c => c.DeviationId == own.DeviationId);
        Assert.Equal((4, "duplicate", CaseStates.Duplicate, main.DeviationId), (ended.Version, ended.Action, ended.State, ended.MainCase));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Merge_that_arrives_before_the_duplicates_case_ends_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (main, own) = (service.Triaged(), service.Triaged());
        await service.ReceiveAsync(Merged(service, own.DeviationId, main.DeviationId));
        await service.ReceiveAsync(own, main);
        Assert.Equal([(3, "routed"), (4, "duplicate")], (await database.SentAsync()).OfType<CaseChanged>().Where(c => c.DeviationId == own.DeviationId)
            .Select(c => (c.Version, c.Action)));
        var ended = await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset").GetCaseAsync(own.DeviationId);
        Assert.Equal(("duplicate", "coordinator-7"), (ended.Timeline[^1].Action, ended.Timeline[^1].Actor));
    }

    [Fact]
    public async Task Reporter_sees_that_a_duplicate_exists_but_not_whose()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var main = await service.ReceivedAsync(service.Triaged());
        await service.ReceiveAsync(Merged(service, Guid.CreateVersion7(), main.DeviationId, Elverum));
        var seen = Assert.Single((await service.ClientAs(Given.Hamar, Roles.Reporter).GetCaseAsync(main.DeviationId)).Duplicates);
        Assert.Equal(("AVV-2026-000002", null, null), (seen.Reference, seen.ReporterOrganization, seen.Narrative));
    }
}

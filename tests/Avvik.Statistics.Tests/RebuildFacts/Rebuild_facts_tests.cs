using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.RebuildFacts;

[Collection(nameof(StatisticsServices))]
public sealed class Rebuild_facts_tests(StatisticsServices services)
{
    private static CaseSnapshotPublished Snapshot(CaseChanged @case) => new()
    {
        DeviationId = @case.DeviationId,
        Version = @case.Version,
        OccurredAt = StatisticsService.Now,
        Case = @case with { Action = "snapshot", OccurredAt = StatisticsService.Now, Organization = null },
    };

    private static async Task InvalidateAsync(StatisticsService service, string after = "")
    {
        using var admin = service.As(StatisticsService.InnlandetTrust, Roles.Admin);
        using var response = await admin.PostAsync(new Uri($"/ops/statistics/facts/invalidate{after}", UriKind.Relative), null);
        Assert.NotNull(await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<WalkedPage>());
    }

    private static async Task<(int Count, int Invalidated, long ContentHashes)> StateAsync(StatisticsService service)
    {
        using var admin = service.As(StatisticsService.InnlandetTrust, Roles.Admin);
        var state = await admin.GetFromJsonAsync<JsonElement>("/ops/statistics/facts");
        return (state.GetProperty("count").GetInt32(), state.GetProperty("invalidated").GetInt32(), state.GetProperty("contentHashes").GetInt64());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Rebuild_restores_facts_that_were_lost_or_wrong(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        Assert.Equal((0, 0, 0), await StateAsync(service));
        CaseChanged[] cases = [.. Given.Cases(20, answeredAfterDays: 3), .. Given.Cases(20, f => f with { PatientGroups = ["maternity"] })];
        cases = [.. cases.Select((c, i) => c with { Version = i + 1, Hops = i % 3 })];
        await service.ReceiveAsync(cases);
        var (facts, state) = (await service.FactsAsync(), await StateAsync(service));
        Assert.Equal((40, 0, facts.Sum(f => f.ContentHash)), state);

        await InvalidateAsync(service);
        await service.Database.ExecuteAsync("""
            update facts set hops = 7, category = 'discharge', stamp = 1
            where deviation_id in (select deviation_id from facts order by deviation_id limit 5)
            """);
        await service.Database.ExecuteAsync($"delete from facts where deviation_id in (select deviation_id from facts order by deviation_id desc limit 5)");
        Assert.Equal((35, 35), await StateAsync(service) is var state2 ? (state2.Count, state2.Invalidated) : default);
        Assert.NotEqual(facts.Sum(f => f.Hops), (await service.FactsAsync()).Sum(f => f.Hops));
        await service.ReceiveAsync(cases.Select(Snapshot));

        Assert.Equal(facts, await service.FactsAsync());
        Assert.Equal(state, await StateAsync(service));
    }

    [Fact]
    public async Task Figures_stay_while_facts_are_invalidated_and_new_events_are_kept()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        CaseChanged[] cases = [.. Given.Cases(3).Select(c => c with { Version = 4 })];
        await service.ReceiveAsync(cases);

        await InvalidateAsync(service);
        Assert.Equal(3, (await service.AskAsync("")).Total.Count.Value);
        var answered = cases[0] with { Version = 5, State = CaseStates.Answered, AnsweredAt = cases[0].Facts.ReceivedAt.AddDays(2) };
        await service.ReceiveAsync(answered);
        await service.ReceiveAsync(cases.Take(2).Select(Snapshot));

        Assert.Equal(new[] { Fact.Of(answered), Fact.Of(cases[1]), Fact.Of(cases[2]) with { Version = 0, ContentHash = Fact.Of(cases[2])
            .ContentHash } }.OrderBy(f => f.DeviationId), await service.FactsAsync());
        Assert.Equal(1, (await StateAsync(service)).Invalidated);
    }

    [Fact]
    public async Task Invalidation_continues_after_the_named_fact()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(Given.Cases(3));
        var facts = await service.FactsAsync();

        await InvalidateAsync(service, $"?after={facts[0].DeviationId}");

        Assert.Equal([1, 0, 0], (await service.FactsAsync()).Select(f => f.Version));
    }
}

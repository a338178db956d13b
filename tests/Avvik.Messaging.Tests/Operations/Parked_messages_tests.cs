using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Tests.Support;
using Avvik.Storage;
using Avvik.TextProtection;

namespace Avvik.Messaging.Tests.Operations;

public sealed class Parked_messages_tests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Parked_messages_are_listed_page_by_page(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        await ParkAsync(instance, 25);
        var (seen, pages) = (new List<Guid>(), 0);
        (DateTimeOffset, Guid)? after = null;
        while (await instance.Parked.ListAsync(new(), after, 10, None) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(p => p.Id));
            after = (page[^1].ParkedAt, page[^1].Id);
            pages++;
        }
        Assert.Equal((25, 25, 3), (seen.Count, seen.Distinct().Count(), pages));
        Assert.Empty(await instance.Parked.ListAsync(new(Type: Sample.WithdrawnExchange), null, 10, None));
        Assert.Equal(25, (await instance.Parked.ListAsync(new("inbox", Sample.InformedExchange, nameof(EventRejectedException), DateTimeOffset.UnixEpoch), null,
            100, None)).Count);
        Assert.Empty(await instance.Parked.ListAsync(new(To: DateTimeOffset.UnixEpoch), null, 10, None));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Bulk_requeue_applies_all_of_a_type_and_keeps_what_fails_again(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        var deviations = await ParkAsync(instance, 230);
        instance.Hooks.InHandler = e => e.DeviationId == deviations[7] ? throw new EventRejectedException("Still.") : Task.CompletedTask;

        Assert.Empty(await ProgressAsync(instance.Parked.RequeueAllAsync(new(Type: Sample.WithdrawnExchange), "rettet", "op", "974589095", None)));
        var progress = await ProgressAsync(instance.Parked.RequeueAllAsync(new(Type: Sample.InformedExchange), "rettet", "op", "974589095", None));

        Assert.Equal([100, 200, 230], progress.Select(p => p.Resolved + p.Failed));
        Assert.Equal(new(229, 1), progress[^1]);
        await database.HasEffectsOnceAsync(deviations.Where(d => d != deviations[7]));
        Assert.Single(await instance.Parked.AllAsync());
        Assert.Equal(229, await database.CountAsync(
            "select count(*) from parked_message where resolution = 'requeued' and resolved_by = 'op@974589095'"));
        Assert.All(await database.QueryAsync("select reason from parked_message where resolution = 'requeued'", r => r.GetString(0)),
            reason => Assert.Equal("rettet", instance.Of<TextProtector>().Reveal(new(reason))));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Bulk_discard_takes_only_what_the_filter_names(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.CreateAsync(database);
        await ParkAsync(instance, 5);
        await database.ExecuteAsync(
            "update parked_message set error = 'Other' where cast(id as varchar(40)) = (select min(cast(id as varchar(40))) from parked_message)");

        var progress = await ProgressAsync(instance.Parked.DiscardAllAsync(new(Error: nameof(EventRejectedException)), "duplikat", "op", "974589095", None));

        Assert.Equal([new(4, 0)], progress);
        Assert.Equal("Other", Assert.Single(await instance.Parked.AllAsync()).Error);
    }

    private static async Task<IReadOnlyList<Guid>> ParkAsync(Instance instance, int count)
    {
        var deviations = Sample.NewDeviations(count);
        instance.Hooks.InHandler = _ => throw new EventRejectedException("never");
        await instance.Inbox.ReceiveAsync([.. deviations.Select(d => Sample.Paged(d))], None);
        instance.Hooks.InHandler = _ => Task.CompletedTask;
        return deviations;
    }

    private static async Task<List<ParkedMessageProgress>> ProgressAsync(IAsyncEnumerable<ParkedMessageProgress> running)
    {
        var progress = new List<ParkedMessageProgress>();
        await foreach (var p in running) progress.Add(p);
        return progress;
    }
}

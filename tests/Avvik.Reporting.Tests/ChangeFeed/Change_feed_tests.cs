using System.Diagnostics;
using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.ChangeFeed;

public sealed class Change_feed_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Change_feed_is_for_both_parties_and_nobody_else(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed, null), deviation.Changed(4, "acknowledged", CaseStates.Acknowledged));

        foreach (var client in new[] { service.Reporter(), service.ClientAs(Given.SykehusetInnlandet, Roles.Client) })
        {
            var changes = await client.ListChangesAsync();
            Assert.Equal([(deviation.Id, deviation.Reference, 3, "routed", CaseStates.Routed, null),
                (deviation.Id, deviation.Reference, 4, "acknowledged", CaseStates.Acknowledged, Given.SykehusetInnlandet)],
                changes.Items.Select(c => (c.Id, c.Reference, c.Version, c.Event, c.State, c.Organization)));
            Assert.Empty((await client.ListChangesAsync(new() { Cursor = changes.NextCursor })).Items);
            // Each page starts where the one before ended, also from the middle of a page.
            var first = await client.ListChangesAsync(new() { Limit = 1 });
            Assert.Equal(4, Assert.Single((await client.ListChangesAsync(new() { Cursor = first.NextCursor })).Items).Version);
            Assert.Equal(first.NextCursor, first.Items[0].Cursor);
        }
        foreach (var stranger in new[] { service.Reporter(Given.Ringsaker), service.ClientAs(Given.Nordlandssykehuset, Roles.Coordinator) })
            Assert.Empty((await stranger.ListChangesAsync()).Items);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.As(Given.Hamar, Roles.Ssu).GetAsync("/api/v1/changes")).StatusCode);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().ListChangesAsync(new() { Cursor = "nonsense!", Wait = 31 }));
        Assert.Equal(["/cursor", "/wait"], refused.Problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
    }

    /// <summary>Whoever read the deviation because of the change found no words then.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Change_is_given_again_when_its_words_come_after_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(service.Informed(deviation, 3, "Hører dette til oss?"), deviation.Changed(3, "asked", CaseStates.Routed),
            deviation.Changed(4, "answered", CaseStates.Answered), deviation.Changed(5, "accepted", CaseStates.Closed));
        var read = await service.Reporter().ListChangesAsync();
        Assert.Equal([3, 4, 5], read.Items.Select(c => c.Version));

        await service.ReceiveAsync(service.Informed(deviation, 4, "Rutinen er endret."));
        var again = Assert.Single((await service.Reporter().ListChangesAsync(new() { Cursor = read.NextCursor })).Items);
        // As the case stands now: an older state would be passed over.
        Assert.Equal((deviation.Id, deviation.Reference, 5, "answered", CaseStates.Closed),
            (again.Id, again.Reference, again.Version, again.Event, again.State));
        Assert.Equal("Rutinen er endret.", (await service.Reporter().GetDeviationAsync(again.Id)).Timeline.Single(e => e.Event == again.Event).Text);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Waiting_request_is_answered_within_a_second_of_a_change(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        var latest = (await service.Reporter().ListChangesAsync(new() { Cursor = "latest" })).NextCursor;
        Assert.Equal(latest, (await service.Reporter().ListChangesAsync(new() { Cursor = latest, Wait = 1 })).NextCursor);

        var waiting = Enumerable.Range(0, 20).Select(_ => service.Reporter().ListChangesAsync(new() { Cursor = latest, Wait = 30 })).ToList();
        // Changes of other parties do not end the wait.
        var other = await service.Reporter(Given.Ringsaker).SubmitAsync(Given.Submission);
        await service.ReceiveAsync(other.Changed(3, "routed", CaseStates.Routed));
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        await service.ReceiveAsync(deviation.Changed(4, "acknowledged", CaseStates.Acknowledged));
        var changed = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(waiting);
        Assert.All(answers, a => Assert.Equal(4, Assert.Single(a.Items).Version));
        // Generous for a busy machine, and far below the thirty seconds of the wait.
        Assert.InRange(Stopwatch.GetElapsedTime(changed).TotalSeconds, 0, 10);
    }

    /// <summary>Several instances write while an integration polls, and at times loses the page it has just read.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Change_feed_misses_nothing_after_a_crash_of_its_reader(DatabaseProvider provider)
    {
        const int Writers = 4, Each = 60;
        await using var database = await Databases.CreateAsync(provider);
        await using var first = new ServiceUnderTest<Program>(database);
        // SQLite has one process; there the writers share it.
        await using var second = provider == DatabaseProvider.Postgres ? new ServiceUnderTest<Program>(database) : null;
        var deviation = await first.Reporter().SubmitAsync(Given.Submission);
        // Two of the writers would start it at once.
        _ = second?.Server;

        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                await (w % 2 == 1 && second is not null ? second : first)
                    .ReceiveAsync(deviation.Changed(3 + w * Each + i, "reminded", CaseStates.Routed, null));
        })));
        var (seen, saved, crashes, random) = (new HashSet<int>(), (string?)null, 0, new Random(20260820));
        await Eventually.IsTrue(async () =>
        {
            var changes = await first.Reporter().ListChangesAsync(new() { Cursor = saved, Limit = 7 });
            // A crash before the page is stored: the page is given again.
            if (random.Next(4) == 0)
            {
                crashes++;
                return false;
            }
            seen.UnionWith(changes.Items.Select(c => c.Version));
            saved = changes.NextCursor;
            return writing.IsCompleted && changes.Items.Count == 0;
        }, TimeSpan.FromSeconds(90), () => Task.FromResult($"{seen.Count} of {Writers * Each} seen"));
        await writing;
        Assert.Equal(Enumerable.Range(3, Writers * Each), seen.Order());
        Assert.True(crashes > 5, $"{crashes} crashes prove little");
    }
}

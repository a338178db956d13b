using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.TriageQueue;

public sealed class Triage_queue_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Queue_pages_are_complete_and_oldest_first(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        // Three instants, seven of each, received in another order than they came to be.
        var waiting = Enumerable.Range(0, 21).Select(i => service.Waiting(f => f with { ReceivedAt = Given.ReceivedAt.AddMilliseconds(i % 3) })).ToList();
        await service.ReceiveAsync(waiting.AsEnumerable().Reverse());
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);

        var seen = new List<TriageItem>();
        string? cursor = null;
        do
        {
            var page = await coordinator.ListTriageAsync(new() { Limit = 4, Cursor = cursor });
            Assert.InRange(page.Items.Count, 1, 4);
            seen.AddRange(page.Items);
            // What is decided between two pages shifts nothing.
            await coordinator.DecideAsync(page.Items[0].Id, new() { Decision = "route", Category = "other" });
            cursor = page.NextCursor;
        } while (cursor is not null);

        Assert.Equal(waiting.Select(w => w.DeviationId).Order(), seen.Select(s => s.Id).Order());
        Assert.Equal(seen.Select(s => s.ReceivedAt).Order(), seen.Select(s => s.ReceivedAt));
        Assert.Equal(15, (await coordinator.ListTriageAsync()).Items.Count);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Queue_shows_the_text_suggestions_and_flags(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var hinted = await service.ReceivedAsync(service.Submitted(f => f with { Category = null, Clause = null, Agreement = null, ActualHarm = "death" }));
        using var english = service.As(Given.SykehusetInnlandet, Roles.Coordinator);
        english.DefaultRequestHeaders.Add("Accept-Language", "en");

        var item = Assert.Single((await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
            .ListTriageAsync(new() { Community = "innlandet" })).Items);
        Assert.Equal((hinted.DeviationId, Given.Clear, CaseStates.Triage), (item.Id, item.Narrative, item.State));
        Assert.Equal("dischargeSummary", item.Suggestions[0].Category);
        Assert.Contains(item.Suggestions[0].Terms, t => Given.Clear.Contains(t, StringComparison.Ordinal));
        Assert.Equal(["agreementMissing", "seriousHarm"], item.Flags.Select(f => f.Code));
        Assert.Equal(Texts.Flag("seriousHarm", english: false), item.Flags[1].Reason);
        Assert.Equal(Texts.Flag("seriousHarm", english: true), Assert.Single((await AvvikClient.For(english).ListTriageAsync()).Items).Flags[1].Reason);
    }

    [Fact]
    public async Task Queue_is_for_coordinators_of_the_respondent_only()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        await service.ReceiveAsync(service.Waiting());
        foreach (var organization in new[] { Given.Hamar, Given.Nordlandssykehuset })
            Assert.Empty((await service.ClientAs(organization, Roles.Coordinator).ListTriageAsync()).Items);
        foreach (var role in Vocabulary.Roles.Keys.Append(Roles.Client).Except([Roles.Coordinator]))
            Assert.Equal(HttpStatusCode.Forbidden, (await service.As(Given.SykehusetInnlandet, role).GetAsync("/api/v1/triage")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.CreateClient().GetAsync("/api/v1/triage")).StatusCode);
        Assert.Empty((await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
            .ListTriageAsync(new() { Community = "lofoten-vesteralen-salten" })).Items);
    }

    [Theory]
    [InlineData("community=atlantis", "/community", "unknownCode")]
    [InlineData("cursor=not-ours", "/cursor", "invalidCursor")]
    [InlineData("limit=0", "/limit", "invalidLimit")]
    [InlineData("limit=201", "/limit", "invalidLimit")]
    public async Task Invalid_queue_query_is_refused_with_the_reason(string query, string pointer, string code)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
            .ListTriageAsync(QueryRecords.Of<TriageQuery>(query)));
        var error = Assert.Single(refused.Problem.GetProperty("errors").EnumerateArray());
        var status = code == "invalidCursor" ? HttpStatusCode.BadRequest : HttpStatusCode.UnprocessableEntity;
        Assert.Equal((status, pointer, code), (refused.Status, error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }
}

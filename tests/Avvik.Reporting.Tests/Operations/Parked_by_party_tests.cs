using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Reporting.Persistence;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.Operations;

public sealed class Parked_by_party_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Parked_message_belongs_to_both_parties_and_to_no_other(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        var submitted = JsonSerializer.Deserialize(
            (await database.QueryAsync(Given.SubmittedEvents, r => r.GetFieldValue<byte[]>(0))).Single(), ContractJson.Default.DeviationSubmitted)!;
        // None of them has a handler here, so each is parked: the parties of the first are looked up, those of the second are in it, the third has none.
        var (looked, named, nobodys) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await service.Services.GetRequiredService<EventInbox<ReportingDbContext>>().ReceiveAsync(
        [
            Paged(looked, new DeviationWithdrawn
            {
                DeviationId = deviation.Id, Version = 1, OccurredAt = Given.Now, Organization = Given.Hamar, Reason = submitted.Narrative,
            }),
            Paged(named, submitted with { DeviationId = Guid.CreateVersion7() }),
            Paged(nobodys, new PublisherWatermark
            {
                AggregateId = PublisherWatermark.IdOf("routing"), Version = 1, OccurredAt = Given.Now, Publisher = "routing", CompleteUntil = Given.Now,
                Applied = [],
            }),
        ], CancellationToken.None);

        var (hamar, trust, other) = (Admin(Given.Hamar), Admin(Given.SykehusetInnlandet), Admin(Given.Ringsaker));
        Assert.Equal(InOrder(looked, named, nobodys), await ListedAsync(hamar));
        Assert.Equal(InOrder(looked, named, nobodys), await ListedAsync(trust));
        Assert.Equal([nobodys], await ListedAsync(other));
        foreach (var action in new[] { "requeue", "discard" })
            Assert.Equal(HttpStatusCode.NotFound,
                (await other.PostAsJsonAsync($"/ops/reporting/parked/{looked}/{action}", new { reason = "Prøve." })).StatusCode);
        // A reason is no place for 200 kB.
        using var oversized = await trust.PostAsJsonAsync($"/ops/reporting/parked/{looked}/discard", new { reason = new string('å', 200_000) });
        Assert.Equal(HttpStatusCode.BadRequest, oversized.StatusCode);
        using var all = await other.PostAsJsonAsync("/ops/reporting/parked/discard", new { reason = "Prøve av Ole Hansen.", source = "inbox" });
        var progress = JsonElement.Parse(await all.Content.ReadAsStringAsync()).EnumerateArray().Last();
        Assert.Equal(1, progress.GetProperty("resolved").GetInt32());
        // Whoever gives a reason is told that it may name somebody.
        Assert.Equal("possibleName", progress.GetProperty("warnings")[0].GetProperty("code").GetString());
        Assert.Equal(InOrder(looked, named), await ListedAsync(trust));
        Assert.Equal(HttpStatusCode.NoContent, (await trust.PostAsJsonAsync($"/ops/reporting/parked/{looked}/discard", new { reason = "Prøve." })).StatusCode);
        Assert.Equal([named], await ListedAsync(hamar));

        static IEnumerable<Guid> InOrder(params Guid[] ids) => ids.Order();
        HttpClient Admin(string organization) => service.As(organization, Roles.Admin);
    }

    private static PagedEvent Paged<TEvent>(Guid id, TEvent message) where TEvent : IEvent
    {
        var entry = MessageCatalog.Of(typeof(TEvent));
        return new() { Id = id, Type = entry.Name, Body = JsonSerializer.SerializeToUtf8Bytes(message, entry.Json) };
    }

    /// <summary>In the order of the ids, in pages of two.</summary>
    private static async Task<IEnumerable<Guid>> ListedAsync(HttpClient admin)
    {
        var (ids, cursor) = (new List<Guid>(), "");
        do
        {
            var page = JsonElement.Parse(await admin.GetStringAsync($"/ops/reporting/parked?limit=2{(cursor is "" ? "" : $"&cursor={cursor}")}"));
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid()));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        } while (cursor is not null);
        return ids.Order();
    }
}

using System.Net;
using System.Net.Http.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Notices.Tests;

public sealed class Read_and_set_notices_tests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static async Task<ServiceUnderTest<Program>> ServiceAsync(DatabaseProvider provider) =>
        new(await Databases.CreateAsync(provider), new MovableClock(Given.Now));

    [Theory, MemberData(nameof(Engines))]
    public async Task Feed_pages_newest_first_and_answers_304_while_unchanged(DatabaseProvider provider)
    {
        await using var service = await ServiceAsync(provider);
        await using var database = service.Database;
        var handler = service.ClientAs(Given.Trust, Roles.Handler, Given.Unit);
        for (var i = 0; i < 7; i++)
            await service.ReceiveAsync(Given.Change("reminded", percent: i), Given.Change("routed", unit: Given.OtherUnit));
        var (seen, cursor) = (new List<NoticeItem>(), (string?)null);
        do
        {
            var page = await handler.ListNoticesAsync(new() { Unit = Given.Unit, Limit = 3, Cursor = cursor });
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(7, seen.DistinctBy(n => n.Id).Count());
        Assert.All(seen, n => Assert.Equal((NoticeKinds.Deadline, Given.Unit, "none", "AVV-2026-4830112"), (n.Kind, n.Unit, n.Delivery, n.Reference)));

        using var http = service.As(Given.Trust, Roles.Client);
        using var first = await http.GetAsync($"/api/v1/notices?unit={Given.Unit}");
        http.DefaultRequestHeaders.Add("If-None-Match", first.Headers.ETag!.ToString());
        using var again = await http.GetAsync($"/api/v1/notices?unit={Given.Unit}");
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        await service.ReceiveAsync(Given.Change("routed"));
        using var changed = await http.GetAsync($"/api/v1/notices?unit={Given.Unit}");
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Theory]
    [InlineData(Roles.Handler, Given.Unit, true, true)]
    [InlineData(Roles.UnitLeader, Given.Unit, true, true)]
    [InlineData(Roles.Handler, Given.OtherUnit, false, false)]
    [InlineData(Roles.Coordinator, null, true, true)]
    [InlineData(Roles.Client, null, true, false)]
    [InlineData(Roles.Admin, null, false, true)]
    [InlineData(Roles.Reporter, Given.Unit, false, false)]
    public async Task Unit_is_read_and_set_by_those_who_may(string role, string? unit, bool reads, bool sets)
    {
        await using var service = await ServiceAsync(DatabaseProvider.Sqlite);
        await using var database = service.Database;
        async Task<bool> MayAsync(string organization, HttpMethod method, string path)
        {
            using var http = service.As(organization, role, unit);
            using var request = new HttpRequestMessage(method, path);
            if (method == HttpMethod.Put) request.Content = JsonContent.Create(new { email = Given.Mailbox });
            if (method == HttpMethod.Put) request.Headers.Add("If-Match", "\"0\"");
            using var answer = await http.SendAsync(request);
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound or HttpStatusCode.Forbidden, $"{method} {path}: {answer.StatusCode}");
            return answer.StatusCode == HttpStatusCode.OK;
        }

        Assert.Equal((reads, sets, sets), (await MayAsync(Given.Trust, HttpMethod.Get, $"/api/v1/notices?unit={Given.Unit}"),
            await MayAsync(Given.Trust, HttpMethod.Get, $"/api/v1/notices/units/{Given.Unit}"),
            await MayAsync(Given.Trust, HttpMethod.Put, $"/api/v1/notices/units/{Given.Unit}")));
        // Another party's units are not the caller's to know of.
        Assert.Equal((false, false), (await MayAsync(Given.Hamar, HttpMethod.Get, $"/api/v1/notices?unit={Given.Unit}"),
            await MayAsync(Given.Hamar, HttpMethod.Put, $"/api/v1/notices/units/{Given.Unit}")));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Restricted_units_notices_are_for_its_own_people(DatabaseProvider provider)
    {
        await using var service = await ServiceAsync(provider);
        await using var database = service.Database;
        await service.ReceiveAsync(new Contracts.Routing.DirectoryPublished
        {
            Version = 2,
            OccurredAt = Given.Now,
            Units = [new() { OrganizationNumber = Given.Trust, Code = Given.Unit, Label = "BUP", Sites = [], Restricted = true }],
        });
        var clock = (MovableClock)service.Services.GetRequiredService<TimeProvider>();
        async Task<int?> SeenAsync(string role, string? unit, string of)
        {
            try { return (await service.ClientAs(Given.Trust, role, unit).ListNoticesAsync(new() { Unit = of })).Items.Count; }
            catch (AvvikProblemException) { return null; }
        }

        await Eventually.IsTrue(async () =>
        {
            // The directory is read now and then by its own clock.
            clock.Advance(TimeSpan.FromSeconds(2));
            return await SeenAsync(Roles.Coordinator, null, Given.Unit) is null;
        }, Soon);
        await service.ReceiveAsync(Given.Change("routed", harm: "severe"), Given.Change("escalated", CaseStates.Escalated));
        Assert.Equal((2, null, null, 1), (await SeenAsync(Roles.Handler, Given.Unit, Given.Unit), await SeenAsync(Roles.Client, null, Given.Unit),
            await SeenAsync(Roles.Handler, null, Given.Unit), await SeenAsync(Roles.Coordinator, null, Given.TrustsCoordinator)));
    }

    [Fact]
    public async Task Wrong_settings_are_refused_with_every_error()
    {
        await using var service = await ServiceAsync(DatabaseProvider.Sqlite);
        await using var database = service.Database;
        var coordinator = service.ClientAs(Given.Trust, Roles.Coordinator);
        async Task<string[]> ErrorsAsync(NoticeSettingsChange change, bool own = false)
        {
            var refused = await Assert.ThrowsAsync<AvvikProblemException>(() =>
                own ? coordinator.SetNoticeSettingsAsync(change, 0) : coordinator.SetUnitNoticeSettingsAsync(Given.Unit, change, 0));
            return [.. refused.Errors.Select(e => $"{e.Pointer} {e.Code}")];
        }

        Assert.Equal(
            ["/email invalidEmail", "/leaderEmail invalidEmail", "/phone invalidPhone", "/digestHour invalidValue", "/quietFrom invalidValue",
                "/quietTo required", "/muted/0 dutyNotice", "/muted/1 unknownCode"],
            await ErrorsAsync(new()
            {
                Email = "Elverum <post@elverum.no>",
                LeaderEmail = "leder",
                Phone = "12+345",
                DigestHour = 24,
                QuietFrom = -1,
                Muted = [NoticeKinds.NewCase, "nonsense"],
            }));
        Assert.Equal(["/leaderEmail invalidValue", "/phone invalidValue"],
            await ErrorsAsync(new() { LeaderEmail = "a@b.no", Phone = "+4790000000" }, own: true));
        await coordinator.SetUnitNoticeSettingsAsync(Given.Unit, new() { Email = Given.Mailbox }, 0);
        var stale = await Assert.ThrowsAsync<AvvikProblemException>(() => coordinator.SetUnitNoticeSettingsAsync(Given.Unit, new(), 0));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        Assert.Equal(3, await database.CountAsync($"select count(*) from access_log where target = 'PUT /api/v1/notices/units/{Given.Unit}'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Addresses_are_sealed_at_rest(DatabaseProvider provider)
    {
        await using var service = await ServiceAsync(provider);
        var set = await service.SetAsync(new() { Email = Given.Mailbox, LeaderEmail = "leder@example.no", Phone = "+4790000000" });
        Assert.Equal((Given.Mailbox, "leder@example.no", "+4790000000"), (set.Email, set.LeaderEmail, set.Phone));
        var texts = service.Services.GetRequiredService<TextProtector>();
        var stored = Assert.Single(await service.Database.QueryAsync("select email, leader_email, phone from recipients",
            r => new[] { r.GetString(0), r.GetString(1), r.GetString(2) }));
        Assert.All(stored, value => Assert.True(KeyRing.IsSealed(value)));
        Assert.Equal([Given.Mailbox, "leder@example.no", "+4790000000"], stored.Select(value => texts.Reveal(new(value))));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Urgent_notice_goes_by_sms_under_a_stable_id(DatabaseProvider provider)
    {
        var posted = new List<(string Key, string Authorization, string Body)>();
        var builder = WebApplication.CreateSlimBuilder();
        await using var sms = builder.Build();
        sms.Urls.Add("http://127.0.0.1:0");
        sms.MapPost("/send", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            lock (posted)
            {
                posted.Add((http.Request.Headers["Idempotency-Key"].ToString(), http.Request.Headers.Authorization.ToString(), body));
                // Busy the first time, and the number is wrong in the end.
                return Results.StatusCode(posted.Count switch { 1 => 503, 2 => 200, _ => 422 });
            }
        });
        await sms.StartAsync();
        var password = Path.GetTempFileName();
        await File.WriteAllTextAsync(password, "Bearer secret\n");
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, ("Sms:Url", $"{sms.Urls.Single()}/send"),
            ("Sms:AuthorizationFile", password), ("Mail:PublicUrl", "https://avvik.example.no"));
        await service.SetAsync(new() { Phone = "+4790000000" });
        var serious = Given.Change("routed", harm: "death");
        await service.ReceiveAsync(serious);
        async Task SentAsync(int count)
        {
            await service.DeliverAsync();
            await Eventually.IsTrue(() => Task.FromResult(posted.Count == count), Soon);
        }

        await SentAsync(1);
        clock.Advance(TimeSpan.FromMinutes(2));
        await SentAsync(2);
        Assert.Equal(posted[0], posted[1]);
        Assert.Equal("Bearer secret", posted[0].Authorization);
        Assert.Equal($$"""
            {"to":"+4790000000","text":"AVV-2026-4830112: Alvorlig hendelse https://avvik.example.no/case/{{serious.DeviationId}}","id":"{{posted[0].Key}}"}
            """, posted[0].Body.Replace("\\u002B", "+", StringComparison.Ordinal));
        await service.ReceiveAsync(Given.Change("leaderReminded"));
        await SentAsync(3);
        await Eventually.IsTrue(async () => (await service.ClientAs(Given.Trust, Roles.Coordinator).GetUnitNoticeSettingsAsync(Given.Unit)).Failure
            is { Code: "http422", Channel: "sms" }, Soon);
        File.Delete(password);
    }
}

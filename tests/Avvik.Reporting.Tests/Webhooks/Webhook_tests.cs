using System.Net;
using System.Text.Json;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using StandardWebhooks;

namespace Avvik.Reporting.Tests.Webhooks;

/// <summary>Against a real web server. Time is moved, never waited for.</summary>
public sealed class Webhook_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static IAvvikClient Software(ServiceUnderTest<Program> service, string organization = Given.Hamar, string clientId = "epj", string? unit = null) =>
        AvvikClient.For(service.As(organization, Roles.Client, unit, clientId));

    [Theory, MemberData(nameof(Engines))]
    public async Task Webhook_is_sent_the_lines_of_the_feed_in_order_and_signed(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission with
        {
            Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber },
        });
        await service.ReceiveAsync(deviation.Changed(2, "queued", CaseStates.Triage));
        var software = Software(service);
        var webhook = await software.RegisterWebhookAsync(new() { Url = receiver.Url });
        Assert.StartsWith("whsec_", webhook.Secret, StringComparison.Ordinal);
        // As the client's README does it; what is not verified is not taken.
        receiver.OnRequest = (got, http) =>
        {
            new StandardWebhook(webhook.Secret!).Verify(got.Body, http.Request.Headers);
            Assert.Equal(got.Id, JsonSerializer.Deserialize(got.Body, ClientJson.Default.WebhookEvent)!.Data!.Cursor);
            return Task.CompletedTask;
        };
        await service.ReceiveAsync(Enumerable.Range(3, 120).Select(v => deviation.Changed(v, "reminded", CaseStates.Routed)));
        await service.DeliverUntilAsync(receiver, 120);

        // What happened before it was registered is not sent.
        var feed = (await software.ListChangesAsync(new() { Limit = 200 })).Items.Skip(1).ToList();
        Assert.Equal(feed, receiver.Received.Select(r => r.Event.Data!));
        Assert.Equal(feed.Select(c => c.Cursor), receiver.Received.Select(r => r.Id));
        Assert.All(receiver.Received, r =>
        {
            Assert.True(r.IsSignedBy(webhook.Secret!));
            Assert.Equal(("deviation.changed", "application/json"), (r.Event.Type, r.Headers["Content-Type"]));
            Assert.Equal(["type", "timestamp", "data"], Members(JsonElement.Parse(r.Body)));
            Assert.Equal(["cursor", "id", "reference", "version", "at", "event", "state", "unit", "organization", "dueAt"],
                Members(JsonElement.Parse(r.Body).GetProperty("data")));
            Assert.DoesNotContain("traceparent", r.Headers.Keys);
        });
        var now = await software.GetWebhookAsync(webhook.Id);
        Assert.Equal(("active", feed[^1].Cursor, null, null), (now.State, now.Cursor, now.Failure, now.Secret));
        Assert.NotNull(now.DeliveredAt);
        // Who was given what is in the access log, under the software's name.
        Assert.Contains((await service.ClientAs(Given.Hamar, Roles.Auditor).ListAccessLogAsync("reporting", new() { Deviation = deviation.Id })).Items,
            e => e is { Action: "changesRead", ClientId: "epj" });

        static IEnumerable<string> Members(JsonElement json) => json.EnumerateObject().Select(m => m.Name);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Webhook_is_sent_what_its_software_may_read_and_no_more(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        service.Services.GetRequiredService<CurrentDirectory>().Replace(new DirectoryPublished
        {
            Version = 2,
            OccurredAt = Given.Now,
            Units =
            [
                new() { OrganizationNumber = Given.Hamar, Code = "hamar-rus", Label = "Rusteamet", Sites = [], Restricted = true },
                new() { OrganizationNumber = Given.Hamar, Code = "hamar-legevakt", Label = "Legevakten", Sites = [] },
            ],
        });
        async Task<IAvvikClient> RegisterAsync(string path, string organization, string? unit = null, string? reportingUnit = null, string role = Roles.Client)
        {
            var client = AvvikClient.For(service.As(organization, role, unit, path));
            await client.RegisterWebhookAsync(new() { Url = new Uri(receiver.Address, path).ToString(), ReportingUnit = reportingUnit });
            return role == Roles.Client ? client : service.ClientAs(organization, Roles.Client);
        }

        var feeds = new Dictionary<string, IAvvikClient>(StringComparer.Ordinal)
        {
            ["/party"] = await RegisterAsync("party", Given.Hamar),
            ["/restricted"] = await RegisterAsync("restricted", Given.Hamar, "hamar-rus"),
            ["/admin"] = await RegisterAsync("admin", Given.Hamar, "hamar-rus", role: Roles.Admin),
            ["/respondent"] = await RegisterAsync("respondent", Given.SykehusetInnlandet),
            ["/stranger"] = await RegisterAsync("stranger", Given.Ringsaker),
        };
        await RegisterAsync("unit", Given.Hamar, reportingUnit: "hamar-legevakt");
        var restricted = await service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-rus", "anne").SubmitAsync(Given.Submission);
        var open = await service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-legevakt", "bjarne").SubmitAsync(Given.Submission);
        var other = await service.Reporter(Given.Ringsaker).SubmitAsync(Given.Submission);
        foreach (var deviation in new[] { restricted, open, other }) await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        await service.DeliverUntilAsync(receiver, 1 + 2 + 1 + 3 + 1 + 1);

        IEnumerable<Guid> SentTo(string path) => receiver.Received.Where(r => r.Path == path).Select(r => r.Event.Data!.Id);
        foreach (var (path, client) in feeds) Assert.Equal((await client.ListChangesAsync()).Items.Select(c => c.Id), SentTo(path));
        Assert.Equal([open.Id], SentTo("/party"));
        Assert.Equal([restricted.Id, open.Id], SentTo("/restricted"));
        Assert.Equal([open.Id], SentTo("/admin"));
        Assert.Equal([open.Id], SentTo("/unit"));
        Assert.Equal([other.Id], SentTo("/stranger"));
        // All have passed what was not for them.
        await service.DeliverUntilAsync(async () => await database.CountAsync("select count(*) from webhooks where position = 3") == 6);
    }

    [Fact]
    public async Task Webhook_is_seen_by_its_own_software_and_administrators_only()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var mine = await Software(service).RegisterWebhookAsync(new() { Url = "https://epj.example/avvik" });
        var administrator = AvvikClient.For(service.As(Given.Hamar, Roles.Admin, clientId: "workbench"));
        Assert.Equal(mine with { Secret = null }, Assert.Single((await administrator.ListWebhooksAsync()).Items));
        foreach (var other in new[] { Software(service, clientId: "another"), Software(service, Given.Ringsaker),
            AvvikClient.For(service.As(Given.Ringsaker, Roles.Admin)) })
        {
            Assert.Empty((await other.ListWebhooksAsync()).Items);
            foreach (var call in new Func<Task>[] { () => other.GetWebhookAsync(mine.Id), () => other.ChangeWebhookAsync(mine.Id, new() { Url = mine.Url }, 1),
                () => other.DeleteWebhookAsync(mine.Id), () => other.ReplayWebhookAsync(mine.Id, new() { Cursor = "beginning" }),
                () => other.RotateWebhookSecretAsync(mine.Id, 1), () => other.TestWebhookAsync(mine.Id) })
                Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(call)).Status);
        }
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Assert.ThrowsAsync<AvvikProblemException>(
            () => Software(service).ChangeWebhookAsync(mine.Id, new() { Url = mine.Url }, 2))).Status);
        await administrator.DeleteWebhookAsync(mine.Id);
        Assert.Empty((await Software(service).ListWebhooksAsync()).Items);
        // Who set up what is in the access log.
        Assert.Contains((await service.ClientAs(Given.Hamar, Roles.Auditor).ListAccessLogAsync("reporting")).Items,
            e => e.Target == $"DELETE /api/v1/webhooks/{mine.Id}");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Failed_delivery_is_retried_with_backoff_and_disabled_after_three_days(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.OnRequest = Refuse(StatusCodes.Status500InternalServerError);
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, WebhookReceiver.Settings);
        var software = Software(service);
        var webhook = await software.RegisterWebhookAsync(new() { Url = receiver.Url });
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed), deviation.Changed(4, "acknowledged", CaseStates.Acknowledged));
        async Task AttemptedAsync(int expected) => await service.DeliverUntilAsync(async () => receiver.Received.Count == expected
            && await database.CountAsync($"select count(*) from webhooks where attempts = {expected}") == 1, () => $"{receiver.Received.Count} attempts");

        await AttemptedAsync(1);
        var failure = (await software.GetWebhookAsync(webhook.Id)) is { State: "failing" } failing ? failing.Failure! : null;
        Assert.Equal(new WebhookFailure("http500", Given.Now, 1, Given.Now.AddSeconds(5)), failure);
        foreach (var (seconds, attempts) in new[] { (3, 1), (3, 2), (8, 2), (3, 3) })
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await AttemptedAsync(attempts);
        }
        // Always the first of the two, under the same id: order is kept.
        Assert.Single(receiver.Received.Select(r => r.Id).Distinct());
        var hours = 0;
        while (hours++ < 80 && (await software.GetWebhookAsync(webhook.Id)).State != "disabled")
        {
            clock.Advance(TimeSpan.FromHours(1));
            await service.Delivery().RunOnceAsync(CancellationToken.None);
        }
        Assert.InRange(hours, 70, 76);
        var disabled = await software.GetWebhookAsync(webhook.Id);
        // Those that count: the clock is moved past the lease of one that is under way, so that some are sent twice.
        Assert.InRange(disabled.Failure!.Attempts, 20, 40);
        Assert.Equal(("expired", null), (disabled.Failure!.Code, disabled.Failure.NextAttemptAt));

        // Enabled again, it continues where it stopped.
        receiver.OnRequest = (_, _) => Task.CompletedTask;
        var before = receiver.Received.Count;
        clock.Advance(TimeSpan.FromHours(5));
        await service.Delivery().RunOnceAsync(CancellationToken.None);
        Assert.Equal(before, receiver.Received.Count);
        await software.ChangeWebhookAsync(webhook.Id, new() { Url = webhook.Url }, webhook.Version);
        await service.DeliverUntilAsync(receiver, before + 2);
        Assert.Equal([3, 4], receiver.Received.Skip(before).Select(r => r.Event.Data!.Version));
        Assert.Equal(("active", null), (await software.GetWebhookAsync(webhook.Id)) is var again ? (again.State, again.Failure) : default);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Retry_after_is_obeyed_and_410_disables_at_once(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.OnRequest = Refuse(StatusCodes.Status429TooManyRequests, retryAfter: "900");
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, WebhookReceiver.Settings);
        var software = Software(service);
        var webhook = await software.RegisterWebhookAsync(new() { Url = receiver.Url });
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        await service.DeliverUntilAsync(async () => (await software.GetWebhookAsync(webhook.Id)).Failure?.NextAttemptAt == Given.Now.AddSeconds(900));
        clock.Advance(TimeSpan.FromSeconds(890));
        await service.Delivery().RunOnceAsync(CancellationToken.None);
        Assert.Single(receiver.Received);

        receiver.OnRequest = Refuse(StatusCodes.Status410Gone);
        clock.Advance(TimeSpan.FromSeconds(11));
        await service.DeliverUntilAsync(async () => (await software.GetWebhookAsync(webhook.Id)).State == "disabled");
        Assert.Equal("http410", (await software.GetWebhookAsync(webhook.Id)).Failure!.Code);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Replay_sends_again_from_a_cursor_under_the_same_ids(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        var software = Software(service);
        var webhook = await software.RegisterWebhookAsync(new() { Url = receiver.Url });
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(Enumerable.Range(3, 5).Select(v => deviation.Changed(v, "reminded", CaseStates.Routed)));
        await service.DeliverUntilAsync(receiver, 5);
        var first = receiver.Received.Select(r => r.Id).ToList();

        await software.ReplayWebhookAsync(webhook.Id, new() { Cursor = first[2] });
        await service.DeliverUntilAsync(receiver, 7);
        await software.ReplayWebhookAsync(webhook.Id, new() { Cursor = "beginning" });
        await service.DeliverUntilAsync(receiver, 12);
        Assert.Equal([.. first, .. first[3..], .. first], receiver.Received.Select(r => r.Id));

        var disabled = await software.ChangeWebhookAsync(webhook.Id, new() { Url = webhook.Url, Enabled = false },
            (await software.GetWebhookAsync(webhook.Id)).Version);
        await service.ReceiveAsync(deviation.Changed(8, "answered", CaseStates.Answered));
        Assert.Equal("disabled", (await software.ReplayWebhookAsync(webhook.Id, new() { Cursor = "latest" })).State);
        await software.ChangeWebhookAsync(webhook.Id, new() { Url = webhook.Url }, disabled.Version + 1);
        await service.ReceiveAsync(deviation.Changed(9, "closed", CaseStates.Closed));
        await service.DeliverUntilAsync(receiver, 13);
        Assert.Equal(9, receiver.Received[^1].Event.Data!.Version);
        foreach (var cursor in new[] { "nonsense", first[0].ToUpperInvariant() })
            Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<AvvikProblemException>(
                () => software.ReplayWebhookAsync(webhook.Id, new() { Cursor = cursor }))).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Rotated_secrets_sign_together_until_the_overlap_ends(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, WebhookReceiver.Settings);
        var software = Software(service);
        var webhook = await software.RegisterWebhookAsync(new() { Url = receiver.Url });
        var rotated = await software.RotateWebhookSecretAsync(webhook.Id, webhook.Version);
        Assert.Equal((Given.Now.AddHours(24), false), (rotated.EarlierSecretUntil, rotated.Secret == webhook.Secret));
        // The answer was lost: rotated once more, the receiver's secret still signs.
        var again = await software.RotateWebhookSecretAsync(webhook.Id, rotated.Version);
        Assert.Equal((true, null), ((await software.TestWebhookAsync(webhook.Id)) is var test ? (test.Delivered, test.FailureCode) : default));
        var got = Assert.Single(receiver.Received);
        Assert.Equal(("webhook.test", null), (got.Event.Type, got.Event.Data));
        Assert.All([webhook.Secret!, rotated.Secret!, again.Secret!], secret => Assert.True(got.IsSignedBy(secret)));

        clock.Advance(TimeSpan.FromHours(25));
        await software.TestWebhookAsync(webhook.Id);
        Assert.Equal([false, false, true], new[] { webhook.Secret!, rotated.Secret!, again.Secret! }.Select(receiver.Received[^1].IsSignedBy));
        Assert.Null((await software.GetWebhookAsync(webhook.Id)).EarlierSecretUntil);
        // Neither secret nor address is plain at rest.
        var dump = await database.DumpAsync();
        Assert.All([webhook.Secret!, again.Secret![6..], "/hook"], text => Assert.DoesNotContain(text, dump, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slow_receiver_does_not_hold_up_the_others()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var answered = new TaskCompletionSource();
        receiver.OnRequest = (got, _) => got.Path == "/slow" ? answered.Task : Task.CompletedTask;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        await Software(service).RegisterWebhookAsync(new() { Url = new Uri(receiver.Address, "slow").ToString() });
        await Software(service).RegisterWebhookAsync(new() { Url = receiver.Url });
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        for (var version = 3; version < 6; version++)
        {
            await service.ReceiveAsync(deviation.Changed(version, "reminded", CaseStates.Routed));
            // By the service's own rounds.
            await Eventually.IsTrue(() => Task.FromResult(receiver.Received.Count(r => r.Path == "/hook") == version - 2), WebhookCalls.Soon);
        }
        Assert.Single(receiver.Received, r => r.Path == "/slow");
        answered.SetResult();
        await service.DeliverUntilAsync(receiver, 6);
    }

    [Fact]
    public async Task Several_instances_send_each_change_once_and_in_order()
    {
        const int Receivers = 6, Changes = 40;
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var first = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        await using var second = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        _ = second.Server;
        for (var i = 0; i < Receivers; i++)
            await Software(first).RegisterWebhookAsync(new() { Url = new Uri(receiver.Address, $"{i}").ToString() });
        var deviation = await first.Reporter().SubmitAsync(Given.Submission);
        for (var version = 3; version < 3 + Changes; version++)
            await (version % 2 == 0 ? first : second).ReceiveAsync(deviation.Changed(version, "reminded", CaseStates.Routed));
        await Eventually.IsTrue(async () =>
        {
            await Task.WhenAll(first.Delivery().RunOnceAsync(CancellationToken.None), second.Delivery().RunOnceAsync(CancellationToken.None));
            return receiver.Received.Count >= Receivers * Changes;
        }, WebhookCalls.Soon, () => Task.FromResult($"{receiver.Received.Count} came"));
        foreach (var sent in receiver.Received.GroupBy(r => r.Path))
            Assert.Equal(Enumerable.Range(3, Changes), sent.Select(r => r.Event.Data!.Version));
    }

    /// <summary>The process is killed when it has claimed, when it has sent, and when it has been answered; and started again.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Process_killed_at_each_step_of_a_delivery_loses_nothing(DatabaseProvider provider)
    {
        const int Changes = 8;
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await Databases.CreateAsync(provider);
        string secret;
        await using (var service = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings))
        {
            secret = (await Software(service).RegisterWebhookAsync(new() { Url = receiver.Url, Enabled = false })).Secret!;
            var deviation = await service.Reporter().SubmitAsync(Given.Submission);
            await service.ReceiveAsync(Enumerable.Range(3, Changes).Select(v => deviation.Changed(v, "reminded", CaseStates.Routed)));
            await database.ExecuteAsync("update webhooks set disabled_code = null");
        }
        using var key = new GatewayKey("reporting");
        await using var process = new ServiceProcess("Avvik.Reporting", new Dictionary<string, string>(database.Settings
            .Concat(EventKeys.SettingsOf("reporting"))
            .Concat(WebhookReceiver.Settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2))), StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
            ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
            ["InternalToken:PublicKeyFile"] = key.PublicKeyFile,
            ["Routing:Address"] = RoutingStandIn.Address.AbsoluteUri,
            ["Webhooks:LeaseSeconds"] = "2",
            ["Webhooks:TimeoutSeconds"] = "1",
            ["TextProtection:ActiveKey"] = "k1",
            ["TextProtection:Keys:k1"] = TestKeys.Of("TextProtection"),
            ["EnvelopeProtection:ActiveKey"] = "k1",
            ["EnvelopeProtection:Keys:k1"] = TestKeys.Of("EnvelopeProtection"),
        });
        var step = 0;
        // Claimed, and nothing sent.
        receiver.OnConnection = () => Interlocked.CompareExchange(ref step, 1, 0) == 0 ? process.KillAsync() : Task.CompletedTask;
        receiver.OnRequest = async (_, http) =>
        {
            // Sent, and not answered.
            if (Interlocked.CompareExchange(ref step, 2, 1) == 1) await process.KillAsync();
            // Answered, and (mostly) not recorded.
            else if (receiver.Received.Count > 3 && Interlocked.CompareExchange(ref step, 3, 2) == 2)
            {
                await http.Response.CompleteAsync();
                await process.KillAsync();
            }
        };
        for (var run = 0; run < 4; run++)
        {
            process.Start();
            await Eventually.IsTrue(() => Task.FromResult(!process.IsRunning || Versions().Distinct().Count() == Changes), TimeSpan.FromSeconds(60),
                () => Task.FromResult($"step {step}, {receiver.Received.Count} came: {process.Log}"));
        }
        const string Done = "select count(*) from webhooks where position = (select max(position) from changes)";
        await Eventually.IsTrue(async () => await database.CountAsync(Done) == 1,
            WebhookCalls.Soon, () => Task.FromResult(process.Log));
        Assert.Equal(3, step);
        Assert.Equal(Enumerable.Range(3, Changes), Versions().Distinct());
        // What was sent again has the id that it had.
        Assert.Equal(Changes, receiver.Received.Select(r => r.Id).Distinct().Count());
        Assert.InRange(receiver.Received.Count, Changes + 1, Changes + 2);
        Assert.All(receiver.Received, r => Assert.True(r.IsSignedBy(secret)));

        IEnumerable<int> Versions() => receiver.Received.Select(r => r.Event.Data!.Version);
    }

    private static Func<ReceivedWebhook, HttpContext, Task> Refuse(int status, string? retryAfter = null) => (_, http) =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };
}

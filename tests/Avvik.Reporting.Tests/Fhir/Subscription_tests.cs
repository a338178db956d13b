using System.Net;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Reporting.Tests.Webhooks;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.AspNetCore.Http;

namespace Avvik.Reporting.Tests.Fhir;

/// <summary>FHIR R4 Subscription: rest-hook on Task. How it is sent is tested with the webhooks, whose sender it shares.</summary>
public sealed class Subscription_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static JsonObject Subscription(string endpoint, string criteria = "Task?status=accepted,completed") => JsonNode.Parse($$"""
        {
          "resourceType": "Subscription", "status": "requested", "reason": "Saker i journalen", "criteria": "{{criteria}}",
          "channel": { "type": "rest-hook", "endpoint": "{{endpoint}}", "header": ["Authorization: Bearer hemmelig-ord"] }
        }
        """)!.AsObject();

    [Theory, MemberData(nameof(Engines))]
    public async Task Subscriber_is_notified_without_content_of_what_meets_the_criteria(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        using var http = service.As(Given.Hamar, Roles.Client);
        var created = await http.SendAsync(HttpMethod.Post, "/fhir/Subscription", Subscription(receiver.Url).ToJsonString(), []);
        Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
        Assert.Equal(("active", "W/\"1\"", $"/fhir/Subscription/{created.Id}"), ((string?)created.Body!["status"], created.ETag, created.Location));
        var read = await http.GetFhirAsync($"/fhir/Subscription/{created.Id}");
        Assert.True(JsonNode.DeepEquals(created.Body, read.Body), $"{created.Body}\n{read.Body}");
        Assert.Equal([created.Id], (await http.GetFhirAsync("/fhir/Subscription")).Ids);

        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        async Task ChangeAsync(int version, string state) => await service.ReceiveAsync(deviation.Changed(version, "changed", state));
        Task PassedAsync(int position) => service.DeliverUntilAsync(async () =>
            await database.CountAsync($"select count(*) from webhooks where position = {position}") == 1);
        await ChangeAsync(3, CaseStates.Routed);
        await PassedAsync(1);
        Assert.Empty(receiver.Received);
        await ChangeAsync(4, CaseStates.Acknowledged);
        await PassedAsync(2);
        var notice = Assert.Single(receiver.Received);
        Assert.Equal(("", "Bearer hemmelig-ord", "0"), (notice.Body, notice.Headers["Authorization"], notice.Headers["Content-Length"]));
        Assert.DoesNotContain("webhook-id", notice.Headers.Keys);
        await ChangeAsync(5, CaseStates.InProgress);
        await PassedAsync(3);
        Assert.Single(receiver.Received);

        // The secret of its header is sealed, and shown to its own software only.
        Assert.DoesNotContain("hemmelig-ord", await database.DumpAsync(), StringComparison.Ordinal);
        using var administrator = service.As(Given.Hamar, Roles.Admin, clientId: "workbench");
        var seen = await administrator.GetFhirAsync($"/fhir/Subscription/{created.Id}");
        Assert.Equal((HttpStatusCode.OK, null), (seen.Status, seen.Body!["channel"]!["header"]));
        using var other = service.As(Given.Hamar, Roles.Client, clientId: "another");
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetFhirAsync($"/fhir/Subscription/{created.Id}")).Status);
        // It is no webhook, and a webhook is none of these.
        Assert.Empty((await AvvikClient.For(http).ListWebhooksAsync()).Items);

        Assert.Equal(HttpStatusCode.NoContent, (await http.SendAsync(HttpMethod.Delete, $"/fhir/Subscription/{created.Id}", null, [])).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetFhirAsync($"/fhir/Subscription/{created.Id}")).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Status_is_error_while_it_fails_and_off_until_it_is_requested_again(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var status = StatusCodes.Status500InternalServerError;
        receiver.OnRequest = (_, http) =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, null, WebhookReceiver.Settings);
        using var http = service.As(Given.Hamar, Roles.Client);
        var id = (await http.SendAsync(HttpMethod.Post, "/fhir/Subscription", Subscription(receiver.Url, "Task").ToJsonString(), [])).Id;
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        // Two changes are one notice.
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed), deviation.Changed(4, "acknowledged", CaseStates.Acknowledged));
        async Task<JsonNode> BecomesAsync(string expected)
        {
            JsonNode? body = null;
            await service.DeliverUntilAsync(async () => (string?)(body = (await http.GetFhirAsync($"/fhir/Subscription/{id}")).Body)!["status"] == expected,
                () => $"{body}");
            return body!;
        }

        var failing = await BecomesAsync("error");
        Assert.Equal("http500", (string?)failing["error"]);
        status = StatusCodes.Status410Gone;
        await database.ExecuteAsync("update webhooks set next_due_at = 0");
        await BecomesAsync("off");
        Assert.Equal(2, receiver.Received.Count);

        status = StatusCodes.Status200OK;
        var sent = Subscription(receiver.Url, "Task?owner=Organization/983971709").ToJsonString();
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await http.SendAsync(HttpMethod.Put, $"/fhir/Subscription/{id}", sent, [])).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed,
            (await http.SendAsync(HttpMethod.Put, $"/fhir/Subscription/{id}", sent, [("If-Match", "W/\"7\"")])).Status);
        var updated = await http.SendAsync(HttpMethod.Put, $"/fhir/Subscription/{id}", sent, [("If-Match", "W/\"1\"")]);
        Assert.Equal(("active", "W/\"2\""), ((string?)updated.Body!["status"], updated.ETag));
        // It continues where it stopped.
        await service.DeliverUntilAsync(receiver, 3);

        // As it was read, switched off.
        var off = (await http.GetFhirAsync($"/fhir/Subscription/{id}")).Body!;
        off["status"] = "off";
        var switched = await http.SendAsync(HttpMethod.Put, $"/fhir/Subscription/{id}", off.ToJsonString(), [("If-Match", "W/\"2\"")]);
        Assert.Equal("off", (string?)switched.Body!["status"]);
    }

    [Theory]
    [InlineData("status", "\"active\"", "Subscription.status invalidValue")]
    [InlineData("status", "\"error\"", "Subscription.status invalidValue")]
    [InlineData("status", "\"running\"", "Subscription.status unknownCode")]
    [InlineData("end", "\"2027-01-01T00:00:00Z\"", "Subscription.end notSupported")]
    [InlineData("contact", "[{\"system\":\"phone\",\"value\":\"1\"}]", "Subscription.contact[0] notSupported")]
    [InlineData("reason", "\"Pasient 41814061033\"", "Subscription.reason identityInText")]
    [InlineData("criteria", "\"AdverseEvent?date=2026\"", "Subscription.criteria notSupported")]
    [InlineData("criteria", "\"Task?modified=gt2026\"", "Subscription.criteria notSupported")]
    [InlineData("criteria", "\"Task?status=sometimes\"", "Subscription.criteria unknownCode")]
    [InlineData("channel/type", "\"websocket\"", "Subscription.channel.type notSupported")]
    [InlineData("channel/payload", "\"application/fhir+json\"", "Subscription.channel.payload notSupported")]
    [InlineData("channel/endpoint", "\"ftp://epj.example\"", "Subscription.channel.endpoint invalidUrl")]
    [InlineData("channel/endpoint", "\"http://10.0.0.1/\"", "Subscription.channel.endpoint refusedAddress")]
    [InlineData("channel/endpoint", null, "Subscription.channel required")]
    [InlineData("channel/header", "[\"Host: inner\"]", "Subscription.channel.header[0] invalidValue")]
    [InlineData("channel/header", "[\"X-A: b\\r\\nX-C: d\"]", "Subscription.channel.header[0] invalidValue")]
    [InlineData("channel/header", "[\"no colon\"]", "Subscription.channel.header[0] invalidValue")]
    public async Task What_a_subscription_cannot_have_is_refused_at_the_element(string element, string? value, string issue)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, null, ("Webhooks:AllowHttp", "true"));
        using var http = service.As(Given.Hamar, Roles.Client);
        var sent = Subscription("https://epj.example/fhir");
        var (owner, name) = element.Split('/') is [var parent, var child] ? (sent[parent]!.AsObject(), child) : (sent, element);
        if (value is null) owner.Remove(name);
        else owner[name] = JsonNode.Parse(value);
        var reply = await http.SendAsync(HttpMethod.Post, "/fhir/Subscription", sent.ToJsonString(), []);
        Assert.True(reply.Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest, reply.ToString());
        Assert.Contains(issue, reply.Issues);
        Assert.Equal(0, await database.CountAsync("select count(*) from webhooks"));
    }
}

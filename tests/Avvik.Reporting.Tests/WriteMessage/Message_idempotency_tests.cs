using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.WriteMessage;

public sealed class Message_idempotency_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(HttpClient http, Guid id, string text, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/deviations/{id}/messages")
        {
            Content = JsonContent.Create(new ReporterMessage { Text = text }),
        };
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string? TypeOf(string problem) => JsonElement.Parse(problem).GetProperty("type").GetString();

    [Theory, MemberData(nameof(Engines))]
    public async Task Report_only_client_accepts_an_answer_and_follows_one_unit(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = service.ClientAs(Given.Hamar, Roles.Client, subject: "epj");
        var accepted = new ReporterMessage { Text = "Takk.", AcceptsAnswer = true };
        var (own, other) = (await client.SubmitAsync(Given.Submission with { ReportingUnit = "3403-sykepleie" }),
            await client.SubmitAsync(Given.Submission with { ReportingUnit = "3403-tildeling" }));
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<AvvikProblemException>(() => client.WriteMessageAsync(own.Id, accepted))).Status);
        await service.ReceiveAsync(own.Changed(6, "answered", CaseStates.Answered), other.Changed(6, "answered", CaseStates.Answered));
        Assert.Equal([own.Id], (await client.ListDeviationsAsync(new() { ReportingUnit = "3403-sykepleie" })).Items.Select(d => d.Id));
        Assert.Equal([(own.Id, "answered")], (await client.ListChangesAsync(new() { ReportingUnit = "3403-sykepleie" })).Items
            .Select(c => (c.Id, c.Event)));
        await client.WriteMessageAsync(own.Id, accepted);
        var sent = (await database.QueryAsync("select body from outbox_message where type like '%reporter-answered%'", r => r.GetFieldValue<byte[]>(0)))
            .ConvertAll(body => JsonSerializer.Deserialize(body, ContractJson.Default.ReporterAnswered)!);
        Assert.Equal([(own.Id, true)], sent.Select(e => (e.DeviationId, e.AcceptsAnswer)));
        // It is no follow-up: that can still be written, while the answer stands.
        await client.WriteMessageAsync(own.Id, "Gjelder det også helgene?");
        foreach (var list in new Func<Task>[] { () => client.ListDeviationsAsync(new() { ReportingUnit = "si-tynset" }),
            () => client.ListChangesAsync(new() { ReportingUnit = "si-tynset" }) })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Assert.ThrowsAsync<AvvikProblemException>(list)).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Same_key_and_content_writes_one_message_with_the_same_answer(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var http = service.As(Given.Hamar, Roles.Reporter);
        var id = (await service.Reporter().SubmitAsync(Given.Submission)).Id;
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(http, id, "Det gjaldt to pasienter.", "k-1")));
        Assert.Single(answers.Distinct());
        Assert.Equal(HttpStatusCode.OK, answers[0].Status);
        var other = await PostAsync(http, id, "Det gjaldt tre pasienter.", "k-1");
        Assert.Equal((HttpStatusCode.Conflict, "urn:avvik:problem:idempotencyKeyReused"), (other.Status, TypeOf(other.Body)));
        // Another caller's key is another key, and a message without one is another message.
        Assert.Equal(HttpStatusCode.OK, (
            await PostAsync(service.As(Given.Hamar, Roles.Coordinator, subject: "another"), id, "Det gjaldt to pasienter.", "k-1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, id, "Det gjaldt to pasienter.", null)).Status);
        Assert.Equal(3, await database.CountAsync("select count(*) from reporter_messages"));
        Assert.Equal(3, await database.CountAsync("select count(*) from outbox_message where type like '%answered%'"));
        Assert.Equal(["another", "test-person"], (
            await database.QueryAsync("select distinct subject from reporter_messages order by subject", r => r.GetString(0))));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Fifty_identical_messages_are_one_until_somebody_has_done_something(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var http = service.As(Given.Hamar, Roles.Reporter);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        foreach (var _ in Enumerable.Range(0, 50)) Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, deviation.Id, "Ja.", null)).Status);
        Assert.Equal(1, await database.CountAsync("select count(*) from reporter_messages"));
        Assert.Equal(1, await database.CountAsync("select count(*) from outbox_message where type like '%answered%'"));
        // The same short answer to the next question is another message.
        var asked = TimeProvider.System.GetUtcNow().AddSeconds(1);
        await service.ReceiveAsync(deviation.Changed(3, "asked", CaseStates.AwaitingReporter) with { OccurredAt = asked });
        await PostAsync(http, deviation.Id, "Ja.", null);
        Assert.Equal(2, await database.CountAsync("select count(*) from reporter_messages"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeated_message_gets_its_answer_after_the_case_has_closed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var http = service.As(Given.Hamar, Roles.Reporter);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await PostAsync(http, deviation.Id, "Medisinsk sengepost.", "k-1");
        await service.ReceiveAsync(deviation.Changed(5, "rejected", CaseStates.Rejected));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, deviation.Id, "Medisinsk sengepost.", "k-1")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(http, deviation.Id, "Medisinsk sengepost.", "k-2")).Status);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("æ")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x")]
    public async Task Key_that_is_no_key_is_answered_400(string key)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = (await service.Reporter().SubmitAsync(Given.Submission)).Id;
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(service.As(Given.Hamar, Roles.Reporter), id, "Medisinsk sengepost.", key)).Status);
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("withdraw")]
    public async Task Commit_whose_reply_is_lost_is_done_once(string action)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var (wire, connectionString) = database.ByWire();
        await using var _ = wire;
        await using var service = new ServiceUnderTest<Program>(database, settings: ("ConnectionStrings:Database", connectionString));
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.Reporter().GetDeviationAsync(deviation.Id);
        wire.CutBeforeReplyTo = "COMMIT\0"; // not READ COMMITTED
        using var response = await service.As(Given.Hamar, Roles.Reporter).PostAsync($"/api/v1/deviations/{deviation.Id}/{action}",
            new StringContent(action == "messages" ? """{"text":"Det gjaldt to pasienter."}""" : """{"reason":"Meldt to ganger."}""",
                System.Text.Encoding.UTF8, "application/json"));
        Assert.Null(wire.CutBeforeReplyTo);
        // The caller gets 200 or 503; repeated, it is done once.
        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable });
        Assert.Equal(1, await database.CountAsync(
            $"select count(*) from outbox_message where type like '%{(action == "messages" ? "answered" : "withdrawn")}%'"));
    }
}

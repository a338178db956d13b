using System.Diagnostics;
using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using static Avvik.Gateway.Tests.ScriptedServer;

namespace Avvik.Gateway.Tests;

/// <summary>The client against a server whose failures are scripted.</summary>
public sealed class Client_tests
{
    private const string EmptyPage = """{"items":[],"nextCursor":null}""";
    private static readonly AvvikResilience Quick = new() { FirstDelay = TimeSpan.FromMilliseconds(5), LongestDelay = TimeSpan.FromMilliseconds(20) };

    private static IAvvikClient ClientOf(ScriptedServer server, AvvikResilience? resilience = null) =>
        AvvikClient.Connect(server.Address, "token", resilience ?? Quick);

    [Fact]
    public async Task Reads_and_submissions_are_retried_after_any_failure()
    {
        Func<HttpContext, Task>[] failures = [Cut, Answer(503), Answer(502), Answer(504), Answer(429)];
        await using var server = await StartAsync([.. failures, Answer(200, EmptyPage)]);
        Assert.Empty((await ClientOf(server).ListCasesAsync()).Items);
        Assert.Equal(failures.Length + 1, server.Requests.Count);

        await using var another = await StartAsync([Cut, Answer(503), Answer(409, """{"type":"urn:avvik:problem:clientReferenceUsed"}""")]);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => ClientOf(another).SubmitAsync(new() { ClientReference = "a", Narrative = "b" }));
        Assert.Equal((HttpStatusCode.Conflict, "clientReferenceUsed", 3), (refused.Status, refused.Code, another.Requests.Count));
        // Each try sends the whole body.
        Assert.Single(another.Requests.Select(r => r.Body).Distinct());
    }

    [Fact]
    public async Task Change_with_if_match_is_not_retried_when_the_server_may_have_done_it()
    {
        foreach (var ambiguous in new[] { Cut, Answer(503), Answer(502), Answer(504) })
        {
            await using var server = await StartAsync([ambiguous, Answer(200)]);
            var error = await Record.ExceptionAsync(() => ClientOf(server).ActAsync(Guid.Empty, 3, "acknowledge"));
            Assert.True(error is AvvikProblemException or AvvikUnavailableException, error?.ToString());
            Assert.Equal("\"3\"", Assert.Single(server.Requests).IfMatch);
        }
    }

    [Fact]
    public async Task Change_with_if_match_is_retried_when_the_server_did_nothing()
    {
        await using var server = await StartAsync([Answer(429), Answer(412, """{"type":"urn:avvik:problem:stale"}""")]);
        Assert.Equal("stale", (await Assert.ThrowsAsync<AvvikProblemException>(() => ClientOf(server).ActAsync(Guid.Empty, 3, "acknowledge"))).Code);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Retry_waits_as_long_as_retry_after_says()
    {
        await using var server = await StartAsync([Answer(503, retryAfter: 1), Answer(200, EmptyPage)]);
        var started = Stopwatch.GetTimestamp();
        await ClientOf(server).ListCasesAsync();
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(950));
    }

    [Fact]
    public async Task Each_try_has_a_time_limit_and_the_caller_can_cancel()
    {
        await using var server = await StartAsync([Hang, Answer(200, EmptyPage)]);
        Assert.Empty((await ClientOf(server, Quick with { TimeoutPerTry = TimeSpan.FromMilliseconds(300) }).ListCasesAsync()).Items);
        Assert.Equal(2, server.Requests.Count);

        await using var silent = await StartAsync([Hang]);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ClientOf(silent).ListCasesAsync(ct: cancel.Token));
    }

    [Fact]
    public async Task Circuit_opens_after_many_failures_and_spares_the_server()
    {
        await using var server = await StartAsync(Enumerable.Repeat<Func<HttpContext, Task>>(Cut, 100));
        var client = ClientOf(server, Quick with { Retries = 1 });
        for (var i = 0; i < 30; i++) await Assert.ThrowsAsync<AvvikUnavailableException>(() => client.ListCasesAsync());
        Assert.InRange(server.Requests.Count, 20, 30);
    }

    [Fact]
    public async Task Problem_document_is_a_typed_exception_with_every_field_error()
    {
        await using var server = await StartAsync([Answer(422, """
            {"type":"urn:avvik:problem:invalidContent","title":"Innholdet er feil","status":422,"traceId":"abc","allowedActions":["start"],
             "errors":[{"pointer":"/narrative","code":"tooLong","message":"For lang","offsets":[{"offset":3,"length":11}]},
                       {"pointer":"/kind","code":"required","message":"Mangler"}]}
            """)]);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => ClientOf(server).SubmitAsync(new()));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalidContent", "Innholdet er feil", "abc"),
            (refused.Status, refused.Code, refused.Title, refused.TraceId));
        Assert.Equal([("/narrative", "tooLong"), ("/kind", "required")], refused.Errors.Select(e => (e.Pointer, e.Code)));
        Assert.Equal([new TextOffset(3, 11)], refused.Errors[0].Offsets!);
        Assert.Equal(["start"], refused.AllowedActions);

        await using var strange = await StartAsync([Answer(418, "<html>")]);
        Assert.Null((await Assert.ThrowsAsync<AvvikProblemException>(() => ClientOf(strange).SubmitAsync(new()))).Code);
    }

    [Fact]
    public async Task Query_records_are_written_as_the_api_names_them()
    {
        await using var server = await StartAsync(Answer(200, EmptyPage), Answer(200, EmptyPage), Answer(500));
        var client = ClientOf(server);
        await client.ListCasesAsync(new() { Unit = "si-tynset", Overdue = true, Q = "æ & b", Limit = 5 });
        await client.ListDeviationsAsync(new() { State = "closed", From = new(2026, 8, 1) });
        await Assert.ThrowsAsync<AvvikProblemException>(() => client.GetStatisticsAsync(new() { By = ["unit", "state"], Category = ["a", "b"] }));
        Assert.Equal(
            ["/api/v1/cases?unit=si-tynset&overdue=true&q=%C3%A6%20%26%20b&limit=5", "/api/v1/deviations?state=closed&from=2026-08-01",
             "/api/v1/statistics?by=unit%2Cstate&category=a&category=b"],
            server.Requests.Select(r => r.Url));
    }

    [Fact]
    public async Task Registered_client_runs_its_token_handler_for_each_try()
    {
        await using var server = await StartAsync([Answer(503), Answer(200, EmptyPage)]);
        var tokens = new CountingHandler();
        await using var services = new ServiceCollection().AddAvvikClient(server.Address, Quick).AddHttpMessageHandler(() => tokens)
            .Services.BuildServiceProvider();
        await services.GetRequiredService<IAvvikClient>().ListCasesAsync();
        Assert.Equal(2, tokens.Count);
    }

    [Fact]
    public async Task Client_and_gateway_agree_on_every_path_and_header()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = gateway.Http(gateway.Issuer.Token());
        // The echoed request is not a valid page; the test checks only what arrived.
        await Record.ExceptionAsync(() => AvvikClient.For(http).ListDeviationsAsync(new() { Limit = 7 }));
        Assert.Equal("/api/v1/deviations?limit=7", gateway.Service.LastTarget);
    }

    private sealed class CountingHandler : DelegatingHandler
    {
        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            return base.SendAsync(request, cancellationToken);
        }
    }
}

using System.Collections.Concurrent;
using Avvik.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace Avvik.Gateway.Tests;

/// <summary>An HTTP server that answers each request with the next step of a script, and records the requests.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script;

    private ScriptedServer(WebApplication server, IEnumerable<Func<HttpContext, Task>> script) => (_server, _script) = (server, new(script));

    public Uri Address { get; private init; } = null!;

    public ConcurrentQueue<(string Method, string Url, string? IfMatch, string Body)> Requests { get; } = [];

    /// <summary>Answers with a status; <paramref name="json"/> is a problem document when the status is an error.</summary>
    public static Func<HttpContext, Task> Answer(int status, string json = "{}", int? retryAfter = null) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await context.Response.WriteAsync(json);
    };

    /// <summary>Accepts the request and aborts the connection without an answer.</summary>
    public static Task Cut(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Accepts the request and never answers.</summary>
    public static Task Hang(HttpContext context) => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);

    public static Task<ScriptedServer> StartAsync(params IEnumerable<Func<HttpContext, Task>> script) => StartAsync(ServiceProcess.FreePort(), script);

    public static async Task<ScriptedServer> StartAsync(int port, IEnumerable<Func<HttpContext, Task>> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new ScriptedServer(app, script) { Address = new Uri($"http://127.0.0.1:{port}/") };
        app.Urls.Add(server.Address.ToString());
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        Requests.Enqueue((context.Request.Method, context.Request.GetEncodedPathAndQuery(), context.Request.Headers.IfMatch, await body.ReadToEndAsync()));
        if (!_script.TryDequeue(out var step)) step = Answer(500);
        try { await step(context); }
        catch (OperationCanceledException) { /* the client gave up */ }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

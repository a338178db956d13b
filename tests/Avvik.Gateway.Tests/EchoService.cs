using System.Text.Json;
using Avvik.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tests;

/// <summary>A request as a service behind the gateway received it.</summary>
public sealed record Arrival(string Method, string Target, Dictionary<string, string> Headers, Dictionary<string, JsonElement> InternalToken);

/// <summary>Replaces every service behind the gateway and answers with the request that it received.</summary>
public sealed class EchoService : IAsyncDisposable
{
    private readonly WebApplication _server;
    private int _arrivals;

    private EchoService(WebApplication server) => _server = server;

    public int Port { get; private init; }

    public string? LastTarget { get; private set; }

    public int Arrivals => Volatile.Read(ref _arrivals);

    public static async Task<EchoService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var port = ServiceProcess.FreePort();
        var server = builder.Build();
        server.Urls.Add($"http://127.0.0.1:{port}");
        var service = new EchoService(server) { Port = port };
        server.Run(service.AnswerAsync);
        await server.StartAsync();
        return service;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)) return;
        Interlocked.Increment(ref _arrivals);
        LastTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // Accepts the request and never answers.
        if (context.Request.Query.ContainsKey("hang")) await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        // Adds response headers from the query, as in ?header=Cache-Control:public.
        foreach (var header in context.Request.Query["header"])
            context.Response.Headers.Append(header!.Split(':', 2)[0], header.Split(':', 2)[1]);
        var claims = context.Request.Headers.Authorization.ToString() is { Length: > 0 } authorization
            ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
                Base64UrlEncoder.Decode(new JsonWebToken(authorization["Bearer ".Length..]).EncodedPayload))!
            : [];
        await context.Response.WriteAsJsonAsync(new Arrival(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            claims));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

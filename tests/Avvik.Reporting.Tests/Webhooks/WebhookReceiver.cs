using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Avvik.Client;
using Avvik.Reporting.Webhooks;
using Avvik.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.Reporting.Tests.Webhooks;

/// <summary>A receiver of webhooks: a web server of its own that keeps what it got, and answers what a test wants answered.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    /// <summary>Lets a service call this machine.</summary>
    public static readonly (string, string)[] Settings = [("Webhooks:AllowHttp", "true"), ("Webhooks:AllowedNetworks:0", "127.0.0.0/8")];

    private readonly ConcurrentQueue<ReceivedWebhook> _received = new();
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public string Url => new Uri(Address, "hook").ToString();

    /// <summary>What came, oldest first.</summary>
    public IReadOnlyList<ReceivedWebhook> Received => [.. _received];

    public Func<ReceivedWebhook, HttpContext, Task> OnRequest { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>When a connection is opened, before anything has come.</summary>
    public Func<Task> OnConnection { get; set; } = () => Task.CompletedTask;

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebhookReceiver receiver = null!;
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => async connection =>
        {
            await receiver.OnConnection();
            await next(connection);
        })));
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        receiver = new WebhookReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var got = new ReceivedWebhook(http.Request.Path, headers, await reader.ReadToEndAsync());
        _received.Enqueue(got);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        await OnRequest(got, http);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

internal sealed record ReceivedWebhook(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public WebhookEvent Event => JsonSerializer.Deserialize<WebhookEvent>(Body, JsonSerializerOptions.Web)!;

    /// <summary>As the specification has it, by hand: the library that signs is not asked.</summary>
    public bool IsSignedBy(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{Headers["webhook-timestamp"]}.{Body}")));
        return Headers["webhook-signature"].Split(' ').Contains($"v1,{signature}", StringComparer.Ordinal);
    }
}

internal static class WebhookCalls
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static WebhookDelivery Delivery(this ServiceUnderTest<Program> service) =>
        service.Services.GetServices<IHostedService>().OfType<WebhookDelivery>().Single();

    /// <summary>Sends what is due; the service's own round may have begun some of it, so a test waits for what it counts.</summary>
    public static Task DeliverUntilAsync(this ServiceUnderTest<Program> service, Func<Task<bool>> condition, Func<string>? describe = null) =>
        Eventually.IsTrue(async () =>
        {
            await service.Delivery().RunOnceAsync(CancellationToken.None);
            return await condition();
        }, Soon, () => Task.FromResult(describe?.Invoke() ?? ""));

    public static Task DeliverUntilAsync(this ServiceUnderTest<Program> service, WebhookReceiver receiver, int expected) =>
        service.DeliverUntilAsync(() => Task.FromResult(receiver.Received.Count == expected), () => $"{receiver.Received.Count} of {expected} came");
}

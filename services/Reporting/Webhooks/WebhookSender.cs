using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Avvik.Client;
using Microsoft.Extensions.Options;
using StandardWebhooks;

namespace Avvik.Reporting.Webhooks;

/// <summary>How an attempt went.</summary>
/// <param name="Code">Why it failed; null when it was delivered.</param>
/// <param name="RetryAfter">What the receiver asked for.</param>
internal readonly record struct SendOutcome(string? Code, TimeSpan? RetryAfter = null)
{
    /// <summary>The receiver says that it is gone for good (410).</summary>
    public const string Gone = "http410";
}

/// <summary>Posts to addresses that others have chosen: nothing but the internet is reached, no redirect is followed and no answer is read.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly WebhookTargets _targets;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;

    public WebhookSender(WebhookTargets targets, IOptions<WebhookOptions> options, TimeProvider clock)
    {
        (_targets, _timeout, _clock) = (targets, TimeSpan.FromSeconds(options.Value.TimeoutSeconds), clock);
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would look names up where their addresses cannot be checked.
            UseProxy = false,
            // Neither our trace ids nor a span with the address, which may hold a secret.
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 4,
        });
    }

    /// <summary>Sends a change, or a test, to a webhook (https://www.standardwebhooks.com, 1.0.0).</summary>
    /// <param name="settings">Where to, and the secrets that sign.</param>
    /// <param name="id">The same each time that the same is sent.</param>
    /// <param name="content">What is sent.</param>
    public Task<SendOutcome> SendAsync(WebhookSettings settings, string id, WebhookEvent content)
    {
        var now = _clock.GetUtcNow();
        var body = JsonSerializer.Serialize(content, ClientJson.Default.WebhookEvent);
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Url)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", $"{now.ToUnixTimeSeconds()}");
        request.Headers.Add("webhook-signature",
            string.Join(' ', settings.SigningSecrets(now).Select(secret => new StandardWebhook(secret).Sign(id, now, body))));
        return SendAsync(request);
    }

    /// <summary>Notifies a subscriber, with nothing in it: it reads what it may read (R4, subscription.html).</summary>
    public Task<SendOutcome> NotifyAsync(WebhookSettings settings)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = new ByteArrayContent([]) };
        foreach (var header in settings.Headers)
            if (header.Split(':', 2) is [var name, var value]) request.Headers.TryAddWithoutValidation(name.Trim(), value.Trim());
        return SendAsync(request);
    }

    private async Task<SendOutcome> SendAsync(HttpRequestMessage request)
    {
        request.Headers.UserAgent.Add(new("Avvik", null));
        using var sent = request;
        // Of the network and not of the clock that tests move. The process stopping does not end it: nobody would know whether it arrived.
        using var timeout = new CancellationTokenSource(_timeout);
        try
        {
            using var response = await _http.SendAsync(request, timeout.Token);
            if (response.IsSuccessStatusCode) return default;
            var wait = response.Headers.RetryAfter is { } asked ? asked.Delta ?? asked.Date - _clock.GetUtcNow() : null;
            return new($"http{(int)response.StatusCode}", wait);
        }
        catch (OperationCanceledException) { return new("timeout"); }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return new(error is HttpRequestException { InnerException: RefusedAddressException } ? "addressRefused" : "connectionFailed");
        }
    }

    // Whatever was said of the name before: the address that is connected to is the one that was checked.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var allowed = found.Where(_targets.IsAllowed).ToArray();
        if (allowed.Length == 0) throw new RefusedAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private sealed class RefusedAddressException() : IOException("The name has no address that may be called.");
}

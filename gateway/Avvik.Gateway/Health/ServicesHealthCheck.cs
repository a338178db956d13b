using Avvik.Gateway.Edge;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;

namespace Avvik.Gateway.Health;

/// <summary>The services behind the gateway, from the proxy's configuration.</summary>
internal sealed class Services(IProxyStateLookup proxy, IHttpClientFactory clients)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Without the workbench: integrations do not depend on it, and it has no API description.</summary>
    public IEnumerable<(string Name, Uri Address)> All => proxy.GetClusters()
        .Where(c => c.ClusterId != Workbench.Name)
        .OrderBy(c => c.ClusterId, StringComparer.Ordinal)
        .Select(c => (c.ClusterId, new Uri(c.Destinations.First().Value.Model.Config.Address)));

    /// <summary>The response body, or null when the service does not answer 200 within 3 s.</summary>
    public async Task<byte[]?> GetAsync(Uri address, string path, CancellationToken ct)
    {
        using var http = clients.CreateClient();
        http.Timeout = RequestTimeout;
        try { return await http.GetByteArrayAsync(new Uri(address, path), ct); }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested) { return null; }
    }
}

/// <summary>Healthy when every service behind the gateway is ready.</summary>
internal sealed class ServicesHealthCheck(Services services) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var answers = await Task.WhenAll(services.All.Select(async s =>
            (s.Name, Ready: await services.GetAsync(s.Address, "health/ready", cancellationToken) is not null)));
        var notReady = answers.Where(a => !a.Ready).Select(a => a.Name).ToList();
        return notReady.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"Not ready: {string.Join(", ", notReady)}");
    }
}

using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Avvik.Messaging.Inbox;

/// <summary>Degraded, and not unhealthy: requests over HTTP can still be served while events wait.</summary>
internal sealed class InboxHealth(InboxState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state.Blocked is { } blocked
        ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture,
            $"{(blocked.ConsumptionStopped ? "Consumption is stopped" : "Events are held")} since {blocked.Since:yyyy-MM-dd'T'HH:mm:ss'Z'}: {blocked.Reason}"))
        : HealthCheckResult.Healthy());
}

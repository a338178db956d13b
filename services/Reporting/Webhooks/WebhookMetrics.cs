using System.Diagnostics.Metrics;

namespace Avvik.Reporting.Webhooks;

/// <summary>The meter <c>Avvik.Reporting</c>. Alarm on <c>webhooks.disabled</c>: somebody who relies on being told is not.</summary>
internal sealed class WebhookMetrics : IDisposable
{
    private readonly Meter _meter = new("Avvik.Reporting");
    private readonly Counter<long> _attempts;
    private int _disabled;

    public WebhookMetrics()
    {
        _attempts = _meter.CreateCounter<long>("webhooks.attempts", "{message}", "Messages posted to webhooks and subscriptions, by outcome");
        _meter.CreateObservableGauge("webhooks.disabled", () => Volatile.Read(ref _disabled), "{webhook}", "Webhooks that were given up");
    }

    public int Disabled
    {
        set => Volatile.Write(ref _disabled, value);
    }

    public void Attempted(bool isDelivered) => _attempts.Add(1, new KeyValuePair<string, object?>("outcome", isDelivered ? "delivered" : "failed"));

    public void Dispose() => _meter.Dispose();
}

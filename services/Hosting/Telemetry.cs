using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Avvik.Hosting;

/// <summary>Export of a process's traces and metrics.</summary>
public static class Telemetry
{
    /// <summary>Activity sources whose spans are exported.</summary>
    public static IReadOnlyList<string> Sources { get; } =
        ["Microsoft.AspNetCore", "System.Net.Http", "Yarp.ReverseProxy", "MassTransit", "Npgsql", "Avvik.Messaging"];

    /// <summary>Meters whose metrics are exported.</summary>
    public static IReadOnlyList<string> Meters { get; } =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.RateLimiting",
        "System.Net.Http", "System.Runtime", "MassTransit", "Npgsql", "Avvik.Messaging",
        "Avvik.Reporting",
    ];

    /// <summary>
    /// Exports traces and metrics over OTLP to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>. <c>Prometheus:Port</c> serves the metrics at <c>/metrics</c> on
    /// that port, on the loopback address unless <c>Prometheus:Host</c> is set. With neither configured, nothing is collected.
    /// </summary>
    internal static void AddTelemetry(this WebApplicationBuilder builder, string service)
    {
        var otlp = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var prometheus = builder.Configuration.GetValue<int?>("Prometheus:Port");
        if (!otlp && prometheus is null) return;

        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(service, serviceNamespace: "avvik"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddMeter([.. Meters]);
            if (otlp) metrics.AddOtlpExporter();
            if (prometheus is { } port)
                metrics.AddPrometheusHttpListener(listener => (listener.Host, listener.Port) = (builder.Configuration["Prometheus:Host"] ?? "localhost", port));
        });
        if (!otlp) return;
        telemetry.WithTracing(traces => traces
            .AddAspNetCoreInstrumentation(http => http.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
            .AddHttpClientInstrumentation()
            .AddNpgsql()
            .AddSource([.. Sources])
            .AddProcessor(new ContentRemover())
            .AddOtlpExporter());
    }

    /// <summary>Removes from each span the tags that may contain personal content: SQL, and a URL's query, which contains search words.</summary>
    private sealed class ContentRemover : BaseProcessor<Activity>
    {
        private static readonly string[] Content = ["db.statement", "db.query.text", "url.query"];

        public override void OnEnd(Activity data)
        {
            foreach (var tag in Content)
                if (data.GetTagItem(tag) is not null) data.SetTag(tag, null);
            if (data.GetTagItem("url.full") is string url && url.IndexOf('?', StringComparison.Ordinal) is var query and >= 0)
                data.SetTag("url.full", url[..query]);
        }
    }
}

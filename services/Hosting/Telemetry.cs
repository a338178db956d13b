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

/// <summary>Traces and metrics of a process.</summary>
public static class Telemetry
{
    /// <summary>Whose spans are exported.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["Microsoft.AspNetCore", "System.Net.Http", "Yarp.ReverseProxy", "MassTransit", "Npgsql", "Avvik.Messaging"];

    /// <summary>Whose metrics are exported.</summary>
    public static IReadOnlyList<string> Meters { get; } =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.RateLimiting",
        "System.Net.Http", "System.Runtime", "MassTransit", "Npgsql", "Avvik.Messaging",
    ];

    /// <summary>
    /// Traces and metrics go over OTLP to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says. <c>Prometheus:Port</c> serves the metrics at <c>/metrics</c> on a
    /// port of its own, on loopback unless <c>Prometheus:Host</c> says otherwise. With neither set nothing is collected.
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
            .AddProcessor(new WithoutContent())
            .AddOtlpExporter());
    }

    /// <summary>Removes from each span what may hold content: SQL, and the query of a URL, which holds what somebody searched for.</summary>
    private sealed class WithoutContent : BaseProcessor<Activity>
    {
        private static readonly string[] Content = ["db.statement", "db.query.text", "url.query"];

        public override void OnEnd(Activity data)
        {
            foreach (var tag in Content)
                if (data.GetTagItem(tag) is not null) data.SetTag(tag, null);
            if (data.GetTagItem("url.full") is string url && url.IndexOf('?', StringComparison.Ordinal) is var query and >= 0) data.SetTag("url.full", url[..query]);
        }
    }
}

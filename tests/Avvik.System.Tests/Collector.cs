using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Avvik.System.Tests;

/// <summary>An OTLP collector over HTTP. While one exists, processes that this test process starts export to it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Collector(WebApplication app) => _app = app;

    private ConcurrentBag<(string Signal, byte[] Body)> Received { get; } = [];

    public IEnumerable<byte[]> Batches => Received.Select(r => r.Body);

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = new Collector(builder.Build());
        collector._app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var copy = new MemoryStream();
            await request.Body.CopyToAsync(copy);
            collector.Received.Add((signal, copy.ToArray()));
        });
        await collector._app.StartAsync();
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", collector._app.Urls.First());
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        Environment.SetEnvironmentVariable("OTEL_BSP_SCHEDULE_DELAY", "200");
        Environment.SetEnvironmentVariable("OTEL_METRIC_EXPORT_INTERVAL", "500");
        return collector;
    }

    /// <summary>True when a batch of this signal (<c>traces</c> or <c>metrics</c>) holds data of a source or meter of this name.</summary>
    public bool HasScope(string signal, string name)
    {
        // InstrumentationScope.name: field 1, its length, the text.
        byte[] scope = [0x0A, (byte)name.Length, .. Encoding.UTF8.GetBytes(name)];
        return Received.Any(r => r.Signal == signal && r.Body.AsSpan().IndexOf(scope) >= 0);
    }

    public bool Contains(string text) => Batches.Any(b => b.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    /// <summary>True when one batch holds both.</summary>
    public bool HasTogether(ReadOnlyMemory<byte> bytes, string text) =>
        Batches.Any(b => b.AsSpan().IndexOf(bytes.Span) >= 0 && b.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
        await _app.DisposeAsync();
    }
}

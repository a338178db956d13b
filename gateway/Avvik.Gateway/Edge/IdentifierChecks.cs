using System.Diagnostics;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;

namespace Avvik.Gateway.Edge;

/// <summary>
/// Paths and trace ids reach logs, traces and append-only stores, so neither may contain a person number. A path that does is refused before
/// anything logs it; a <c>traceparent</c> that does, or that is not valid W3C trace context, is dropped and a new trace begins.
/// </summary>
internal static class IdentifierChecks
{
    private const int PersonNumberLength = 11;

    public static void AddTraceContextCheck(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DistributedContextPropagator>(new CheckedPropagator());
        // Without it OpenTelemetry's instrumentation extracts the headers again with its default propagator.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
    }

    public static void UsePathCheck(this WebApplication app) => app.Use((context, next) =>
        // A UUID may contain such digits by chance.
        context.Request.Path.Value!.Split('/').Any(segment => !Guid.TryParse(segment, out _) && HasPersonNumber(segment))
            ? Problem.OfStatus(StatusCodes.Status400BadRequest).ExecuteAsync(context)
            : next(context));

    private static bool HasPersonNumber(ReadOnlySpan<char> text)
    {
        for (var start = 0; start + PersonNumberLength <= text.Length; start++)
        {
            var window = text.Slice(start, PersonNumberLength);
            if (!window.ContainsAnyExceptInRange('0', '9') && PersonNumber.IsValid(window, null)) return true;
        }
        return false;
    }

    private sealed class CheckedPropagator : DistributedContextPropagator
    {
        private readonly DistributedContextPropagator _w3c = CreateW3CPropagator();

        public override IReadOnlyCollection<string> Fields => _w3c.Fields;

        public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => _w3c.Inject(activity, carrier, setter);

        public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
        {
            _w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
            if (traceId is not null && ActivityContext.TryParse(traceId, null, out _) && !HasPersonNumber(traceId)) return;
            (traceId, traceState) = (null, null);
        }

        // Baggage is free text from the caller.
        public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
    }
}

using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Avvik.Client;

/// <summary>
/// How long and how often the client tries. What can be repeated without effect is tried again after any failure: reads, submissions (idempotent by their
/// client
/// reference), previews, and requests with an <c>Idempotency-Key</c>. Everything else, and so whatever carries <c>If-Match</c>, is tried again only when it is
/// certain that the server did nothing: no connection, 429, or an open circuit. <c>Retry-After</c> decides the wait where the server sends it.
/// </summary>
public sealed record AvvikResilience
{
    private static readonly string[] RepeatablePosts = ["/api/v1/deviations", "/api/v1/deviations/validate", "/api/v1/routing-rules/simulate"];

    /// <summary>Tries after the first.</summary>
    public int Retries { get; init; } = 8;

    /// <summary>Wait before the first retry; it doubles with each, with jitter, up to <see cref="LongestDelay"/>.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between two tries, unless the server asks for more.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Of each try. Longer than the gateway's own limit and than a long poll of the change feed.</summary>
    public TimeSpan TimeoutPerTry { get; init; } = TimeSpan.FromSeconds(60);

    internal void AddTo(ResiliencePipelineBuilder<HttpResponseMessage> pipeline) => pipeline
        .AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = Retries,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldRetryAfterHeader = true,
            ShouldHandle = attempt => ValueTask.FromResult(ShouldRetry(attempt)),
        })
        // Half of at least twenty tries within 30 seconds without an answer: the gateway is spared for five seconds.
        .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(5),
            // Only what got no answer: a 503 is about one service behind the gateway and says itself when to come back.
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is HttpRequestException or TimeoutRejectedException),
        })
        .AddTimeout(new HttpTimeoutStrategyOptions { Timeout = TimeoutPerTry });

    private static bool ShouldRetry(RetryPredicateArguments<HttpResponseMessage> attempt)
    {
        var (error, status) = (attempt.Outcome.Exception, attempt.Outcome.Result?.StatusCode);
        var nothingWasDone = status is HttpStatusCode.TooManyRequests
            || error is BrokenCircuitException
                or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
        if (nothingWasDone) return true;
        var failed = error is HttpRequestException or TimeoutRejectedException
            || status is HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
        return failed && IsRepeatable(attempt.Context.GetRequestMessage());
    }

    private static bool IsRepeatable(HttpRequestMessage? request) => request is not null
        && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Headers.Contains("Idempotency-Key")
            || (request.Method == HttpMethod.Post && RepeatablePosts.Contains(request.RequestUri?.AbsolutePath, StringComparer.Ordinal)));
}

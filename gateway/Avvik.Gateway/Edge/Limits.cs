using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Model;

namespace Avvik.Gateway.Edge;

/// <summary>Section <c>RateLimits</c>: the limit of each client of each organisation, and of each address that sends no token (browsers).</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Sustained requests per second. A whole trust's health record sends a few; a bulk job after an outage, thousands.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:RequestsPerSecond must be from 1 to 1000000.")]
    public int RequestsPerSecond { get; set; } = 5_000;
}

/// <summary>Limits on rate, duration and body size. Kestrel disconnects clients that send headers or body too slowly (<c>AddAvvikHosting</c>).</summary>
internal static class Limits
{
    private const long MaxDrainedBytes = 32 * 1024 * 1024;
    // Bounds the whole request. A service that makes no progress times out earlier, after 30 s (ActivityTimeout in appsettings.json).
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(2);

    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = RequestTimeout,
            TimeoutStatusCode = StatusCodes.Status504GatewayTimeout,
        });
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = async (context, _) =>
                await new Problem(StatusCodes.Status429TooManyRequests, ProblemCodes.TooManyRequests) { RetryAfterSeconds = 1 }
                    .ExecuteAsync(context.HttpContext);
            limiter.AddPolicy("client", http => RateLimitPartition.GetTokenBucketLimiter(
                (http.User.FindFirstValue("client_id") ?? http.Connection.RemoteIpAddress?.ToString(), http.User.FindFirstValue("organization")),
                _ =>
                {
                    var limit = http.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.RequestsPerSecond;
                    return new TokenBucketRateLimiterOptions
                    {
                        TokenLimit = limit,
                        TokensPerPeriod = Math.Max(1, limit / 10),
                        ReplenishmentPeriod = TimeSpan.FromMilliseconds(limit < 10 ? 1000 / limit : 100),
                    };
                }));
        });
    }

    /// <summary>
    /// Answers 413 at once when <c>Content-Length</c> exceeds the limit, then reads the rest of the body: a client that is cut off while it sends
    /// sees a broken connection instead of the answer. Kestrel's own limit ends bodies without a length, and those above <see cref="MaxDrainedBytes"/>.
    /// </summary>
    public static void UseBodyLimit(this WebApplication app) => app.Use(async (context, next) =>
    {
        var limit = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        // A route may have a limit of its own; -1 is none (YARP's MaxRequestBodySize).
        if (context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.MaxRequestBodySize is { } ofRoute)
            limit.MaxRequestBodySize = ofRoute < 0 ? null : ofRoute;
        if (context.Request.ContentLength is not { } length || limit.MaxRequestBodySize is not { } most || length <= most)
        {
            await next(context);
            return;
        }
        await Problem.OfStatus(StatusCodes.Status413PayloadTooLarge).ExecuteAsync(context);
        await context.Response.CompleteAsync();
        if (context.Request.ContentLength > MaxDrainedBytes) return;
        limit.MaxRequestBodySize = MaxDrainedBytes;
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
    });
}

using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;

namespace Avvik.Gateway.Edge;

/// <summary>Section <c>RateLimits</c>, for each client of each organisation, and for each address that sends no token (browsers).</summary>
internal sealed class RateLimitOptions
{
    /// <summary>What a client may keep up. A whole trust's health record sends a few a second; a bulk job after an outage, thousands.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:RequestsPerSecond must be from 1 to 1000000.")]
    public int RequestsPerSecond { get; set; } = 5_000;
}

/// <summary>What a client may ask of us. Kestrel sheds whoever is slow with head or body (<c>AddAvvikHosting</c>).</summary>
internal static class Limits
{
    private const long LongestDrain = 32 * 1024 * 1024;
    // However it goes on: a service without progress for 30 seconds is given up before (appsettings.json).
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(2);

    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = LongestRequest, TimeoutStatusCode = StatusCodes.Status504GatewayTimeout });
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = async (context, _) => await new Problem(StatusCodes.Status429TooManyRequests, "tooManyRequests") { RetryAfterSeconds = 1 }.ExecuteAsync(context.HttpContext);
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
    /// Says 413 at once when the length is told, and then lets the client finish sending: cut off in the middle, it would see a broken
    /// connection and not the answer. Kestrel's own limit ends what tells no length, or far too great a one.
    /// </summary>
    public static void UseBodyLimit(this WebApplication app) => app.Use(async (context, next) =>
    {
        var limit = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        if (context.Request.ContentLength <= limit.MaxRequestBodySize || context.Request.ContentLength is null)
        {
            await next(context);
            return;
        }
        await Problem.OfStatus(StatusCodes.Status413PayloadTooLarge).ExecuteAsync(context);
        await context.Response.CompleteAsync();
        if (context.Request.ContentLength > LongestDrain) return;
        limit.MaxRequestBodySize = LongestDrain;
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
    });
}

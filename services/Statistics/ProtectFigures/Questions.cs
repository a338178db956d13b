using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Avvik.AccessLog;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Statistics.Persistence;
using Microsoft.Extensions.Options;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>Section <c>Questions</c>.</summary>
internal sealed class QuestionOptions
{
    /// <summary>How many questions a person may keep asking a minute.</summary>
    [Range(1, 1_000_000)]
    public int PerMinute { get; set; } = 120;
}

/// <summary>What is asked is logged with who asked, and nobody asks faster than a person does.</summary>
internal static class Questions
{
    public const string Policy = "questions";

    public static void AddQuestionLimit(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<QuestionOptions>().BindConfiguration("Questions").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = async (context, _) =>
                await new Problem(StatusCodes.Status429TooManyRequests, ProblemCodes.TooManyRequests) { RetryAfterSeconds = 60 }
                    .ExecuteAsync(context.HttpContext);
            limiter.AddPolicy(Policy, http =>
            {
                var caller = Caller.From(http.User);
                return RateLimitPartition.GetTokenBucketLimiter((caller.Organization, caller.Subject), _ =>
                {
                    var limit = http.RequestServices.GetRequiredService<IOptions<QuestionOptions>>().Value.PerMinute;
                    return new TokenBucketRateLimiterOptions { TokenLimit = limit, TokensPerPeriod = limit, ReplenishmentPeriod = TimeSpan.FromMinutes(1) };
                });
            });
        });
    }

    /// <summary>Logs a question before it is answered.</summary>
    /// <param name="query">In codes; null when the path says all of it.</param>
    public static Task LogQuestionAsync(this AccessJournal<StatisticsDbContext> journal, HttpContext http, string? query, CancellationToken ct) =>
        journal.QuestionAsync(Caller.From(http.User), $"GET {http.Request.Path}{(query is null ? "" : "?" + query)}", ct);
}

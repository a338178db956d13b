using System.Diagnostics;
using System.Text.Json.Serialization;
using Avvik.Contracts;
using Microsoft.AspNetCore.Http;

namespace Avvik.Hosting.Problems;

/// <summary>A problem document (RFC 9457) in the caller's language. It never echoes input, a type's name, SQL or a stack trace.</summary>
public sealed class Problem(int status, string code) : IResult
{
    public int Status => status;
    public string Code => code;
    public FieldErrors? Errors { get; init; }
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The actions that the caller may take instead, when the rule that refused knows them.</summary>
    public IReadOnlyList<string>? AllowedActions { get; init; }

    public static Problem NotFound() => new(StatusCodes.Status404NotFound, ProblemCodes.NotFound);
    public static Problem Forbidden() => new(StatusCodes.Status403Forbidden, ProblemCodes.Forbidden);
    public static Problem Conflict(string code) => new(StatusCodes.Status409Conflict, code);
    public static Problem Invalid(FieldErrors errors) => errors.WrongShape
        ? new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest) { Errors = errors }
        : new(StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidContent) { Errors = errors };
    public static Problem Unavailable() => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable) { RetryAfterSeconds = 2 };

    /// <summary>The problem document of a status that was set without a body.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => new(status, ProblemCodes.Unauthorized),
        StatusCodes.Status403Forbidden => new(status, ProblemCodes.Forbidden),
        StatusCodes.Status404NotFound => new(status, ProblemCodes.NotFound),
        StatusCodes.Status405MethodNotAllowed => new(status, ProblemCodes.MethodNotAllowed),
        StatusCodes.Status406NotAcceptable => new(status, ProblemCodes.NotAcceptable),
        StatusCodes.Status413PayloadTooLarge => new(status, ProblemCodes.BodyTooLarge),
        StatusCodes.Status414UriTooLong => new(status, ProblemCodes.UriTooLong),
        StatusCodes.Status415UnsupportedMediaType => new(status, ProblemCodes.UnsupportedMediaType),
        StatusCodes.Status429TooManyRequests => new(status, ProblemCodes.TooManyRequests),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => new(status, ProblemCodes.HeadersTooLarge),
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable => Unavailable(),
        StatusCodes.Status504GatewayTimeout => new(status, ProblemCodes.GatewayTimeout) { RetryAfterSeconds = 2 },
        >= 500 => new(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError),
        _ => new(status, ProblemCodes.InvalidRequest),
    };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var english = PrefersEnglish(httpContext.Request);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentLanguage = english ? "en" : "nb";
        if (RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (OperationOutcomes.IsFor(httpContext.Request))
        {
            await response.WriteAsJsonAsync(OperationOutcomes.Of(this, english), OutcomeJson.Default.OperationOutcome, OperationOutcomes.ContentType);
            return;
        }
        await response.WriteAsJsonAsync(DocumentFor(httpContext), ProblemJson.Default.ProblemDocument, "application/problem+json");
    }

    /// <summary>The document itself, in the language of the request.</summary>
    public ProblemDocument DocumentFor(HttpContext http) => new()
    {
        Type = $"urn:avvik:problem:{code}",
        Title = Texts.Problem(code, PrefersEnglish(http.Request)),
        Status = status,
        TraceId = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
        Errors = Errors?.In(PrefersEnglish(http.Request)),
        AllowedActions = AllowedActions,
    };

    /// <summary>True when the caller prefers English; everyone else gets bokmål.</summary>
    public static bool PrefersEnglish(HttpRequest request) =>
        request.GetTypedHeaders().AcceptLanguage is { Count: > 0 } languages
        && languages.OrderByDescending(l => l.Quality ?? 1).First().Value.StartsWith("en", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A problem document (RFC 9457).</summary>
public sealed record ProblemDocument
{
    public required string Type { get; init; }
    public required string Title { get; init; }
    public required int Status { get; init; }
    public required string TraceId { get; init; }
    public IReadOnlyList<FieldError>? Errors { get; init; }
    public IReadOnlyList<string>? AllowedActions { get; init; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class ProblemJson : JsonSerializerContext;

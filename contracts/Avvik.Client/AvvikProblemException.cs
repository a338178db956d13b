using System.Net;
using System.Text.Json;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>The server refused a call; its problem document (RFC 9457) says why.</summary>
public sealed class AvvikProblemException : Exception
{
    private const string TypePrefix = "urn:avvik:problem:";

    internal AvvikProblemException(HttpStatusCode status, JsonElement problem, TimeSpan? retryAfter)
        : base($"{(int)status} {Text(problem, "type") ?? "without a problem document"}")
    {
        (Status, Problem, RetryAfter) = (status, problem, retryAfter);
        Code = Text(problem, "type") is { } type && type.StartsWith(TypePrefix, StringComparison.Ordinal) ? type[TypePrefix.Length..] : null;
        Errors = [.. Items(problem, "errors").Select(e => e.Deserialize(ClientJson.Default.ProblemFieldError)!)];
        AllowedActions = [.. Items(problem, "allowedActions").Select(a => a.GetString()!)];
    }

    /// <summary>HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>What is wrong: a constant of <see cref="Contracts.ProblemCodes"/>; null when the answer was not a problem document of the API.</summary>
    public string? Code { get; }

    /// <summary>In words, in the language that was asked for.</summary>
    public string? Title => Text(Problem, "title");

    /// <summary>The server's trace, for whoever is to find out more.</summary>
    public string? TraceId => Text(Problem, "traceId");

    /// <summary>Every field that is wrong.</summary>
    public IReadOnlyList<ProblemFieldError> Errors { get; }

    /// <summary>What the caller may do instead, where the rule that refused says so.</summary>
    public IReadOnlyList<string> AllowedActions { get; }

    /// <summary>How long to wait before the next try, where the server says so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The document as it was sent; undefined when there was none.</summary>
    public JsonElement Problem { get; }

    private static string? Text(JsonElement problem, string member) =>
        problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement problem, string member) =>
        problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray() : [];
}

/// <summary>There was no answer: the server could not be reached, did not answer in time, or has failed so often that it is not called for a moment.</summary>
/// <param name="cause">What went wrong.</param>
public sealed class AvvikUnavailableException(Exception cause) : Exception("The server did not answer.", cause);

/// <summary>A field that is wrong.</summary>
/// <param name="Pointer">Where: a JSON pointer (RFC 6901) into the request's body, or the name of a query parameter after a slash.</param>
/// <param name="Code">What is wrong with it: a constant of <see cref="Contracts.FieldCodes"/>.</param>
/// <param name="Message">In words.</param>
/// <param name="Offsets">Where in a text; null when it is not about a part of one.</param>
public sealed record ProblemFieldError(string Pointer, string Code, string Message, IReadOnlyList<TextOffset>? Offsets);

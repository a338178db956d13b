using System.Text.Json.Serialization;
using Avvik.Contracts;
using Microsoft.AspNetCore.Http;

namespace Avvik.Hosting.Problems;

/// <summary>
/// A problem as FHIR says it (R4, OperationOutcome), for every path below <c>/fhir</c>. It is written here and not with a FHIR library, since the gateway
/// answers with it, too, and the library takes 85 MiB.
/// </summary>
internal static class OperationOutcomes
{
    public const string ContentType = "application/fhir+json; charset=utf-8";

    private static readonly PathString Root = "/fhir";

    /// <summary>True when whoever called speaks FHIR.</summary>
    public static bool IsFor(HttpRequest request) => request.Path.StartsWithSegments(Root, StringComparison.Ordinal);

    public static OperationOutcome Of(Problem problem, bool english) => new("OperationOutcome", problem.Errors is not { Any: true } errors
        ? [new("error", TypeOf(problem.Status), Details(problem.Code, Texts.Problem(problem.Code, english)), null, HeaderOf(problem.Status))]
        : [.. errors.In(english).Select(e => new OperationOutcomeIssue("error", TypeOf(e.Code), Details(e.Code, e.Message),
            e.Offsets is null ? null : string.Join(", ", e.Offsets.Select(o => $"{o.Offset}+{o.Length}")), errors.ExpressionOf(e.Pointer)))]);

    private static CodeableConcept Details(string code, string text) => new([new(FhirUris.Problems, code)], text);

    // Issue types (http://hl7.org/fhir/R4/valueset-issue-type.html).
    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "login",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status409Conflict or StatusCodes.Status412PreconditionFailed => "conflict",
        StatusCodes.Status405MethodNotAllowed or StatusCodes.Status406NotAcceptable or StatusCodes.Status415UnsupportedMediaType => "not-supported",
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status414UriTooLong or StatusCodes.Status431RequestHeaderFieldsTooLarge => "too-long",
        StatusCodes.Status428PreconditionRequired => "required",
        StatusCodes.Status429TooManyRequests => "throttled",
        StatusCodes.Status503ServiceUnavailable => "transient",
        StatusCodes.Status504GatewayTimeout => "timeout",
        >= 500 => "exception",
        _ => "invalid",
    };

    private static string TypeOf(string fieldCode) => fieldCode switch
    {
        FieldCodes.Required => "required",
        FieldCodes.InvalidJson or FieldCodes.UnknownMember or FieldCodes.DuplicateMember or FieldCodes.WrongType => "structure",
        FieldCodes.UnknownCode or FieldCodes.UnknownSystem => "code-invalid",
        FieldCodes.NotSupported => "not-supported",
        FieldCodes.TooLong or FieldCodes.TooMany => "too-long",
        FieldCodes.Inconsistent or FieldCodes.ReadOnly or FieldCodes.OtherOrganization or FieldCodes.IdentityInText => "business-rule",
        FieldCodes.NotInUrl => "security",
        _ => "value",
    };

    // Of a header: http. and its name (R4, OperationOutcome.issue.expression).
    private static string[]? HeaderOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => ["http.Authorization"],
        StatusCodes.Status406NotAcceptable => ["http.Accept"],
        StatusCodes.Status412PreconditionFailed or StatusCodes.Status428PreconditionRequired => ["http.If-Match"],
        StatusCodes.Status415UnsupportedMediaType => ["http.Content-Type"],
        _ => null,
    };
}

internal sealed record OperationOutcome(string ResourceType, IReadOnlyList<OperationOutcomeIssue> Issue);

internal sealed record OperationOutcomeIssue(string Severity, string Code, CodeableConcept Details, string? Diagnostics, IReadOnlyList<string>? Expression);

internal sealed record CodeableConcept(IReadOnlyList<Coding> Coding, string Text);

internal sealed record Coding(string System, string Code);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OperationOutcome))]
internal sealed partial class OutcomeJson : JsonSerializerContext;

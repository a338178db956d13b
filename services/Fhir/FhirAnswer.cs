using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Hosting.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Microsoft.AspNetCore.Http;

namespace Avvik.Fhir;

/// <summary>A resource as the answer, with its version and time as headers.</summary>
public sealed class FhirAnswer(Resource resource, int status = StatusCodes.Status200OK) : IResult, IStatusCodeHttpResult
{
    private static readonly FhirJsonSerializer Serializer = new();
    // It is data and not part of a page: letters are written as they are.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // Bytes of most resources.
    private const int Typical = 8 * 1024;

    public int? StatusCode => status;

    public string? Location { get; init; }

    /// <summary>True for what a client has written: <c>Prefer: return=</c> decides what it gets (R4, http.html#ops).</summary>
    public bool IsWritten { get; init; }

    public async System.Threading.Tasks.Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        if (Location is not null) response.Headers.Location = Location;
        if (resource.Meta?.VersionId is { } version) response.Headers.ETag = $"W/\"{version}\"";
        if (resource.Meta?.LastUpdated is { } at) response.Headers.LastModified = at.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        var body = IsWritten ? Preferred(httpContext) : resource;
        if (body is null) return;
        response.ContentType = $"{Negotiation.Json}; charset=utf-8";
        // With its length ahead it goes through the gateway in one piece.
        var buffer = new ArrayBufferWriter<byte>(Typical);
        await using (var writer = new Utf8JsonWriter(buffer, Readable)) Serializer.Serialize(body, writer);
        response.ContentLength = buffer.WrittenCount;
        await response.BodyWriter.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
    }

    private Resource? Preferred(HttpContext http)
    {
        var preferred = http.Request.Headers["Prefer"].SelectMany(p => (p ?? "").Split([',', ';'])).Select(p => p.Trim());
        foreach (var preference in preferred)
        {
            switch (preference)
            {
                case "return=minimal": return null;
                case "return=OperationOutcome": return WrittenOutcome(http);
                case "return=representation": return resource;
            }
        }
        return resource;
    }

    /// <summary>What was accepted, and what of it should be looked at.</summary>
    public static OperationOutcome WrittenOutcome(HttpContext http)
    {
        var outcome = new OperationOutcome();
        var reader = http.Items[typeof(ElementReader)] as ElementReader;
        foreach (var warning in http.Warnings())
        {
            outcome.Issue.Add(new()
            {
                Severity = OperationOutcome.IssueSeverity.Warning,
                Code = OperationOutcome.IssueType.BusinessRule,
                Details = new(FhirUris.Problems, warning.Code, warning.Message),
                Diagnostics = warning.Offsets.Count == 0 ? null : string.Join(", ", warning.Offsets.Select(o => $"{o.Offset}+{o.Length}")),
                Expression = reader is null ? [] : [reader.ExpressionOf(warning.Pointer)],
            });
        }
        if (outcome.Issue.Count == 0)
            outcome.Issue.Add(new() { Severity = OperationOutcome.IssueSeverity.Information, Code = OperationOutcome.IssueType.Informational });
        return outcome;
    }
}

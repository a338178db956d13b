using System.Text.Json;
using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;
using Microsoft.AspNetCore.Http;

namespace Avvik.Fhir;

/// <summary>Reads a resource from a request: its form is checked by Firely's parser, and each of its findings becomes an error at the element.</summary>
public static class FhirBody
{
    private static readonly FhirJsonDeserializer Parser = new(new DeserializerSettings { Validator = new PublishedValueValidator() });

    /// <summary>The resource with a reader of its elements, or the problem. The reader is kept for the answer, which tells of warnings.</summary>
    public static async Task<(T? Resource, ElementReader? Reader, Problem? Problem)> ReadAsync<T>(HttpRequest request) where T : Resource
    {
        if (!Negotiation.IsJson(request.ContentType)) return (null, null, Problem.OfStatus(StatusCodes.Status415UnsupportedMediaType));
        using var buffer = new MemoryStream(request.ContentLength is > 0 and < 1 << 20 ? (int)request.ContentLength : 0);
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        var (resource, problem) = Parse<T>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        if (resource is null) return (null, null, problem);
        var reader = new ElementReader(resource);
        request.HttpContext.Items[typeof(ElementReader)] = reader;
        return (resource, reader, null);
    }

    private static (T? Resource, Problem? Problem) Parse<T>(ReadOnlySpan<byte> body) where T : Resource
    {
        var type = ModelInfo.GetFhirTypeNameForType(typeof(T))!;
        var errors = new FieldErrors { Locate = pointer => pointer };
        try
        {
            var reader = new Utf8JsonReader(body);
            Parser.TryDeserializeResource(ref reader, out var read, out var issues);
            // As $validate takes it (R4, resource-operation-validate.html).
            if (read is Parameters { Parameter: [{ Name: "resource", Resource: T inner }] }) read = inner;
            if (read is T resource)
            {
                // A second value after the resource would be lost.
                if (reader.Read()) errors.Add(type, FieldCodes.InvalidJson);
                foreach (var issue in issues) Add(issue, type, errors);
                return errors.Any ? (null, Problem.Invalid(errors)) : (resource, null);
            }
            errors.Add(type, FieldCodes.WrongType);
        }
        // Text that is no JSON, no UTF-8, or no object.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            errors.Add(type, FieldCodes.InvalidJson);
        }
        return (null, Problem.Invalid(errors));
    }

    // Firely's messages repeat the value, which may be anybody's number: only its place and kind are told, in our words.
    private static void Add(CodedException issue, string type, FieldErrors errors)
    {
        var found = (issue as ExtendedCodedException)?.InstancePath;
        var path = string.IsNullOrEmpty(found) ? type : found.Replace("$this", type, StringComparison.Ordinal);
        var segments = path.Split('.').TakeWhile(IsName).ToList();
        path = segments.Count == 0 ? type : string.Join('.', segments);
        if (errors.Has(path)) return;
        errors.Add(path, issue.ErrorCode switch
        {
            "PVAL128" => FieldCodes.UnknownMember,
            "PVAL105" or "PVAL129" or "JSON103" or "JSON109" or "JSON120" or "JSON121" => FieldCodes.Required,
            "PVAL116" => FieldCodes.UnknownCode,
            "PVAL101" or "PVAL123" or "PVAL127" or "PVAL130" => FieldCodes.WrongType,
            "JSON129" => FieldCodes.DuplicateMember,
            _ when issue is FhirJsonException => FieldCodes.WrongType,
            _ when path.EndsWith(".date", StringComparison.Ordinal) => FieldCodes.InvalidDate,
            _ when path.EndsWith(".detected", StringComparison.Ordinal) => FieldCodes.InvalidTime,
            _ => FieldCodes.InvalidValue,
        });
    }

    // The caller chose the name of an unknown element: it is repeated only when it looks like a name.
    private static bool IsName(string segment) => segment.Length is > 0 and <= 40
        && segment.All(c => char.IsAsciiLetter(c) || c is '_' or '[' or ']' || char.IsAsciiDigit(c)) && segment.Count(char.IsAsciiDigit) <= 4;
}

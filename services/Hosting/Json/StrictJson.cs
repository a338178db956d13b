using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http;

namespace Avvik.Hosting.Json;

/// <summary>
/// Reads a request's body as one type and nothing else: unknown and repeated members are errors, since a typo must not lose data. When it
/// does not fit, what is wrong everywhere is found, and what fits is still read, so that its content is judged in the same answer.
/// </summary>
public static class StrictJson
{
    private const int MaxDepth = 16;
    // One for each context of a process: options hold the metadata of every type that was read.
    private static readonly ConcurrentDictionary<Type, JsonSerializerOptions> Strict = new();

    public static JsonSerializerOptions OptionsFor(IJsonTypeInfoResolver resolver) => new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = resolver,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = MaxDepth,
    };

    /// <summary>
    /// The value, or the problem, by the serializer of <paramref name="json"/> made strict. <paramref name="validate"/> judges the content and must bear that any
    /// member is missing.
    /// </summary>
    public static Task<(T? Value, Problem? Problem)> ReadAsync<T>(HttpRequest request, JsonSerializerContext json, Action<T, FieldErrors> validate) where T : class, new() =>
        ReadAsync(request, Strict.GetOrAdd(json.GetType(), _ => OptionsFor(json)), validate);

    /// <summary>The value, or the problem. <paramref name="validate"/> judges the content and must bear that any member is missing.</summary>
    public static async Task<(T? Value, Problem? Problem)> ReadAsync<T>(HttpRequest request, JsonSerializerOptions options, Action<T, FieldErrors> validate) where T : class, new()
    {
        if (!request.HasJsonContentType()) return (null, Problem.OfStatus(StatusCodes.Status415UnsupportedMediaType));
        using var buffer = new MemoryStream(request.ContentLength is > 0 and < 1 << 20 ? (int)request.ContentLength : 0);
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        var errors = new FieldErrors();
        var value = Read<T>(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), options, errors);
        if (value is not null) validate(value, errors);
        return errors.Any ? (null, Problem.Invalid(errors)) : (value, null);
    }

    private static T? Read<T>(ReadOnlyMemory<byte> body, JsonSerializerOptions options, FieldErrors errors) where T : class, new()
    {
        try
        {
            if (JsonSerializer.Deserialize<T>(body.Span, options) is { } value && !HasNullItem(body.Span)) return value;
        }
        catch (JsonException) { /* found out below, for every member at once */ }
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var fits = Fit(document.RootElement, options.GetTypeInfo(typeof(T)), "", errors);
            if (!errors.Any) errors.Add("", "invalidJson");
            return fits is JsonObject ? fits.Deserialize<T>(options) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Invalid UTF-8 shows only when a string is read.
            errors.Add("", "invalidJson");
            return null;
        }
    }

    /// <summary>The serializer takes null for an item whatever the item's type; no list of ours has any.</summary>
    private static bool HasNullItem(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("null"u8) < 0) return false;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        for (var before = JsonTokenType.None; reader.Read(); before = reader.TokenType)
            if (reader.TokenType == JsonTokenType.Null && before != JsonTokenType.PropertyName) return true;
        return false;
    }

    /// <summary>What of the element fits the type; what does not is reported and left out.</summary>
    private static JsonNode? Fit(JsonElement element, JsonTypeInfo type, string pointer, FieldErrors errors)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                var result = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    var at = $"{pointer}/{member.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
                    var property = type.Properties.FirstOrDefault(p => p.Name == member.Name);
                    // The name of an unknown member is the caller's own and could be anything: it is shown only when it looks like a name.
                    if (property is null) errors.Add(IsName(member.Name) ? at : pointer, "unknownMember");
                    else if (result.ContainsKey(member.Name)) errors.Add(at, "duplicateMember");
                    else if (member.Value.ValueKind == JsonValueKind.Null)
                    {
                        if (!property.IsSetNullable) errors.Add(at, "required");
                    }
                    else if (Fit(member.Value, type.Options.GetTypeInfo(property.PropertyType), at, errors) is { } fits) result.Add(member.Name, fits);
                }
                return result;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var (index, item) in element.EnumerateArray().Index())
                    if (Fit(item, type.Options.GetTypeInfo(type.ElementType!), $"{pointer}/{index}", errors) is { } fits) items.Add(fits);
                return items;
            case JsonTypeInfoKind.None:
                try
                {
                    if (element.Deserialize(type) is not null) return JsonNode.Parse(element.GetRawText());
                }
                catch (JsonException) { /* reported below */ }
                break;
        }
        errors.Add(pointer, "wrongType");
        return null;
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetter(c) || c is '_' or '-');
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Http;

namespace Avvik.Hosting.Json;

/// <summary>
/// Deserializes a request body strictly: unknown and repeated members are errors, since a typo must not lose data. All shape errors are reported at
/// once, and the members that fit are still read, so that the same answer also reports errors in their content.
/// </summary>
public static class StrictJson
{
    private const int MaxDepth = 16;
    // Options per serializer context: they cache the metadata of every type that was read.
    private static readonly ConcurrentDictionary<Type, JsonSerializerOptions> Strict = new();

    private static JsonSerializerOptions OptionsFor(IJsonTypeInfoResolver resolver) => new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = resolver,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = MaxDepth,
    };

    /// <summary>
    /// The value, or the problem, with the metadata of <paramref name="json"/>. <paramref name="validate"/> checks the content and must tolerate
    /// that any member is missing.
    /// </summary>
    public static async Task<(T? Value, Problem? Problem)> ReadAsync<T>(HttpRequest request, JsonSerializerContext json, Action<T, FieldErrors> validate)
        where T : class, new()
    {
        var options = Strict.GetOrAdd(json.GetType(), _ => OptionsFor(json));
        if (!request.HasJsonContentType()) return (null, Problem.OfStatus(StatusCodes.Status415UnsupportedMediaType));
        using var buffer = new MemoryStream(request.ContentLength is > 0 and < 1 << 20 ? (int)request.ContentLength : 0);
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        var errors = new FieldErrors();
        var value = Read<T>(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), options, errors);
        return Check(request.HttpContext, value, options.GetTypeInfo(typeof(T)), errors, validate);
    }

    /// <summary>The same checks of a value that was read from another form than JSON.</summary>
    public static (T? Value, Problem? Problem) Check<T>(
        HttpContext http, T value, JsonSerializerContext json, FieldErrors errors, Action<T, FieldErrors> validate) where T : class, new() =>
        Check(http, value, Strict.GetOrAdd(json.GetType(), _ => OptionsFor(json)).GetTypeInfo(typeof(T)), errors, validate);

    private static (T? Value, Problem? Problem) Check<T>(HttpContext http, T? value, JsonTypeInfo type, FieldErrors errors, Action<T, FieldErrors> validate)
        where T : class
    {
        if (value is not null)
        {
            validate(value, errors);
            foreach (var warning in RequestTexts.Check(value, type, errors)) http.Warn(warning);
        }
        return errors.Any ? (null, Problem.Invalid(errors)) : (value, null);
    }

    private static T? Read<T>(ReadOnlyMemory<byte> body, JsonSerializerOptions options, FieldErrors errors) where T : class, new()
    {
        try
        {
            if (JsonSerializer.Deserialize<T>(body.Span, options) is { } value && !HasNullItem(body.Span)) return value;
        }
        catch (JsonException) { /* reported below, for all members at once */ }
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var fits = Fit(document.RootElement, options.GetTypeInfo(typeof(T)), "", errors);
            if (!errors.Any) errors.Add("", FieldCodes.InvalidJson);
            return fits is JsonObject ? fits.Deserialize<T>(options) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // JsonDocument detects invalid UTF-8 only when a string is read.
            errors.Add("", FieldCodes.InvalidJson);
            return null;
        }
    }

    /// <summary>The serializer accepts null as an item whatever the item's type; none of our lists allows it.</summary>
    private static bool HasNullItem(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("null"u8) < 0) return false;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        for (var before = JsonTokenType.None; reader.Read(); before = reader.TokenType)
            if (reader.TokenType == JsonTokenType.Null && before != JsonTokenType.PropertyName) return true;
        return false;
    }

    /// <summary>The parts of the element that fit the type; the others are reported and left out.</summary>
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
                    // The caller chose the name of an unknown member: it is echoed only when it looks like a name.
                    if (property is null) errors.Add(IsName(member.Name) ? at : pointer, FieldCodes.UnknownMember);
                    else if (result.ContainsKey(member.Name)) errors.Add(at, FieldCodes.DuplicateMember);
                    else if (member.Value.ValueKind == JsonValueKind.Null)
                    {
                        if (!property.IsSetNullable) errors.Add(at, FieldCodes.Required);
                    }
                    else if (Fit(member.Value, type.Options.GetTypeInfo(property.PropertyType), at, errors) is { } fits) result.Add(member.Name, fits);
                }
                foreach (var missing in type.Properties.Where(p => p.IsRequired && !element.TryGetProperty(p.Name, out _)))
                    errors.Add($"{pointer}/{missing.Name}", FieldCodes.Required);
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
        errors.Add(pointer, FieldCodes.WrongType);
        return null;
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetter(c) || c is '_' or '-');
}

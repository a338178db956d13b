using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Avvik.Hosting.Labels;

/// <summary>
/// <c>?labels=nb</c> (<c>nn</c>, <c>en</c>) of every GET whose answer holds codes: each object with codes gets a member <c>labels</c>, with the word for each
/// (<c>"labels": { "state": "Tildelt enhet" }</c>). Which members hold codes is what <see cref="CodeAttribute"/> says, so there is no list to maintain.
/// </summary>
internal static class LabelledAnswers
{
    public const string Parameter = "labels";

    // Of each type, the members that hold codes, and the list that a code is of: attributes are found by reflection.
    private static readonly ConcurrentDictionary<JsonTypeInfo, IReadOnlyDictionary<string, string>> Lists = [];

    /// <summary>True when the endpoint takes <see cref="Parameter"/>.</summary>
    public static bool TakesLabels(this Endpoint endpoint) => endpoint.Metadata.GetMetadata<Labelled>() is not null;

    public static void AddLabels(this RouteGroupBuilder api)
    {
        ((IEndpointConventionBuilder)api).Finally(endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().FirstOrDefault()?.HttpMethods.Contains(HttpMethods.Get) != true) return;
            var options = endpoint.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            if (endpoint.Metadata.OfType<IProducesResponseTypeMetadata>()
                .Any(p => p.StatusCode == StatusCodes.Status200OK && p.Type is { } type && HoldsCodes(options.GetTypeInfo(type), [])))
                endpoint.Metadata.Add(new Labelled());
        });
        api.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (!http.Request.Query.TryGetValue(Parameter, out var asked) || http.GetEndpoint()?.TakesLabels() != true) return await next(context);
            if (asked is not [{ } language] || !Vocabulary.Languages.Contains(language, StringComparer.Ordinal))
            {
                var errors = new FieldErrors();
                errors.Add($"/{Parameter}", FieldCodes.UnknownLanguage);
                return Problem.Invalid(errors);
            }
            var result = await next(context);
            var answer = result is INestedHttpResult nested ? nested.Result : result;
            var value = answer is IValueHttpResult held ? held.Value : answer is IResult ? null : answer;
            if (value is null || answer is IStatusCodeHttpResult { StatusCode: not (null or StatusCodes.Status200OK) }) return result;
            var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            var type = options.GetTypeInfo(value.GetType());
            var json = JsonSerializer.SerializeToNode(value, type)!;
            Add(json, type, language);
            return TypedResults.Json(json);
        });
    }

    /// <summary>Describes the parameter where it is taken.</summary>
    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<Labelled>().Any()) return Task.CompletedTask;
        operation.Parameters = [.. operation.Parameters ?? [], new OpenApiParameter
        {
            Name = Parameter,
            In = ParameterLocation.Query,
            Description = "Language of the words for the codes, which each object with codes then has as a member «labels»",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Vocabulary.Languages.Select(l => (JsonNode)JsonValue.Create(l))] },
        }];
        return Task.CompletedTask;
    }

    private static bool HoldsCodes(JsonTypeInfo type, HashSet<Type> seen) => seen.Add(type.Type) && type.Kind switch
    {
        JsonTypeInfoKind.Object => ListsOf(type).Count > 0
            || type.Properties.Any(p => HoldsCodes(type.Options.GetTypeInfo(p.PropertyType), seen)),
        JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => HoldsCodes(type.Options.GetTypeInfo(type.ElementType!), seen),
        _ => false,
    };

    private static void Add(JsonNode json, JsonTypeInfo type, string language)
    {
        switch (json)
        {
            case JsonArray items when type.Kind == JsonTypeInfoKind.Enumerable:
                foreach (var item in items.OfType<JsonNode>()) Add(item, type.Options.GetTypeInfo(type.ElementType!), language);
                break;
            case JsonObject members when type.Kind == JsonTypeInfoKind.Object:
                foreach (var property in type.Properties)
                    if (!property.IsExtensionData && members[property.Name] is { } member)
                        Add(member, type.Options.GetTypeInfo(property.PropertyType), language);
                var labels = new JsonObject();
                foreach (var (member, list) in ListsOf(type))
                    if (members[member] is { } code && LabelOf(code, list, language) is { } label) labels.Add(member, label);
                if (labels.Count > 0) members.Add(Parameter, labels);
                break;
        }
    }

    // A code that is newer than the labels stands for itself, so that the words of a list are as many as its codes.
    private static JsonNode? LabelOf(JsonNode code, string list, string language) => code switch
    {
        JsonArray codes => new JsonArray([.. codes.Select(c => (JsonNode?)JsonValue.Create(Vocabulary.Label(list, (string)c!, language) ?? (string)c!))]),
        _ => Vocabulary.Label(list, (string)code!, language) is { } label ? JsonValue.Create(label) : null,
    };

    private static IReadOnlyDictionary<string, string> ListsOf(JsonTypeInfo type) => Lists.GetOrAdd(type, static of => of.Properties
        .SelectMany(p => p.AttributeProvider?.GetCustomAttributes(inherit: false).SelectMany(attribute => attribute switch
        {
            CodeAttribute code => [(p.Name, code.List)],
            MemberCodesAttribute codes => codes.Lists.Select(l => (Name: l.Key, List: l.Value)),
            _ => [],
        }) ?? []).ToDictionary(l => l.Name, l => l.List, StringComparer.Ordinal));

    private sealed class Labelled;
}

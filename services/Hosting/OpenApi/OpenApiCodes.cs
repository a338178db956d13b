using System.Text.Json.Nodes;
using Avvik.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Avvik.Hosting.OpenApi;

internal static class OpenApiCodes
{
    /// <summary>Adds the codes of its list as <c>enum</c> to a member with <see cref="CodeAttribute"/>.</summary>
    public static Task AddCodes(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(CodeAttribute), inherit: false) is not [CodeAttribute code])
            return Task.CompletedTask;
        var values = schema.Items as OpenApiSchema ?? schema;
        values.Enum = [.. Vocabulary.CodesOf(code.List).Concat(code.Also is { } also ? [also] : []).Select(c => (JsonNode)JsonValue.Create(c))];
        if (values.Type?.HasFlag(JsonSchemaType.Null) == true) values.Enum.Add(JsonNullSentinel.JsonNull);
        return Task.CompletedTask;
    }
}

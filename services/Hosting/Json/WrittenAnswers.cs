using Avvik.Contracts;
using Avvik.Hosting.Labels;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Avvik.Hosting.Json;

/// <summary>Tells whoever wrote a text what may identify someone in it, in the answer of every endpoint that takes one.</summary>
public static class WrittenAnswers
{
    private static readonly object Key = new();

    /// <summary>The group of a service's endpoints: their answers carry the warnings of the request's texts, and labels where they are asked for.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("");
        api.AddLabels();
        return api.AddEndpointFilter(AddWarningsAsync);
    }

    private static async ValueTask<object?> AddWarningsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (context.HttpContext.Warnings() is not { Count: > 0 } warnings) return result;
        var answer = result is INestedHttpResult nested ? nested.Result : result;
        switch (answer)
        {
            case IValueHttpResult { Value: WrittenAnswer written }:
                written.Warnings = warnings;
                return result;
            // There is nothing to answer but this, and the endpoint says that it may.
            case IStatusCodeHttpResult { StatusCode: StatusCodes.Status204NoContent }
                when context.HttpContext.GetEndpoint()?.Metadata.OfType<IProducesResponseTypeMetadata>().Any(p => p.Type == typeof(WrittenAnswer)) == true:
                return TypedResults.Ok(new WrittenAnswer { Warnings = warnings });
            default: return result;
        }
    }

    /// <summary>Warnings of the texts that the request's body held; empty until it has been read.</summary>
    public static IReadOnlyList<TextWarning> Warnings(this HttpContext http) => http.Items.TryGetValue(Key, out var found) ? (List<TextWarning>)found! : [];

    /// <summary>Adds something that is accepted and should be looked at.</summary>
    public static void Warn(this HttpContext http, string pointer, string code) => http.Warn(new IdentityWarning(pointer, code, []));

    internal static void Warn(this HttpContext http, IdentityWarning warning)
    {
        if (http.Items.TryGetValue(Key, out var found) && found is List<TextWarning> warnings) { }
        else http.Items[Key] = warnings = [];
        warnings.Add(warning.Told(Problem.PrefersEnglish(http.Request)));
    }
}

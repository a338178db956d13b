using Avvik.Contracts;
using Avvik.Hosting.Labels;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Avvik.Hosting.Queries;

/// <summary>Query parameters of an endpoint whose handler reads the query string itself.</summary>
/// <param name="Names">In addition to those that the handler's parameters bind.</param>
public sealed record QueryParameters(IReadOnlyList<string> Names);

/// <summary>
/// Answers 400 to a query parameter that the endpoint does not have: a misspelled filter must not be ignored. The known parameters are derived from
/// what the handler binds, so there is no list to maintain.
/// </summary>
internal static class UnknownParameters
{
    public static void UseUnknownParameterCheck(this WebApplication app) => app.Use((context, next) =>
    {
        // Health and descriptions are asked by programs that add parameters of their own.
        if (context.Request.Query.Count == 0 || context.GetEndpoint() is not RouteEndpoint endpoint
            || (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
                && endpoint.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) != true))
            return next(context);
        var errors = new FieldErrors();
        foreach (var name in context.Request.Query.Keys)
            // The caller chose the name of an unknown parameter: it is echoed only when it looks like a name.
            if (!IsKnown(endpoint, name)) errors.Add(LooksLikeName(name) ? $"/{name}" : "", FieldCodes.UnknownMember);
        return errors.Any ? Problem.Invalid(errors).ExecuteAsync(context) : next(context);
    });

    // Case-insensitive as the binding is: members of a record that is bound with [AsParameters] are in Pascal case.
    private static bool IsKnown(RouteEndpoint endpoint, string name) =>
        endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .Any(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase) && IsQuery(endpoint, p))
        || endpoint.Metadata.GetMetadata<QueryParameters>()?.Names.Contains(name, StringComparer.Ordinal) == true
        || (name == LabelledAnswers.Parameter && endpoint.TakesLabels());

    private static bool IsQuery(RouteEndpoint endpoint, IParameterBindingMetadata parameter) =>
        !parameter.HasBindAsync && endpoint.RoutePattern.GetParameter(parameter.Name) is null
        && (parameter.HasTryParse || parameter.ParameterInfo.ParameterType == typeof(string) || parameter.ParameterInfo.ParameterType == typeof(string[]));

    private static bool LooksLikeName(string name) => name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetter(c) || c is '_' or '-');
}

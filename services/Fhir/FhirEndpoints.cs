using Avvik.Hosting.Problems;
using Avvik.Hosting.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Avvik.Fhir;

public static class FhirEndpoints
{
    /// <summary>The group of a service's FHIR endpoints: JSON alone, and none in the OpenAPI document, since the CapabilityStatement has them.</summary>
    public static RouteGroupBuilder MapFhir(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/fhir").ExcludeFromDescription();
        group.AddEndpointFilter(async (context, next) => Negotiation.AcceptsJson(context.HttpContext.Request)
            ? await next(context)
            : Problem.OfStatus(StatusCodes.Status406NotAcceptable));
        return group;
    }

    /// <summary>Query parameters of an endpoint, beside the form that every endpoint takes.</summary>
    public static TBuilder WithParameters<TBuilder>(this TBuilder endpoint, params string[] names) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new QueryParameters([.. names, "_format"]));
}

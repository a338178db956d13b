using Avvik.Hosting.Queries;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Architecture.Tests;

/// <summary>An endpoint below <c>/fhir</c>, as its service has it.</summary>
internal sealed record FhirEndpoint(string Method, string Path, bool IsOpen, IReadOnlyList<string> Parameters)
{
    public static IReadOnlyList<FhirEndpoint> Of(IServiceProvider services) =>
    [
        .. services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Select(e => (Endpoint: e, Path: "/" + e.RoutePattern.RawText!.Trim('/').Replace("{id:guid}", "{id}", StringComparison.Ordinal)))
            .Where(e => e.Path.StartsWith("/fhir/", StringComparison.Ordinal))
            .Select(e => new FhirEndpoint(e.Endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0], e.Path,
                e.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null, e.Endpoint.Metadata.GetMetadata<QueryParameters>()?.Names ?? [])),
    ];
}

extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Architecture.Tests;

public sealed class Endpoint_tests
{
    // The process, the database, and what the API is: no secret in any of them.
    private static readonly string[] OpenToAll = ["/health/live", "/health/ready", "/openapi/{documentName}.json"];

    [Fact]
    public Task Reporting_asks_who_calls() => AssertGuardedAsync<reporting::Program>("/api/v1/deviations");

    [Fact]
    public Task Triage_asks_who_calls() => AssertGuardedAsync<triage::Program>("/api/v1/triage");

    [Fact]
    public Task Routing_asks_who_calls() => AssertGuardedAsync<routing::Program>("/api/v1/cases");

    [Fact]
    public Task Statistics_asks_who_calls() => AssertGuardedAsync<statistics::Program>("/api/v1/statistics");

    [Fact]
    public async Task Statistics_cannot_open_a_sealed_text()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using (var service = new ServiceUnderTest<statistics::Program>(database)) Assert.Null(service.Services.GetService<TextProtector>());
        Assert.Empty(Sources.In("*.cs", "services/Statistics").Lines(line => line.Contains("TextProtect", StringComparison.Ordinal) || line.Contains("KeyRing", StringComparison.Ordinal)));
        await using var other = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using (var service = new ServiceUnderTest<triage::Program>(other)) Assert.NotNull(service.Services.GetService<TextProtector>());
    }

    private static async Task AssertGuardedAsync<TProgram>(string known) where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        using var nobody = service.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        var endpoints = service.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().ToList();
        var paths = endpoints.Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).Distinct().ToList();
        Assert.Contains(paths, path => path.StartsWith(known, StringComparison.Ordinal));

        Assert.Equal(OpenToAll, endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).Distinct().Order(StringComparer.Ordinal));
        foreach (var endpoint in endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            Assert.True(endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Count > 0, $"{endpoint.DisplayName} asks nobody who they are");
            // And not on paper alone.
            var path = endpoint.RoutePattern.RawText!.Replace("{id:guid}", Guid.Empty.ToString(), StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new HttpMethod(endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]), path);
            using var response = await nobody.SendAsync(request);
            Assert.True(response.StatusCode == System.Net.HttpStatusCode.Unauthorized, $"{endpoint.DisplayName} answered {(int)response.StatusCode} to nobody");
        }
    }
}
